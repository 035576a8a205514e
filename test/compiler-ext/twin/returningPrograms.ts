import type { ReferenceStep } from '../../../model/referenceMachine.ts'
import { attributes, axes, load, type NamedProgram, rescale, rowProduct, step, type } from './programs.ts'
import { MODEL_ROOT } from './surroundings.ts'

const extremes = [-(2 ** 31), 2 ** 31 - 1, -1, 0, 1, 2 ** 30, -(2 ** 30), 65536]

const int32 = (index: number) => ((index * 1103515245) % 2 ** 31) - 2 ** 30

/** Instructions on pairs of elements, over shapes that both stretch, and each result's commitment. */
const pairs: ReferenceStep[] = [
  load('int32', [2, 1, 3]),
  load('int32', [4, 1], 24),
  ...['TADD', 'TSUB', 'MAXIMUM', 'MINIMUM', 'ARITHMETIC_RIGHT_SHIFT'].flatMap((mnemonic, i) => [
    step(mnemonic, 1, 2),
    step('TROOT', 3 + i),
  ]),
]

/** Instructions that take a tensor and an attribute word. */
const unary: readonly (readonly [mnemonic: string, word: bigint])[] = [
  ['CLAMP', attributes('CLAMP', { low: -20000, high: 20001 })],
  ['REDUCE_SUM', attributes('REDUCE_SUM', { axes: 5, zeroPoint: -32768 })],
  ['REDUCE_SUM', attributes('REDUCE_SUM', { axes: 7, keepDims: 1 })],
  ['REDUCE_MAX', attributes('REDUCE_MAX', { axes: 2, keepDims: 1 })],
  ['REDUCE_MIN', attributes('REDUCE_MIN', { axes: 7 })],
  ['ARGMAX', attributes('ARGMAX', { axis: 1 })],
  ['RESHAPE', type('int16', 4, 1, 6)],
  ['TRANSPOSE', attributes('TRANSPOSE', { axis0: 2, axis1: 0, axis2: 1 })],
  ['PAD', attributes('PAD', { value: -32768, before0: 1, after1: 2, before2: 1, after2: 1 })],
  ['TILE', axes(2, 1, 3)],
]

