import type { BenchPath, BenchResults, ModelResult, PathResult } from '../results.ts'
import { groupsOf } from './curves.ts'
import type { Figure } from './figures.ts'
import { pathLooks, pathName } from './looks.ts'
import { html, type Markup, trusted } from './markup.ts'
import { numbers, table, texts } from './table.ts'
import { bytes, counted, equality, figure, interval, percent, whole } from './words.ts'

/** Name of a path with its colour. */
function named(path: BenchPath): Markup {
  const style = trusted(`style="background: var(${pathLooks[path].variable})"`)
  return html`<span class="swatch" ${style}></span>${pathName(path)}`
}

/** Whether all samples came out equal, for those who see no colour too. */
function verdict(result: PathResult): Markup | string {
  const { equal } = result
  if (equal === undefined) return ''
  const isEqual = equal.same === equal.samples
  return html`<span class="${isEqual ? 'good' : 'bad'}">${isEqual ? '' : 'not equal: '}${equality(result)}</span>`
}

const resultColumns = [
  texts<PathResult>('path', ({ path }) => named(path)),
  {
    title: 'equal',
    isNumber: true,
    hint: 'samples whose outputs are byte for byte those of the reference',
    cell: (result: PathResult) => ({
      shown: verdict(result),
      order: result.equal && result.equal.same / result.equal.samples,
    }),
  },
  numbers<PathResult>('accuracy', ({ accuracy }) => accuracy, percent, 'part of the samples that are labelled right'),
  numbers<PathResult>('gas', ({ inferenceGas }) => inferenceGas, whole, 'of one inference as a transaction, median'),
  numbers<PathResult>('execution', ({ executionGas }) => executionGas, whole, 'gas without intrinsic gas and calldata'),
  numbers<PathResult>('gas/MAC', ({ gasPerMac }) => gasPerMac, figure, 'execution gas for each multiply-accumulate'),
  {
    title: 'ms (95 % interval)',
    isNumber: true,
    hint: 'median of an inference, with its bootstrap interval',
    cell: ({ times }: PathResult) => ({ shown: interval(times), order: times?.median }),
  },
  numbers<PathResult>('p95 ms', ({ times }) => times?.p95, figure, '95th percentile'),
  numbers<PathResult>('ns/MAC', ({ nanosecondsPerMac }) => nanosecondsPerMac, figure),
  numbers<PathResult>('gas/ms', ({ gasPerMillisecond }) => gasPerMillisecond, whole),
  numbers<PathResult>('deployment', ({ deploymentGas }) => deploymentGas, whole, 'gas to deploy contracts'),
  numbers<PathResult>('storage', ({ storageGas }) => storageGas, whole, 'gas for the weights: in code, or registered'),
  numbers<PathResult>('code', ({ codeBytes }) => codeBytes, bytes),
  numbers<PathResult>('peak memory', ({ peakBytes }) => peakBytes, bytes, 'beyond what the process had before'),
  texts<PathResult>('beyond', ({ limits = [] }) => limits.join(', ')),
]

function factsOf({ macs, weightBytes, inputBytes, outputBytes, samples }: ModelResult): string {
  const sizes = `weights ${bytes(weightBytes)}, input ${bytes(inputBytes)}, output ${bytes(outputBytes)}`
  return `${whole(macs)} MACs, ${sizes}, ${counted(samples, 'sample')}`
}

function modelDetails(model: ModelResult, isOpen: boolean): Markup {
  const ran = model.paths.filter(({ refused }) => refused === undefined)
  const body =
    ran.length === 0
      ? html`<p>No path ran; the reasons are below.</p>`
      : table(`${model.name} on ${counted(ran.length, 'path')}`, ran, resultColumns)
  return html`<details${trusted(isOpen ? ' open' : '')}>
<summary><strong>${model.name}</strong> <span class="quiet">${factsOf(model)}</span></summary>
${body}
</details>
`
}

/** A table for each model; those of files are open, and of the sweep the largest of a family. */
export function modelsSection({ models }: BenchResults): Markup {
  const files = models.filter(({ source }) => source.kind === 'file')
  const shown = new Set(files.length > 0 ? files : models.slice(0, 1))
  return html`<section id="models"><h2>Models</h2>
${models.map((model) => modelDetails(model, shown.has(model)))}</section>`
}

/** The charts. */
export function chartsSection(charts: readonly Figure[]): Markup {
  const drawn = charts.map(
    ({ name, caption, svg }) =>
      html`<figure id="${name}">${trusted(svg)}<figcaption>${caption}</figcaption></figure>\n`,
  )
  return html`<section id="scaling"><h2>Scaling</h2>
<p>Both axes are logarithmic: a straight line is a power of the size. A mark tells its numbers when the pointer rests on it.</p>
<div class="charts">${drawn}</div></section>`
}

