import type { CurvePoint, Quantity } from './curves.ts'
import { inOrder, pathLooks } from './looks.ts'

/** Size of a chart and of its letters, in pixels. */
export type ChartStyle = { readonly width: number; readonly height: number; readonly fontSize: number }

/** How an axis writes a quantity. Times are in seconds there, and written with the unit that suits them. */
const labels: Readonly<Record<Quantity, { readonly title: string; readonly labelExpr: string }>> = {
  gas: { title: 'Gas of an inference', labelExpr: "format(datum.value, '~s')" },
  time: {
    title: 'Time of an inference',
    labelExpr: "replace(format(datum.value, '~s') + 's', /([0-9])(\\D)/, '$1 $2')",
  },
  'gas per MAC': { title: 'Execution gas per MAC', labelExpr: "format(datum.value, datum.value < 1000 ? '~g' : '~s')" },
  'time per MAC': { title: 'Nanoseconds per MAC', labelExpr: "format(datum.value, datum.value < 1000 ? '~g' : '~s')" },
}

/** The powers of ten that enclose values: ends of a logarithmic axis. */
export function decades(values: readonly number[]): [number, number] {
  const [least, most] = [Math.min(...values), Math.max(...values)].map(Math.log10) as [number, number]
  const [low, high] = [Math.floor(least + 1e-9), Math.ceil(most - 1e-9)]
  return [10 ** low, 10 ** (high === low ? low + 1 : high)]
}

/** Part by which an axis of sizes goes beyond the models, so that marks at its ends stand free. */
const BEYOND = 1.3

/** Ends of an axis of sizes: a little beyond the models, so far that two powers of ten are within. */
export function sizeEnds(macs: readonly number[]): [number, number] {
  const [low, high] = [Math.min(...macs) / BEYOND, Math.max(...macs) * BEYOND]
  const [first, last] = [Math.ceil(Math.log10(low)), Math.floor(Math.log10(high))]
  return last > first ? [low, high] : decades(macs)
}

/** A logarithmic scale and axis of a quantity: labels at powers of ten, as many as there is room for. */
export function logarithmic(quantity: Quantity, [low, high]: readonly [number, number], labelsAtMost: number) {
  const [first, last] = [Math.ceil(Math.log10(low) - 1e-9), Math.floor(Math.log10(high) + 1e-9)]
  const step = Math.max(1, Math.ceil((last - first) / (labelsAtMost - 1)))
  const count = Math.floor((last - first) / step) + 1
  return {
    type: 'quantitative' as const,
    title: labels[quantity].title,
    scale: { type: 'log' as const, domain: [low, high], nice: false },
    axis: {
      values: Array.from({ length: count }, (_, index) => Number(`1e${first + index * step}`)),
      labelExpr: labels[quantity].labelExpr,
      labelFlush: false,
      labelOverlap: false,
    },
  }
}

/** Rows of a chart: points with their path's name, which is what the legend shows. */
export function rowsOf(points: readonly CurvePoint[]) {
  return points.map(({ path, ...point }) => ({ ...point, path: pathLooks[path].name }))
}

/** Scales that give each path its colour, mark and dashes. The legend is drawn apart, by {@link legendOf}. */
export function pathScales(points: readonly CurvePoint[]) {
  const looks = inOrder(points.map(({ path }) => path)).map((path) => pathLooks[path])
  const domain = looks.map(({ name }) => name)
  const by = (range: readonly (string | readonly number[])[]) => ({
    field: 'path',
    type: 'nominal' as const,
    scale: { domain, range: range as string[] },
    legend: null,
  })
  return {
    color: by(looks.map(({ colour }) => colour)),
    shape: by(looks.map(({ mark }) => mark)),
    dash: by(looks.map(({ dash }) => dash)),
  }
}

/** Room around the plot, in pixels. */
export type Margins = { readonly left: number; readonly right: number; readonly top: number; readonly bottom: number }

/** Lines of a legend, each so high in sizes of letters. */
const LEGEND_LINE = 1.35
/** Widest name with its mark, in sizes of letters. */
const LEGEND_COLUMN = 9

/** Paths a line of the legend has room for. */
function legendColumns(width: number, fontSize: number): number {
  return Math.max(1, Math.floor(width / (LEGEND_COLUMN * fontSize)))
}

/** Margins of a chart whose labels at the left are so wide, with room for axis and legend below. */
export function marginsOf(points: readonly CurvePoint[], { width, fontSize }: ChartStyle, left: number): Margins {
  const paths = new Set(points.map(({ path }) => path)).size
  const lines = Math.ceil(paths / legendColumns(width, fontSize))
  return { left, right: 1.5 * fontSize, top: 0.8 * fontSize, bottom: (3.9 + LEGEND_LINE * lines) * fontSize }
}

/**
 * A legend under a plot, as layers: Vega's own reckons with letters wider than they are where it has no canvas, and cuts
 * names off.
 */
export function legendOf(points: readonly CurvePoint[], style: ChartStyle, margins: Margins, plotHeight: number) {
  const { width, fontSize } = style
  const columns = legendColumns(width, fontSize)
  const { color, shape } = pathScales(points)
  return inOrder(points.map(({ path }) => path)).flatMap((path, index) => {
    const x = { value: 0.8 * fontSize - margins.left + ((index % columns) * width) / columns }
    const y = { value: plotHeight + (4 + LEGEND_LINE * Math.floor(index / columns)) * fontSize }
    const data = { values: [{ path: pathLooks[path].name }] }
    const mark = { type: 'text' as const, align: 'left' as const, baseline: 'middle' as const, fontSize, color: '#333' }
    return [
      {
        data,
        mark: { type: 'point' as const, filled: true, size: 4 * fontSize, opacity: 1, strokeWidth: 1.4, aria: false },
        encoding: { x, y, color, shape },
      },
      { data, mark: { ...mark, dx: 0.8 * fontSize, aria: false }, encoding: { x, y, text: { field: 'path' } } },
    ]
  })
}

/** What all charts have in common. */
export function chartConfig(fontSize: number) {
  return {
    font: 'Helvetica, Arial, "Liberation Sans", sans-serif',
    background: 'transparent',
    view: { stroke: null },
    axis: {
      ...{ labelFontSize: fontSize, titleFontSize: fontSize, titleFontWeight: 'normal' as const },
      ...{ labelColor: '#333', titleColor: '#333', domainColor: '#333', tickColor: '#333', gridColor: '#ddd' },
      ...{ tickSize: 4, titlePadding: 3, gridWidth: 0.6 },
    },
  }
}
