import { tensorOf } from '../../isa/index.ts'
import { createProgramBuilder } from '../../model/builder.ts'
import type { Program } from '../../model/program.ts'

/** A model whose constants are int8 [70, 1000], three chunks, and int32 [4]; it gives its input back. */
export function constantsModel(): Program {
  return {
    inputs: [{ dtype: 'int8', shape: [4] }],
    constants: [
      tensorOf(
        'int8',
        [70, 1000],
        Array.from({ length: 70000 }, (_, index) => (index % 251) - 125),
      ),
      tensorOf('int32', [4], [1, -2, 3, -4]),
    ],
    steps: [],
    outputs: [0],
  }
}

/** int8 [1, 16] x int8 [3, 16] + int32 [3], rescaled to int8, then its largest index: two outputs. */
export function classifierModel(): Program {
  const builder = createProgramBuilder()
  const input = builder.input({ dtype: 'int8', shape: [1, 16] })
  const weights = builder.constant(
    tensorOf(
      'int8',
      [3, 16],
      Array.from({ length: 48 }, (_, index) => ((index * 37) % 200) - 100),
    ),
  )
  const bias = builder.constant(tensorOf('int32', [3], [500, -700, 90]))
  const sums = builder.emit('MATMUL', { attributes: { zeroPointA: -3 }, a: input, b: weights, bias })
  const scores = builder.emit('RESCALE', {
    attributes: { dtype: 1, rounding: 1, low: -128, high: 127 },
    x: sums,
    multiplier: 2 ** 30,
    shift: -7,
  })
  builder.output(scores)
  builder.output(builder.emit('ARGMAX', { attributes: { axis: 1 }, x: scores }))
  return builder.build()
}

/** int8 [1, 40, 40, 3] through a convolution and a maximum over windows: tensors large enough to be freed on the way. */
export function convolutionModel(): Program {
  const builder = createProgramBuilder()
  const input = builder.input({ dtype: 'int8', shape: [1, 40, 40, 3] })
  const weights = builder.constant(
    tensorOf(
      'int8',
      [4, 3, 3, 3],
      Array.from({ length: 108 }, (_, index) => ((index * 53) % 255) - 127),
    ),
  )
  const attributes = { zeroPoint: 5, padTop: 1, padLeft: 1, padBottom: 1, padRight: 1 }
  const bias = builder.constant(tensorOf('int32', [4], [1000, -1000, 0, 77]))
  const sums = builder.emit('CONV2D', { attributes, x: input, weights, bias })
  const scaled = builder.emit('RESCALE', {
    attributes: { dtype: 1, rounding: 0, low: -128, high: 127 },
    x: sums,
    multiplier: 2 ** 30,
    shift: -8,
  })
  const windows = { windowH: 2, windowW: 2, strideH: 2, strideW: 2 }
  builder.output(builder.emit('MAX_POOL2D', { attributes: windows, x: scaled }))
  return builder.build()
}
