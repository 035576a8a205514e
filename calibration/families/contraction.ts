import type { Shape } from '../../isa/index.ts'
import type { Axis, CaseOperands, Point, PriceClass, ShapeFamily } from '../family.ts'
import { products } from './product.ts'
import { at, bias, choice, int8, size } from './shapes.ts'

const windowAxes: readonly Axis[] = [
  size('height', 128),
  size('width', 128),
  size('taps', 7),
  size('wide', 7),
  size('stride', 3),
  choice('padding', 1),
]

/** Attributes of a window; with padding, as much as keeps the size at stride 1. */
function windowOf({ taps = 1, wide = 1, stride = 1, padding = 0, dilation = 1 }: Point) {
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

/** Windows whose taps and positions lie apart, and that lie mostly in the padding: each axis by itself. */
const sparse: ShapeFamily = {
  name: 'CONV2D sparse',
  mnemonic: 'CONV2D',
  axes: [
    size('batch', 16),
    size('height', 96),
    size('width', 96),
    size('taps', 9),
    size('wide', 9),
    size('strideH', 9),
    size('strideW', 9),
    size('dilationH', 9),
    size('dilationW', 9),
    size('padH', 12),
    size('padW', 12),
    size('channels', 48),
    size('outputs', 48),
  ],
  operands(point) {
    const { batch, height, width, taps, wide, channels, outputs } = at(
      point,
      ...(['batch', 'height', 'width', 'taps', 'wide', 'channels', 'outputs'] as const),
    )
    const { strideH, strideW, dilationH, dilationW, padH, padW } = at(
      point,
      ...(['strideH', 'strideW', 'dilationH', 'dilationW', 'padH', 'padW'] as const),
    )
    const pads = { padTop: padH - 1, padBottom: padH - 1, padLeft: padW - 1, padRight: padW - 1 }
    return {
      attributes: { zeroPoint: -3, ...pads, strideH, strideW, dilationH, dilationW, groups: 1 },
      x: int8(batch, height, width, channels),
      weights: int8(outputs, taps, wide, channels),
      bias: undefined,
    }
  },
}

/** Many groups of few channels. */
const manyGroups: ShapeFamily = {
  name: 'CONV2D of many groups',
  mnemonic: 'CONV2D',
  axes: [...windowAxes, size('dilation', 3), size('groups', 512, 2), size('channels', 12), size('outputs', 12)],
  operands: grouped.operands,
}

/** Strides above the taps, outputs far smaller or larger than x would fill. */
const cut: ShapeFamily = {
  name: 'TRANSPOSE_CONV2D cut',
  mnemonic: 'TRANSPOSE_CONV2D',
  axes: [
    size('batch', 8),
    size('height', 64),
    size('width', 64),
    size('taps', 12),
    size('wide', 12),
    size('strideH', 12),
    size('strideW', 12),
    size('outputH', 200),
    size('outputW', 200),
    size('padH', 20),
    size('padW', 20),
    size('channels', 64),
    size('outputs', 64),
  ],
  operands(point) {
    const { batch, height, width, taps, wide, channels, outputs } = at(
      point,
      ...(['batch', 'height', 'width', 'taps', 'wide', 'channels', 'outputs'] as const),
    )
    const { strideH, strideW, outputH, outputW, padH, padW } = at(
      point,
      ...(['strideH', 'strideW', 'outputH', 'outputW', 'padH', 'padW'] as const),
    )
    return {
      attributes: { zeroPoint: -3, padTop: padH - 1, padLeft: padW - 1, strideH, strideW, outputH, outputW },
      x: int8(batch, height, width, channels),
      weights: int8(outputs, taps, wide, channels),
      bias: bias(outputs),
    }
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
  counts: ['tileMacs', 'tileOutputs', 'panelBytes', 'vectorMacs', 'widenedElements', 'productSteps'],
  families: [...products, conv2d, sparse, pointwise, grouped, manyGroups, transposed, cut],
}

/** Windows from one tap to as large as pictures. */
const wideWindowAxes = windowAxes.map((axis) => (['taps', 'wide'].includes(axis.name) ? { ...axis, max: 48 } : axis))

const depthwiseConv2d: ShapeFamily = {
  name: 'DEPTHWISE_CONV2D',
  mnemonic: 'DEPTHWISE_CONV2D',
  axes: [...wideWindowAxes, size('channels', 1024), size('dilation', 2)],
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
  axes: [...wideWindowAxes, size('channels', 64), size('multiplier', 16, 2)],
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
  counts: ['depthwiseMacs', 'depthwiseOutputs', 'depthwiseInputs', 'depthwiseTaps', 'depthwiseWeights'],
  families: [depthwiseConv2d, multiplied],
}
