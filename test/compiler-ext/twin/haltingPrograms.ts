import { attributes, axes, load, type NamedProgram, rescale, rowProduct, step, type } from './programs.ts'

/** Programs just beyond the edges of rules, which SPEC.md says halt. */
export const haltingPrograms: readonly NamedProgram[] = [
  { name: 'an element that reads 97 leaves, one of them of the bias', steps: rowProduct(12288, 3) },
  { name: 'a row one element longer than 96 leaves allow', steps: rowProduct(12289, 0) },
  {
    name: 'reductions whose reach counts runs, not elements',
    steps: [load('int8', [97, 257]), step('REDUCE_MAX', 1, 1)],
  },
  { name: 'an arena that would be fuller', steps: [load('int32', [8192]), load('int8', [1])] },
  { name: 'forty-one tensors', steps: Array.from({ length: 41 }, () => load('int8', [1])) },
  { name: 'a handle that was freed', steps: [load('int8', [1]), step('TFREE', 1, 1), step('TTYPE', 1)] },
  { name: 'a range that ends beyond the last handle', steps: [load('int8', [1]), step('TFREE', 1, 2)] },
  { name: 'an empty range that begins after 2^32', steps: [step('TFREE', 2 ** 32 + 1, 0)] },
  { name: 'an empty range that begins at 0', steps: [step('TFREE', 0, 0)] },
  { name: 'a range that wraps around', steps: [load('int8', [1]), step('TFREE', 1, -1)] },
  {
    name: 'a type word with a bit above its fields',
    steps: [step('TCALLDATALOAD', type('int8', 1) | (1n << 208n), 0)],
  },
  {
    name: 'a type word with a dimension beyond the rank',
    steps: [step('TCALLDATALOAD', type('int8', 2) | (1n << 48n), 0)],
  },
  { name: 'a shift word of 31', steps: [load('int8', [1]), step('RESCALE', rescale({}), 1, 1, 31)] },
  {
    name: 'a multiplier word of 2^31',
    steps: [load('int8', [1]), step('RESCALE', rescale({}), 1, 2 ** 31, 0)],
  },
  {
    name: 'factors of a form that there is none of',
    steps: [load('int8', [1]), step('RESCALE', rescale({ perChannel: 3 }), 1, 1, 0)],
  },
  {
    name: 'a zero point of a wide left operand',
    steps: [
      load('int16', [1, 1]),
      load('int8', [1, 1]),
      step('MATMUL', attributes('MATMUL', { zeroPointA: 1 }), 1, 2, 0),
    ],
  },
  { name: 'products shifted by 63', steps: [load('int32', [1]), step('TMUL', 63, 1, 1)] },
  {
    name: 'a pad as large as its window',
    steps: [
      load('int8', [1, 2, 2, 1]),
      step('MAX_POOL2D', attributes('MAX_POOL2D', { windowH: 1, windowW: 1, strideH: 1, strideW: 1, padLeft: 1 }), 1),
    ],
  },
  {
    name: 'an element after the last',
    steps: [load('int16', [3, 5]), step('SLICE', axes(1, 0), axes(2, 3), axes(1, 1), 1)],
  },
  { name: 'a permutation with an axis twice', steps: [load('int8', [2, 2]), step('TRANSPOSE', 0x11, 1)] },
  {
    name: 'a tensor of more than six axes',
    steps: [load('int8', [1, 1, 1, 1]), load('int8', [1, 1, 1, 1]), step('GATHER', 1, 2)],
  },
  { name: 'no copies', steps: [load('int8', [2]), step('TILE', 0, 1)] },
  { name: 'a root that nobody registered', steps: [step('TMODELLOAD', 1, 0, 0, 1)] },
]
