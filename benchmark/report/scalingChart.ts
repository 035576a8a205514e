import type { TopLevelSpec } from 'vega-lite'
import type { BenchResults } from '../results.ts'
import {
  type ChartStyle,
  chartConfig,
  decades,
  legendOf,
  logarithmic,
  marginsOf,
  pathScales,
  rowsOf,
  sizeEnds,
} from './chartParts.ts'
import { type CurveGroup, type CurvePoint, continuation, groupOf, type Quantity, valueAt } from './curves.ts'
import { pathLooks } from './looks.ts'

/** A level or a size that a limit draws through the chart. */
type Limit = { readonly label: string; readonly at: number }

/** What a chart shows. */
export type Curves = {
  readonly group: CurveGroup
  readonly quantity: Quantity
  readonly points: readonly CurvePoint[]
}

/** Room at the left for labels and title, in sizes of letters. */
const LEFT: Readonly<Record<Quantity, number>> = { gas: 5.6, time: 6.4, 'gas per MAC': 5.6, 'time per MAC': 5.6 }

/** Curves by path. */
function byPath(points: readonly CurvePoint[]): CurvePoint[][] {
  return [...new Set(points.map(({ path }) => path))].map((path) => points.filter((point) => point.path === path))
}

/** Limits on gas, where what is drawn comes near them. */
function gasLimits({ gasLimits: { transaction, block } }: BenchResults, most: number): Limit[] {
  const limits = [
    { label: 'transaction limit', at: transaction },
    { label: 'block limit', at: block },
  ]
  return limits.filter(({ at }) => at > 0 && at <= 10 * most)
}

/** Code limits of sizes so near each other are drawn as one. */
const NEAR = 1.5

/** Sizes from which on the code of a path does not fit: of paths that reach it at about the same size, the least. */
function codeLimits({ limitPoints }: BenchResults, { group, points }: Curves): Limit[] {
  const drawn = new Set(points.map(({ path }) => path))
  const limits = limitPoints
    .filter(({ family, limit, path }) => family === group && limit === 'code size' && drawn.has(path))
    .sort((a, b) => a.macs - b.macs)
  const firsts = limits.filter(({ macs }, index) => index === 0 || macs > NEAR * (limits[index - 1]?.macs ?? 0))
  return firsts.map(({ macs }) => {
    const near = limits.filter((other) => other.macs >= macs && other.macs <= NEAR * macs)
    return {
      label: `code size: ${near.map(({ path }) => pathLooks[path].name.replace('Solidity ', '')).join(', ')}`,
      at: macs,
    }
  })
}

/** Points where two curves cross, on the first of them. */
function crossings({ crossovers }: BenchResults, { group, quantity, points }: Curves) {
  return crossovers
    .filter((crossover) => crossover.family === group && crossover.quantity === quantity)
    .flatMap(({ cheaperBelow, macs }) => {
      const value = valueAt(
        points.filter(({ path }) => path === cheaperBelow),
        macs,
      )
      return value === undefined ? [] : { macs, value }
    })
}

/**
 * Curves of a family of models on logarithmic axes: a line a path with its marks, intervals of times, limits as rules with
 * their names, rings at crossovers, and dots to where the sweep ends for a path that stops before.
 */