/** Programs at the edges of rules that SPEC.md says end well. */
export const returningPrograms: readonly NamedProgram[] = [
  { name: 'pairs of elements', int32: Array.from({ length: 10 }, (_, i) => int32(i)), steps: pairs },
  {
    name: 'axes that are reduced, moved and repeated',
    int32: Array.from({ length: 14 }, (_, i) => int32(i)),
    steps: [
      load('int16', [2, 3, 4], 1),
      ...unary.flatMap(([mnemonic, word], i) => [step(mnemonic, word, 1), step('TTYPE', 2 + i), step('TROOT', 2 + i)]),
      step('CONCAT', 1, 1, 1),
      step('TROOT', 2 + unary.length),
    ],
  },
  {
    name: 'memory, code and a model, and back',
    int32: extremes,
    steps: [
      step('TMLOAD', type('int16', 2, 5), 3),
      step('TCODELOAD', type('int8', 4), 0xc0de1, 7),
      step('TMODELLOAD', BigInt(MODEL_ROOT), 0, 2, 3),
      step('TMSTORE', 1, 100),
      step('TMSTORE', 3, 115),
      step('TMLOAD', type('int32', 5), 98),
      step('TROOT', 4),
      step('TMSTORE', 2, 0),
    ],
  },
  {
    name: 'windows and kernels over one image',
    int32: Array.from({ length: 20 }, (_, i) => int32(i)),
    steps: [
      load('int8', [1, 3, 4, 2]),
      load('int8', [2, 2, 4], 24),
      load('int8', [3, 2, 3, 2], 40),
      load('int32', [4], 9),
      step(
        'DEPTHWISE_CONV2D',
        attributes('DEPTHWISE_CONV2D', {
          zeroPoint: 127,
          padTop: 1,
          padRight: 2,
          strideH: 2,
          strideW: 1,
          dilationH: 1,
          dilationW: 2,
        }),
        1,
        2,
        4,
      ),
      step(
        'TRANSPOSE_CONV2D',
        attributes('TRANSPOSE_CONV2D', {
          zeroPoint: -5,
          padTop: 1,
          padLeft: 2,
          strideH: 2,
          strideW: 3,
          outputH: 7,
          outputW: 9,
        }),
        1,
        3,
        0,
      ),
      step(
        'MAX_POOL2D',
        attributes('MAX_POOL2D', {
          windowH: 3,
          windowW: 2,
          strideH: 1,
          strideW: 2,
          padTop: 2,
          padLeft: 1,
          padBottom: 1,
        }),
        1,
      ),
      step('TROOT', 5),
      step('TROOT', 6),
      step('TROOT', 7),
    ],
  },
  { name: 'an element that reads 96 leaves', steps: rowProduct(12288, 0) },
  { name: 'an arena that is full', steps: [load('int32', [8192]), step('TSPACE')] },
  {
    name: 'room after a tensor was freed',
    steps: [load('int32', [8192]), step('TFREE', 1, 1), load('int8', [1]), step('TSPACE')],
  },
  { name: 'forty tensors', steps: Array.from({ length: 40 }, () => load('int8', [1])) },
  {
    name: 'handles that are not used again',
    steps: [load('int8', [1]), load('int8', [2]), step('TFREE', 1, 2), load('int8', [3]), step('TTYPE', 3)],
  },
  {
    name: 'a freed handle in a range',
    steps: [load('int8', [1]), load('int8', [1]), step('TFREE', 1, 1), step('TFREE', 1, 2), step('TSPACE')],
  },
  { name: 'an empty range that begins at 2^32', steps: [step('TFREE', 2 ** 32, 0)] },
  {
    name: 'calldata at the end of all offsets',
    steps: [step('TCALLDATALOAD', type('int32', 2), -1), step('TROOT', 1)],
  },
  {
    name: 'code at the end of all offsets, of an account with high bits set',
    steps: [step('TCODELOAD', type('int16', 3), (1n << 200n) | 0xc0de1n, 2n ** 256n - 3n), step('TROOT', 1)],
  },
  {
    name: 'code that ends inside the tensor',
    steps: [step('TCODELOAD', type('int16', 5), 0xc0de1, 295), step('TROOT', 1)],
  },
  {
    name: 'factors of every channel, whatever the data',
    int32: [...extremes, ...extremes.toReversed()],
    steps: [
      load('int32', [2, 8]),
      load('int32', [8], 16),
      load('int8', [8], 3),
      step('RESCALE', rescale({ perChannel: 1 }), 1, 2, 3),
      step('RESCALE', rescale({ perChannel: 1, rounding: 1 }), 1, 2, 3),
      step('RESCALE', rescale({ perChannel: 2, dtype: 3, low: -(2 ** 31), high: 2 ** 31 - 1 }), 1, 1, 0),
      ...[4, 5, 6].map((handle) => step('TROOT', handle)),
    ],
  },
  {
    name: 'the greatest shifts and zero points of each dtype',
    int32: extremes,
    steps: [
      load('int8', [8]),
      load('int16', [8]),
      step('RESCALE', rescale({ inputShift: 22, inputZeroPoint: -128, outputZeroPoint: 127 }), 1, 2 ** 31 - 1, -31),
      step(
        'RESCALE',
        rescale({ dtype: 2, inputShift: 15, inputZeroPoint: 32767, outputZeroPoint: -32768, low: -32768, high: 32767 }),
        2,
        2 ** 31 - 1,
        30,
      ),
      step('TROOT', 3),
      step('TROOT', 4),
    ],
  },
  {
    name: 'leading axes that broadcast',
    int32: extremes,
    steps: [
      load('int16', [2, 1, 2, 3]),
      load('int8', [3, 2, 3], 5),
      step('MATMUL', attributes('MATMUL', { zeroPointB: -128 }), 1, 2, 0),
      step('TTYPE', 3),
      step('TROOT', 3),
    ],
  },
  {
    name: 'reciprocal roots',
    int32: [-1, 0, 1, 2, 3, 4, 2 ** 31 - 1, -(2 ** 31)],
    steps: [load('int32', [8]), step('RSQRT', 1), step('TROOT', 2)],
  },
  {
    name: 'products shifted as far as they can be',
    int32: extremes,
    steps: [
      load('int32', [8]),
      load('int32', [8, 1]),
      ...[0, 1, 31, 32, 62].flatMap((shift, i) => [step('TMUL', shift, 1, 2), step('TROOT', 3 + i)]),
    ],
  },
  {
    name: 'probabilities in each form, also of negative exponentials',
    int32: Array.from({ length: 256 }, (_, d) => (d % 7 === 3 ? -d : Math.floor(2 ** 31 / (d + 1.5)))),
    steps: [
      load('int32', [256]),
      load('int8', [3, 5], 2),
      ...[0, 1, 2].flatMap((form, i) => [step('SOFTMAX', form, 2, 1), step('TROOT', 3 + i)]),
    ],
  },
  {
    name: 'a table between its entries',
    int32: Array.from({ length: 257 }, (_, i) => i * 987654321),
    steps: [load('int16', [513]), load('int16', [2, 5], 9), step('TABLE', 2, 1), step('TROOT', 3)],
  },
  {
    name: 'the last of a table, and before the first',
    int32: [1, 2, 3, -7, 500],
    steps: [load('int32', [3]), load('int32', [2], 12), step('GATHER', 1, 2), step('TROOT', 3)],
  },
  {
    name: 'halves of an average, on both sides of zero',
    int32: [0x01020304, -0x01020304, 0x7f80, -1],
    steps: [
      load('int8', [1, 2, 4, 2]),
      step('AVG_POOL2D', attributes('AVG_POOL2D', { windowH: 2, windowW: 1, strideH: 1, strideW: 1, padTop: 1 }), 1),
      step('AVG_POOL2D', attributes('AVG_POOL2D', { windowH: 2, windowW: 2, strideH: 2, strideW: 1, padRight: 1 }), 1),
      step('TROOT', 2),
      step('TROOT', 3),
    ],
  },
  {
    name: 'groups, dilation and uneven pads',
    int32: Array.from({ length: 30 }, (_, i) => i * 123456789),
    steps: [
      load('int8', [2, 4, 3, 4]),
      load('int8', [6, 2, 2, 2], 20),
      load('int32', [6], 60),
      step(
        'CONV2D',
        attributes('CONV2D', {
          zeroPoint: -128,
          padTop: 2,
          padLeft: 1,
          padRight: 3,
          strideH: 2,
          strideW: 1,
          dilationH: 3,
          dilationW: 2,
          groups: 2,
        }),
        1,
        2,
        3,
      ),
      step('TTYPE', 4),
      step('TROOT', 4),
    ],
  },
  {
    name: 'every second element, to the last',
    int32: extremes,
    steps: [load('int16', [3, 5]), step('SLICE', axes(0, 0), axes(2, 3), axes(1, 1), 1), step('TROOT', 2)],
  },
]
