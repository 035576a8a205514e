import type { Random } from '../../calibration/random.ts'
import { dtypeCode, ROUND_SINGLE, type Tensor, tensorOf } from '../../isa/index.ts'
import { type ProgramBuilder, quantizeMultiplier } from '../../model/index.ts'

/** Root mean square of int8 values drawn from -127..127, each as likely. */
const UNIFORM_SPREAD = Math.sqrt((127 * 128) / 3)
/** Standard deviation that the results of a layer are scaled to, in steps: saturation at ±127 is then rare. */
const RESULT_SPREAD = 32
/** Zero point of what a rectifier gives. */
const RECTIFIED_ZERO_POINT = -30

/** Windows of mean pools: an element may read so few leaves (isa/reach.ts) that great pictures take several. */
const POOL_WINDOW = 4
const MAX_WINDOW = 6

/** Values between layers, and their root mean square about the zero point. */
type Activation = { readonly value: number; readonly zeroPoint: number; readonly spread: number }

/** A kind of sum of products, with what its instruction takes beside the values and the weights. */
type Product = {
  readonly mnemonic: 'MATMUL' | 'CONV2D' | 'DEPTHWISE_CONV2D'
  readonly weightShape: readonly number[]
  readonly channels: number
  /** Products of a sum. */
  readonly depth: number
  readonly attributes: Readonly<Record<string, number>>
}

/** Layers of random integers. */
export type LayerBuilder = {
  readonly input: (shape: readonly number[]) => Activation
  /** `[M, K]` to `[M, N]`. */
  dense(x: Activation, outputs: number, rectified: boolean): Activation
  /** A rectified convolution of 3 x 3, or of 1 x 1 with `size` 1, padded so that only the stride makes the picture smaller. */
  convolution(x: Activation, outputs: number, size: 1 | 3, stride: 1 | 2): Activation
  /** A rectified convolution of 3 x 3 of each channel alone. */
  depthwise(x: Activation): Activation
  /** Mean over a square picture, by pools that leave out what is no whole window: `[1, S, S, C]` to `[1, C]`. */
  pool(x: Activation): Activation
}

/**
 * Layers with random int8 weights, biases, and a factor for each channel, that keep results spread over int8: sums of
 * independent products spread with the root of their number, which the factors undo.
 */
export function createLayers(builder: ProgramBuilder, random: Random): LayerBuilder {
  const constant = (dtype: 'int8' | 'int32', shape: readonly number[], draw: () => number): number => {
    const count = shape.reduce((product, size) => product * size, 1)
    const tensor: Tensor = tensorOf(dtype, [...shape], Array.from({ length: count }, draw))
    return builder.constant(tensor)
  }

  const layer = (x: Activation, product: Product, rectified: boolean): Activation => {
    const { mnemonic, weightShape, channels, depth, attributes } = product
    const sumSpread = Math.sqrt(depth) * x.spread * UNIFORM_SPREAD
    const weights = constant('int8', weightShape, () => random.integer(-127, 127))
    const most = Math.ceil(sumSpread / 4)
    const bias = constant('int32', [channels], () => random.integer(-most, most))
    const operands =
      mnemonic === 'MATMUL'
        ? { attributes: { zeroPointA: x.zeroPoint, ...attributes }, a: x.value, b: weights, bias }
        : { attributes: { zeroPoint: x.zeroPoint, ...attributes }, x: x.value, weights, bias }
    const sums = builder.emit(mnemonic, operands)
    const factors = Array.from({ length: channels }, () =>
      quantizeMultiplier((RESULT_SPREAD / sumSpread) * (0.75 + random.fraction() / 2)),
    )
    const packed = [...factors.map(({ multiplier }) => multiplier), ...factors.map(({ shift }) => shift)]
    const zeroPoint = rectified ? RECTIFIED_ZERO_POINT : 0
    const value = builder.emit('RESCALE', {
      attributes: {
        ...{ dtype: dtypeCode.int8, perChannel: 2, rounding: ROUND_SINGLE, outputZeroPoint: zeroPoint },
        ...{ low: rectified ? zeroPoint : -128, high: 127 },
      },
      x: sums,
      multiplier: builder.constant(tensorOf('int32', [2, channels], packed)),
      shift: 0,
    })
    return { value, zeroPoint, spread: rectified ? RESULT_SPREAD / Math.SQRT2 : RESULT_SPREAD }
  }

  const shapeOf = ({ value }: Activation) => builder.typeOf(value).shape
  const last = (x: Activation) => shapeOf(x).at(-1) as number

  return {
    input: (shape) => ({
      value: builder.input({ dtype: 'int8', shape: [...shape] }),
      zeroPoint: 0,
      spread: UNIFORM_SPREAD,
    }),
    dense: (x, outputs, rectified) => {
      const depth = last(x)
      const product = {
        mnemonic: 'MATMUL',
        weightShape: [outputs, depth],
        channels: outputs,
        depth,
        attributes: {},
      } as const
      return layer(x, product, rectified)
    },
    convolution: (x, outputs, size, stride) => {
      const inputs = last(x)
      const before = size === 1 || stride === 2 ? 0 : 1
      const after = size === 1 ? 0 : 1
      return layer(
        x,
        {
          ...{ mnemonic: 'CONV2D', weightShape: [outputs, size, size, inputs], channels: outputs },
          depth: size * size * inputs,
          attributes: {
            ...{ padTop: before, padLeft: before, padBottom: after, padRight: after },
            ...{ strideH: stride, strideW: stride, dilationH: 1, dilationW: 1, groups: 1 },
          },
        },
        true,
      )
    },
    depthwise: (x) =>
      layer(
        x,
        {
          ...{ mnemonic: 'DEPTHWISE_CONV2D', weightShape: [3, 3, last(x)], channels: last(x), depth: 9 },
          attributes: {
            ...{ padTop: 1, padLeft: 1, padBottom: 1, padRight: 1 },
            ...{ strideH: 1, strideW: 1, dilationH: 1, dilationW: 1 },
          },
        },
        true,
      ),
    pool: (x) => {
      const channels = last(x)
      let pooled = x.value
      for (let size = shapeOf(x)[1] as number; size > 1; ) {
        const window = size <= MAX_WINDOW ? size : POOL_WINDOW
        const attributes = { windowH: window, windowW: window, strideH: window, strideW: window }
        pooled = builder.emit('AVG_POOL2D', { attributes, x: pooled })
        size = Math.floor(size / window)
      }
      const value = builder.emit('RESHAPE', { type: { dtype: 'int8', shape: [1, channels] }, x: pooled })
      // The mean of what a rectifier gives of a symmetric variable.
      return { value, zeroPoint: x.zeroPoint, spread: RESULT_SPREAD / Math.sqrt(2 * Math.PI) }
    },
  }
}