export function scalingChart(results: BenchResults, curves: Curves, style: ChartStyle): TopLevelSpec {
  const { group, quantity, points } = curves
  const { fontSize } = style
  const margins = marginsOf(points, style, LEFT[quantity] * fontSize)
  const width = style.width - margins.left - margins.right
  const height = style.height - margins.top - margins.bottom
  const largest = Math.max(...results.models.filter((model) => groupOf(model) === group).map(({ macs }) => macs))
  const goingOn = byPath(points).flatMap((curve) => continuation(curve, largest))
  const shown = [...points, ...goingOn].map(({ value }) => value)
  const levels = quantity === 'gas' ? gasLimits(results, Math.max(...shown)) : []
  const macs = sizeEnds([...points.map((point) => point.macs), largest])
  const within = ({ at }: Limit) => at >= macs[0] && at <= macs[1]
  const sizes = quantity === 'gas' ? codeLimits(results, curves).filter(within) : []
  const values = decades([...shown, ...levels.map(({ at }) => at)])
  const x = {
    ...{ field: 'macs', type: 'quantitative' as const, title: 'Multiply-accumulates (MACs)' },
    scale: { type: 'log' as const, domain: macs, nice: false },
    axis: { ...logarithmic('gas', macs, width / (3.4 * fontSize)).axis },
  }
  const scaleOfY = logarithmic(quantity, values, height / (1.8 * fontSize))
  // Where the title stands is told: Vega's own reckoning of labels is too wide.
  const extent = (LEFT[quantity] - 2.2) * fontSize
  const y = { field: 'value', ...scaleOfY, axis: { ...scaleOfY.axis, minExtent: extent, maxExtent: extent } }
  const { color, shape, dash } = pathScales(points)
  const rule = { type: 'rule' as const, color: '#333', strokeWidth: 0.8, strokeDash: [6, 3] }
  const word = { type: 'text' as const, color: '#333', fontSize: 0.9 * fontSize, fontStyle: 'italic' as const }
  /** A text on ground of its own, so that curves do not cross it. */
  const written = <Encoding>(limits: readonly Limit[], encoding: Encoding, mark: object) =>
    [{ stroke: '#fefefe', strokeWidth: 3, strokeJoin: 'round' as const, aria: false }, {}].map((ground) => ({
      data: { values: [...limits] },
      mark: { ...word, ...mark, ...ground },
      encoding,
    }))
  const description = { field: 'path', type: 'nominal' as const }
  return {
    config: chartConfig(fontSize),
    width,
    height,
    autosize: 'none',
    padding: { ...margins },
    layer: [
      { data: { values: levels }, mark: rule, encoding: { y: { ...y, field: 'at' } } },
      { data: { values: sizes }, mark: { ...rule, strokeDash: [2, 2] }, encoding: { x: { ...x, field: 'at' } } },
      {
        data: { values: rowsOf(goingOn) },
        mark: { type: 'line', strokeDash: [0.5, 3.5], strokeCap: 'round', strokeWidth: 1.6, aria: false },
        encoding: { x, y, color },
      },
      {
        data: { values: rowsOf(points) },
        mark: { type: 'line', strokeWidth: 1.4, aria: false },
        encoding: { x, y, color, strokeDash: dash },
      },
      ...written(
        levels.map((limit) => ({ ...limit, left: macs[0] })),
        { x: { ...x, field: 'left' }, y: { ...y, field: 'at' }, text: { field: 'label' } },
        { align: 'left', baseline: 'bottom', dx: 3, dy: -1 },
      ),
      ...written(
        sizes.map((limit) => ({ ...limit, high: values[1] })),
        { x: { ...x, field: 'at' }, y: { ...y, field: 'high' }, text: { field: 'label' } },
        { align: 'right', baseline: 'top', angle: 270, dx: -3, dy: 3 },
      ),
      {
        data: { values: rowsOf(points).filter(({ low, high }) => low !== undefined && high !== undefined) },
        mark: { type: 'rule', strokeWidth: 1, aria: false },
        encoding: { x, y: { ...y, field: 'low' }, y2: { field: 'high' }, color },
      },
      {
        data: { values: rowsOf(points) },
        mark: { type: 'point', filled: true, size: 3 * fontSize, opacity: 1, strokeWidth: 1.4 },
        encoding: { x, y, color, shape, detail: [description, { field: 'model', type: 'nominal' }] },
      },
      {
        data: { values: crossings(results, curves) },
        mark: {
          type: 'point',
          shape: 'circle',
          filled: false,
          size: 9 * fontSize,
          color: '#333',
          strokeWidth: 1,
          opacity: 1,
        },
        encoding: { x, y },
      },
      ...legendOf(points, style, margins, height),
    ],
  }
}
