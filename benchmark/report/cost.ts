import type { BenchResults, PathResult } from '../results.ts'
import { toldModels } from './curves.ts'
import { html, type Markup } from './markup.ts'
import { named } from './sections.ts'
import { numbers, table, texts } from './table.ts'
import { whole } from './words.ts'

/** Prices that the page begins with where the run was told none: examples, no forecasts. */
const [EXAMPLE_GWEI, EXAMPLE_ETHER] = [1, 3000]

/** Gas of setting a model up: of its contracts, and where there are none of its registration. */
function setUpGas({ deploymentGas, storageGas }: PathResult): number | undefined {
  return deploymentGas ?? storageGas
}

/** Gas as money, which the page's script fills in. */
function cost(gas: number | undefined, unit: 'eth' | 'usd'): Markup | string {
  return gas === undefined ? '' : html`<span data-gas="${gas}" data-unit="${unit}"></span>`
}

/** What an inference costs at a price of gas that the reader sets: of models from files, and of the largest of each family. */
export function costSection(results: BenchResults): Markup {
  const rows = toldModels(results.models, 1)
    .flatMap((model) => model.paths.map((result) => ({ model, result })))
    .filter(({ result }) => result.inferenceGas !== undefined)
  if (rows.length === 0) return html``
  const priced = (
    title: string,
    gas: (result: PathResult) => number | undefined,
    unit: 'eth' | 'usd',
    hint: string,
  ) => ({
    ...{ title, hint, kind: 'number' as const },
    cell: ({ result }: (typeof rows)[number]) => ({ shown: cost(gas(result), unit), order: gas(result) }),
  })
  const inference = ({ inferenceGas }: PathResult) => inferenceGas
  return html`<section id="cost"><h2>Cost</h2>
<form id="prices" class="prices"><label>gas price <input name="gwei" type="number" min="0" step="any" value="${results.gasPriceGwei ?? EXAMPLE_GWEI}" inputmode="decimal"> gwei</label>
<label>price of ether <input name="ether" type="number" min="0" step="any" value="${EXAMPLE_ETHER}" inputmode="decimal"> USD</label></form>
<noscript><p>Costs need the page's script.</p></noscript>
${table('Cost of an inference, and of setting the model up, at these prices: set your own', rows, [
  texts('path', ({ result }) => named(result.path)),
  texts('model', ({ model }) => model.name),
  numbers('MACs', ({ model }) => model.macs, whole),
  numbers('gas', ({ result }) => result.inferenceGas, whole),
  priced('ETH', inference, 'eth', 'of an inference'),
  priced('USD', inference, 'usd', 'of an inference'),
  numbers('set-up gas', ({ result }) => setUpGas(result), whole, 'contracts with their weights, or the registration'),
  priced('set-up ETH', setUpGas, 'eth', 'once'),
  priced('set-up USD', setUpGas, 'usd', 'once'),
])}</section>`
}
