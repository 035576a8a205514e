import type { TopLevelSpec } from 'vega-lite'
import {
  type ChartStyle,
  chartConfig,
  decades,
  legendOf,
  logarithmic,
  marginsOf,
  pathScales,
  rowsOf,
} from './chartParts.ts'
import type { CurvePoint, Quantity } from './curves.ts'

/** Letters of a model's name that are shown. */
const NAME_LETTERS = 24
/** Width of a letter of Helvetica at most times, in its size; and what Vega takes it for. */
const [LETTER, VEGA_LETTER] = [0.56, 0.8]

/** A quantity of models that are no family: a line a model, a mark a path. */
export function dotPlot(points: readonly CurvePoint[], quantity: Quantity, style: ChartStyle): TopLevelSpec {
  const { fontSize } = style
  const models = [...new Set(points.map(({ model }) => model))]
  const letters = Math.min(NAME_LETTERS, Math.max(...models.map(({ length }) => length)))
  const margins = marginsOf(points, style, (LETTER * letters + 1.5) * fontSize)
  const [width, height] = [style.width - margins.left - margins.right, (models.length * 1.9 + 0.6) * fontSize]
  const { color, shape } = pathScales(points)
  const ends = points.flatMap(({ value, low = value, high = value }) => [value, low, high])
  const x = {
    field: 'value',
    ...logarithmic(quantity, decades(ends.filter((end) => end > 0)), width / (3.4 * fontSize)),
  }
  const axis = { grid: true, ticks: false, domain: false, labelLimit: VEGA_LETTER * letters * fontSize + 1 }
  const y = { field: 'model', type: 'nominal' as const, title: null, sort: models, axis }
  return {
    config: chartConfig(fontSize),
    width,
    height,
    autosize: 'none',
    padding: { ...margins },
    data: { values: rowsOf(points) },
    layer: [
      {
        transform: [{ filter: 'isValid(datum.low) && isValid(datum.high)' }],
        mark: { type: 'rule', strokeWidth: 1, aria: false },
        encoding: { x: { ...x, field: 'low' }, x2: { field: 'high' }, y, color },
      },
      {
        mark: { type: 'point', filled: true, size: 4 * fontSize, opacity: 1, strokeWidth: 1.4 },
        encoding: { x, y, color, shape },
      },
      ...legendOf(points, style, margins, height),
    ],
  }
}
