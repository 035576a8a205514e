import type { TopLevelSpec } from 'vega-lite'
import { LONG_GAS, NANOSECONDS_PER_GAS } from './gasClock.ts'
import { svgOf } from './svg.ts'
import type { Finding, Validation } from './validate.ts'

type Row = Pick<Finding, 'family' | 'gas' | 'nanoseconds' | 'nanosecondsPerGas'> & { readonly class: string }

const config = { font: 'sans-serif', view: { stroke: '#ddd' } }

function measuredAgainstPriced(rows: readonly Row[]): TopLevelSpec {
  const gasRange = [Math.min(...rows.map(({ gas }) => gas)), Math.max(...rows.map(({ gas }) => gas))]
  const logarithmic = { type: 'log' } as const
  return {
    title: `Time and price of held-out shapes; the line is ${NANOSECONDS_PER_GAS} ns a gas`,
    config,
    width: 640,
    height: 480,
    layer: [
      {
        data: { values: rows as Row[] },
        mark: { type: 'point', size: 14, opacity: 0.7 },
        encoding: {
          x: { field: 'gas', type: 'quantitative', scale: logarithmic, title: 'gas' },
          y: { field: 'nanoseconds', type: 'quantitative', scale: logarithmic, title: 'nanoseconds' },
          color: { field: 'class', type: 'nominal', scale: { scheme: 'tableau20' } },
        },
      },
      {
        data: { values: gasRange.map((gas) => ({ gas, nanoseconds: gas * NANOSECONDS_PER_GAS })) },
        mark: { type: 'line', color: '#888' },
        encoding: {
          x: { field: 'gas', type: 'quantitative', scale: logarithmic },
          y: { field: 'nanoseconds', type: 'quantitative', scale: logarithmic },
        },
      },
    ],
  }
}

function nanosecondsPerGas(rows: readonly Row[]): TopLevelSpec {
  return {
    title: 'Nanoseconds a gas over shapes: means by instruction and price',
    config,
    width: 640,
    data: { values: rows.map((row) => ({ ...row, decade: Math.round(Math.log10(row.gas) * 4) / 4 })) },
    mark: 'rect',
    encoding: {
      x: { field: 'decade', type: 'ordinal', title: 'gas, as a power of 10' },
      y: { field: 'family', type: 'nominal', title: null },
      color: {
        aggregate: 'mean',
        field: 'nanosecondsPerGas',
        type: 'quantitative',
        title: 'ns a gas',
        scale: { domain: [0, NANOSECONDS_PER_GAS], scheme: 'viridis' },
      },
    },
  }
}

function extremes({ classes }: Validation): TopLevelSpec {
  const values = classes.flatMap(({ class: name, worst, best, cachedBest }) => [
    { class: name, kind: 'worst shape', nanosecondsPerGas: worst.nanosecondsPerGas },
    { class: name, kind: 'best shape', nanosecondsPerGas: best.nanosecondsPerGas },
    { class: name, kind: 'best, in the cache', nanosecondsPerGas: cachedBest },
  ])
  return {
    title: `Slowest and fastest shapes for their price, of ${LONG_GAS} gas and more`,
    config,
    width: 640,
    data: { values },
    mark: { type: 'point', filled: true, size: 60 },
    encoding: {
      x: { field: 'nanosecondsPerGas', type: 'quantitative', title: 'nanoseconds a gas' },
      y: { field: 'class', type: 'nominal', title: null },
      color: { field: 'kind', type: 'nominal', title: null },
    },
  }
}

/** Charts of a validation, by file name. */
export async function validationCharts(validation: Validation): Promise<Readonly<Record<string, string>>> {
  const rows = validation.classes.flatMap(({ class: name, heldOut }) =>
    heldOut.map(({ family, gas, nanoseconds, nanosecondsPerGas: perGas }): Row => {
      return { class: name, family, gas, nanoseconds, nanosecondsPerGas: perGas }
    }),
  )
  return {
    'measured-and-priced.svg': await svgOf(measuredAgainstPriced(rows)),
    'ns-per-gas.svg': await svgOf(nanosecondsPerGas(rows.filter(({ gas }) => gas >= LONG_GAS))),
    'extremes.svg': await svgOf(extremes(validation)),
  }
}
