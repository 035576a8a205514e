import type { BenchPath, BenchResults, ModelResult, PathResult } from '../results.ts'
import { type CurveGroup, groupOf, groupsOf } from './curves.ts'
import type { Figure } from './figures.ts'
import { pathLooks, pathName } from './looks.ts'
import { html, type Markup, trusted } from './markup.ts'
import { numbers, table, texts } from './table.ts'
import { bytes, counted, equality, figure, interval, percent, whole } from './words.ts'

/** Name of a path, with its colour. */
export function named(path: BenchPath): Markup {
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

/** What running a model took. */
const runColumns = [
  texts<PathResult>('path', ({ path }) => named(path)),
  {
    title: 'equal',
    kind: 'number' as const,
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
    kind: 'number' as const,
    hint: 'median of an inference, with its bootstrap interval',
    cell: ({ times }: PathResult) => ({ shown: interval(times), order: times?.median }),
  },
  numbers<PathResult>('p95 ms', ({ times }) => times?.p95, figure, '95th percentile'),
  numbers<PathResult>('ns/MAC', ({ nanosecondsPerMac }) => nanosecondsPerMac, figure),
  numbers<PathResult>('gas/ms', ({ gasPerMillisecond }) => gasPerMillisecond, whole),
]

/** What setting a model up took, and what is in its way. */
const setUpColumns = [
  texts<PathResult>('path', ({ path }) => named(path)),
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
  const setUp = ran.filter(
    ({ codeBytes, storageGas, peakBytes }) => (codeBytes ?? storageGas ?? peakBytes) !== undefined,
  )
  const tables = [
    table(`${model.name}: an inference`, ran, runColumns),
    ...(setUp.length > 0 ? [table(`${model.name}: setting it up, and limits`, setUp, setUpColumns)] : []),
  ]
  return html`<details${trusted(isOpen ? ' open' : '')}>
<summary><strong>${model.name}</strong> <span class="quiet">${factsOf(model)}</span></summary>
${ran.length === 0 ? html`<p>No path ran; the reasons are below.</p>` : tables}
</details>
`
}

/** Models of a family, folded. */
function familyDetails(family: string, models: readonly ModelResult[]): Markup {
  const sizes = models.map(({ macs }) => macs)
  const range = `${counted(models.length, 'model')}, ${whole(Math.min(...sizes))} to ${whole(Math.max(...sizes))} MACs`
  return html`<details class="family">
<summary><strong>${family}s of the sweep</strong> <span class="quiet">${range}</span></summary>
${models.map((model) => modelDetails(model, false))}</details>
`
}

/** Tables of each model; those of files are open, those of the sweep folded. */
export function modelsSection({ models }: BenchResults): Markup {
  const members = (group: CurveGroup) => models.filter((model) => groupOf(model) === group)
  return html`<section id="models"><h2>Models</h2>
${groupsOf(models).map((group) =>
  group === 'files'
    ? html`${members(group).map((model) => modelDetails(model, true))}`
    : familyDetails(group, members(group)),
)}</section>`
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
          texts('quantity', ({ quantity }) => quantity),
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
  { ...texts('reason', ({ reason }: (typeof byReason)[number]) => reason), kind: 'long' as const },
  { ...texts('models', ({ models: names }: (typeof byReason)[number]) => names), kind: 'long' as const },
])}</section>`
}