/** Crossovers and limit points; nothing where a run found none. */
export function pointsSection({ crossovers, limitPoints, gasLimits, models }: BenchResults): Markup {
  if (groupsOf(models).every((group) => group === 'files')) return html``
  const crossed =
    crossovers.length === 0
      ? html`<p>No two curves of a family cross within the sweep.</p>`
      : table('Crossovers, by interpolation between models', crossovers, [
          texts('family', ({ family }) => family),
          texts('of', ({ quantity }) => quantity),
          texts('cheaper below', ({ cheaperBelow }) => named(cheaperBelow)),
          numbers('MACs', ({ macs }) => macs, whole),
          texts('cheaper above', ({ cheaperAbove }) => named(cheaperAbove)),
        ])
  const limits = `a transaction may take ${whole(gasLimits.transaction)} gas, a block ${whole(gasLimits.block)}, a contract's code ${whole(gasLimits.codeBytes)} bytes`
  const limited =
    limitPoints.length === 0
      ? html`<p>No path comes to a limit within the sweep: ${limits}.</p>`
      : table(`Sizes from which on a limit of Ethereum is in the way: ${limits}`, limitPoints, [
          texts('path', ({ path }) => named(path)),
          texts('family', ({ family }) => family),
          texts('limit', ({ limit }) => limit),
          numbers('from MACs on', ({ macs }) => macs, whole),
        ])
  return html`<section id="points"><h2>Crossovers and limits</h2>${crossed}${limited}</section>`
}

/** What an inference costs at a price of gas, which the reader sets. */
export function costSection({ models }: BenchResults): Markup {
  const rows = models.flatMap((model) => model.paths.map((result) => ({ model, result })))
  const priced = rows.filter(({ result }) => result.inferenceGas !== undefined)
  if (priced.length === 0) return html``
  const cost = (gas: number | undefined, unit: 'eth' | 'usd') =>
    gas === undefined ? '' : html`<span data-gas="${gas}" data-unit="${unit}"></span>`
  const once = ({ deploymentGas, storageGas }: PathResult) =>
    deploymentGas === undefined && storageGas === undefined ? undefined : (deploymentGas ?? 0) + (storageGas ?? 0)
  const priceColumn = (title: string, gas: (result: PathResult) => number | undefined, unit: 'eth' | 'usd') => ({
    title,
    isNumber: true,
    cell: ({ result }: (typeof rows)[number]) => ({ shown: cost(gas(result), unit), order: gas(result) }),
  })
  return html`<section id="cost"><h2>Cost</h2>
<form id="prices" class="prices"><label>gas price <input name="gwei" type="number" min="0" step="any" value="1" inputmode="decimal"> gwei</label>
<label>price of ether <input name="ether" type="number" min="0" step="any" value="3000" inputmode="decimal"> USD</label></form>
<noscript><p>Costs need the page's script.</p></noscript>
${table('Cost at these prices, which are examples: set your own', priced, [
  texts('model', ({ model }) => model.name),
  texts('path', ({ result }) => named(result.path)),
  numbers('MACs', ({ model }) => model.macs, whole),
  numbers('gas', ({ result }) => result.inferenceGas, whole),
  priceColumn('ETH', ({ inferenceGas }) => inferenceGas, 'eth'),
  priceColumn('USD', ({ inferenceGas }) => inferenceGas, 'usd'),
  priceColumn('once, ETH', once, 'eth'),
  priceColumn('once, USD', once, 'usd'),
])}</section>`
}

/** Paths that did not run, with the reasons. */
export function refusedSection({ models }: BenchResults): Markup {
  const refused = models.flatMap(({ name, paths }) =>
    paths.flatMap(({ path, refused: reason }) => (reason === undefined ? [] : { name, path, reason })),
  )
  if (refused.length === 0) return html``
  const byReason = [...new Set(refused.map(({ path, reason }) => `${path}\n${reason}`))].map((key) => {
    const alike = refused.filter(({ path, reason }) => `${path}\n${reason}` === key)
    return { ...(alike[0] as (typeof refused)[number]), models: alike.map(({ name }) => name).join(', ') }
  })
  return html`<section id="refused"><h2>Not run</h2>
${table('Paths that did not run, and why', byReason, [
  texts('path', ({ path }) => named(path)),
  texts('reason', ({ reason }) => reason),
  texts('models', ({ models: names }) => names),
])}</section>`
}
