import type { Shape, TensorType } from '../../isa/index.ts'
import type { Axis, CaseOperands, Point, PriceClass, ShapeFamily } from '../family.ts'

const int8 = (...shape: number[]): TensorType => ({ dtype: 'int8', shape })
const bias = (columns: number): TensorType => ({ dtype: 'int32', shape: [columns] })
const size = (name: string, max: number, min = 1): Axis => ({ name, min, max })
const choice = (name: string, max: number): Axis => ({ name, min: 0, max, isChoice: true })

/** Values of a point in the order of names. */
const at = <N extends string>(point: Point, ...names: readonly N[]) =>
  Object.fromEntries(names.map((name) => [name, point[name] ?? 1])) as Record<N, number>

const matmul: ShapeFamily = {
  name: 'MATMUL',
  mnemonic: 'MATMUL',
  axes: [size('rows', 4096), size('columns', 4096), size('depth', 4096), choice('bias', 1)],
  operands(point) {
    const { rows, columns, depth } = at(point, 'rows', 'columns', 'depth')
    return {
      attributes: { zeroPointA: -3, zeroPointB: 5 },
      a: int8(rows, depth),
      b: int8(columns, depth),
      bias: point.bias ? bias(columns) : undefined,
    }
  },
}

/** Small matrices by the many: what attention heads multiply. */
const batched: ShapeFamily = {
  name: 'MATMUL batched',
  mnemonic: 'MATMUL',
  axes: [size('batch', 256, 2), size('rows', 256), size('columns', 256), size('depth', 256), choice('shared', 1)],
  operands(point) {
    const { batch, rows, columns, depth } = at(point, 'batch', 'rows', 'columns', 'depth')
    return {
      attributes: { zeroPointA: -3, zeroPointB: 0 },
      a: int8(batch, rows, depth),
      b: point.shared ? int8(columns, depth) : int8(batch, columns, depth),
      bias: undefined,
    }
  },
}

const wide: ShapeFamily = {
  name: 'MATMUL int16',
  mnemonic: 'MATMUL',
  axes: [size('rows', 1024), size('columns', 1024), size('depth', 2048)],
  operands(point) {
    const { rows, columns, depth } = at(point, 'rows', 'columns', 'depth')
    return {
      attributes: { zeroPointA: 0, zeroPointB: 0 },
      a: { dtype: 'int16', shape: [rows, depth] },
      b: int8(columns, depth),
      bias: undefined,
    }
  },
}

const windowAxes: readonly Axis[] = [
  size('height', 128),
  size('width', 128),
  size('taps', 7),
  size('wide', 7),
  size('stride', 3),
  choice('padding', 1),
]

/** Attributes of a window; with padding, as much as keeps the size at stride 1. */
export function windowOf({ taps = 1, wide = 1, stride = 1, padding = 0, dilation = 1 }: Point) {
  const pad = (window: number) => (padding ? ((window - 1) * dilation) >> 1 : 0)
  return {
    zeroPoint: -3,
    padTop: pad(taps),
    padBottom: pad(taps),
    padLeft: pad(wide),
    padRight: pad(wide),
    strideH: stride,
    strideW: stride,
    dilationH: dilation,
    dilationW: dilation,
  }
}

const convolution = (point: Point, weights: Shape, channels: number, groups: number): CaseOperands => {
  const { height, width } = at(point, 'height', 'width')
  return {
    attributes: { ...windowOf(point), groups },
    x: int8(1, height, width, channels),
    weights: { dtype: 'int8', shape: weights },
    bias: bias(weights[0] as number),
  }
}

const conv2d: ShapeFamily = {
  name: 'CONV2D',
  mnemonic: 'CONV2D',
  axes: [...windowAxes, size('channels', 512), size('outputs', 512), size('dilation', 2)],
  operands(point) {
    const { taps, wide, channels, outputs } = at(point, 'taps', 'wide', 'channels', 'outputs')
    return convolution(point, [outputs, taps, wide, channels], channels, 1)
  },
}

const pointwise: ShapeFamily = {
  name: 'CONV2D pointwise',
  mnemonic: 'CONV2D',
  axes: [size('height', 128), size('width', 128), size('channels', 1024), size('outputs', 1024)],
  operands(point) {
    const { channels, outputs } = at(point, 'channels', 'outputs')
    return convolution(point, [outputs, 1, 1, channels], channels, 1)
  },
}

const grouped: ShapeFamily = {
  name: 'CONV2D grouped',
  mnemonic: 'CONV2D',
  axes: [...windowAxes, size('channels', 64), size('outputs', 64), size('groups', 64, 2)],
  operands(point) {
    const { taps, wide, channels, outputs, groups } = at(point, 'taps', 'wide', 'channels', 'outputs', 'groups')
    return convolution(point, [outputs * groups, taps, wide, channels], channels * groups, groups)
  },
}

const transposed: ShapeFamily = {
  name: 'TRANSPOSE_CONV2D',
  mnemonic: 'TRANSPOSE_CONV2D',
  axes: [
    size('height', 64),
    size('width', 64),
    size('taps', 5),
    size('wide', 5),
    size('stride', 3),
    size('channels', 256),
    size('outputs', 256),
  ],
  operands(point) {
    const { height, width, taps, wide, stride, channels, outputs } = at(
      point,
      ...(['height', 'width', 'taps', 'wide', 'stride', 'channels', 'outputs'] as const),
    )
    return {
      attributes: {
        zeroPoint: -3,
        padTop: 0,
        padLeft: 0,
        strideH: stride,
        strideW: stride,
        outputH: (height - 1) * stride + taps,
        outputW: (width - 1) * stride + wide,
      },
      x: int8(1, height, width, channels),
      weights: int8(outputs, taps, wide, channels),
      bias: bias(outputs),
    }
  },
}

/** Matrix products, and convolutions that become one. */
export const contraction: PriceClass = {
  name: 'contraction',
  counts: ['tileMacs', 'tileOutputs', 'panelBytes', 'patchBytes'],
  families: [matmul, batched, wide, conv2d, pointwise, grouped, transposed],
}

const depthwiseConv2d: ShapeFamily = {
  name: 'DEPTHWISE_CONV2D',
  mnemonic: 'DEPTHWISE_CONV2D',
  axes: [...windowAxes, size('channels', 1024), size('dilation', 2)],
  operands(point) {
    const { height, width, taps, wide, channels } = at(point, 'height', 'width', 'taps', 'wide', 'channels')
    return {
      attributes: windowOf(point),
      x: int8(1, height, width, channels),
      weights: int8(taps, wide, channels),
      bias: bias(channels),
    }
  },
}

const multiplied: ShapeFamily = {
  name: 'DEPTHWISE_CONV2D with multiplier',
  mnemonic: 'DEPTHWISE_CONV2D',
  axes: [...windowAxes, size('channels', 64), size('multiplier', 16, 2)],
  operands(point) {
    const { height, width, taps, wide, channels } = at(point, 'height', 'width', 'taps', 'wide', 'channels')
    const outputs = channels * (point.multiplier ?? 1)
    return {
      attributes: windowOf(point),
      x: int8(1, height, width, channels),
      weights: int8(taps, wide, outputs),
      bias: bias(outputs),
    }
  },
}

export const depthwise: PriceClass = {
  name: 'depthwise',
  counts: ['depthwiseMacs', 'depthwiseOutputs', 'depthwiseInputs', 'depthwiseTaps'],
  families: [depthwiseConv2d, multiplied],
}
