import { describe, expect, it } from 'vitest'
import {
  type AnyDataOperands,
  type AnyTypedOperands,
  type DType,
  elementBytes,
  elementCount,
  HaltError,
  leavesOf,
  MAX_REACH_LEAVES,
  type Read,
  type Shape,
  type Tensor,
  type TensorType,
} from '../../isa/index.ts'
import { computeInstruction } from '../instructionCase.ts'

const LEAF_BYTES = 256

function type(dtype: DType, ...shape: Shape): TensorType {
  return { dtype, shape }
}

/** Zeros that note which elements are read. */
function recording({ dtype, shape }: TensorType): { tensor: Tensor; reads: Set<number> } {
  const reads = new Set<number>()
  const data = new Proxy(new Int8Array(elementCount(shape)), {
    get(target, key) {
      if (typeof key === 'string' && /^\d+$/.test(key)) reads.add(Number(key))
      return Reflect.get(target, key)
    },
  })
  return { tensor: { dtype, shape, data }, reads }
}

type Operands = Readonly<Record<string, unknown>>

function isType(value: unknown): value is TensorType {
  return typeof value === 'object' && value !== null && 'shape' in value
}

/** The most leaves of each operand that an output element was seen to read. */
function observed(mnemonic: string, operands: Operands): Map<TensorType, number> {
  const instruction = computeInstruction(mnemonic)
  const output = instruction.infer(operands as AnyTypedOperands)
  const records = Object.entries(operands).flatMap(([name, value]) =>
    isType(value) ? [{ name, type: value, ...recording(value) }] : [],
  )
  const data = { ...operands, ...Object.fromEntries(records.map(({ name, tensor }) => [name, tensor])) }
  const element = instruction.element(data as AnyDataOperands, output)
  const most = new Map<TensorType, number>()
  const count = elementCount(output.shape)
  for (let index = 0; index < count; index += Math.max(1, Math.floor(count / 97))) {
    for (const { reads } of records) reads.clear()
    element(index)
    for (const { type: of, reads } of records) {
      const leaves = new Set([...reads].map((read) => Math.floor((read * elementBytes[of.dtype]) / LEAF_BYTES)))
      most.set(of, Math.max(most.get(of) ?? 0, leaves.size))
    }
  }
  return most
}

const window = {
  ...{ padTop: 1, padLeft: 1, padBottom: 1, padRight: 1, strideH: 1, strideW: 1 },
  ...{ dilationH: 1, dilationW: 1, zeroPoint: 0, groups: 1 },
}
const pool = { padTop: 1, padLeft: 1, padBottom: 1, padRight: 1, strideH: 2, strideW: 2, windowH: 5, windowW: 4 }

const cases: [name: string, mnemonic: string, operands: Operands][] = [
  [
    'int16 rows that begin anywhere',
    'MATMUL',
    {
      attributes: { zeroPointA: 0, zeroPointB: 0 },
      a: type('int16', 3, 777),
      b: type('int8', 5, 777),
      bias: type('int32', 5),
    },
  ],
  [
    'rows of pixels',
    'CONV2D',
    { attributes: window, x: type('int8', 1, 9, 9, 70), weights: type('int8', 3, 3, 3, 70), bias: type('int32', 3) },
  ],
  [
    'dilated taps',
    'CONV2D',
    { attributes: { ...window, dilationW: 2 }, x: type('int8', 1, 9, 9, 70), weights: type('int8', 3, 3, 3, 70) },
  ],
  [
    'groups of channels',
    'CONV2D',
    { attributes: { ...window, groups: 2 }, x: type('int8', 1, 9, 9, 140), weights: type('int8', 4, 3, 3, 70) },
  ],
  [
    'one channel',
    'DEPTHWISE_CONV2D',
    { attributes: window, x: type('int8', 1, 9, 9, 300), weights: type('int8', 3, 3, 300), bias: type('int32', 300) },
  ],
  [
    'pixels that a stride reaches',
    'TRANSPOSE_CONV2D',
    {
      attributes: { zeroPoint: 0, padTop: 1, padLeft: 1, strideH: 2, strideW: 2, outputH: 9, outputW: 9 },
      x: type('int8', 1, 5, 5, 130),
      weights: type('int8', 3, 5, 3, 130),
    },
  ],
  ...[1, 2, 4, 8, 5, 6, 9, 10, 12, 14].map((axes): [string, string, Operands] => [
    `axes ${axes.toString(2)}`,
    'REDUCE_SUM',
    { attributes: { axes, keepDims: 0, zeroPoint: 0 }, x: type('int16', 2, 3, 5, 130) },
  ]),
  ['the last axis', 'REDUCE_MAX', { attributes: { axes: 2, keepDims: 0 }, x: type('int8', 3, 1000) }],
  ['the first axis', 'REDUCE_MIN', { attributes: { axes: 1, keepDims: 0 }, x: type('int8', 40, 300) }],
  ['the first axis', 'ARGMAX', { attributes: { axis: 0 }, x: type('int8', 40, 300) }],
  ['the last axis', 'ARGMAX', { attributes: { axis: 1 }, x: type('int8', 3, 1000) }],
  ['one channel of many', 'AVG_POOL2D', { attributes: pool, x: type('int8', 1, 9, 9, 300) }],
  ['the only channel', 'MAX_POOL2D', { attributes: pool, x: type('int8', 1, 40, 400, 1) }],
]

describe('what an output element reads is within what is declared', () => {
  it.each(cases)('%s of %s', (_, mnemonic, operands) => {
    const instruction = computeInstruction(mnemonic)
    const declared = instruction.reads?.(operands as AnyTypedOperands) as readonly Read[]
    for (const [of, leaves] of observed(mnemonic, operands)) {
      const bound = leavesOf(declared.find((read) => read.of === of) as Read)
      expect(leaves).toBeLessThanOrEqual(bound)
      // A run may lie across one border more than here, and runs may share leaves; the bound is not looser than that.
      expect(bound).toBeLessThanOrEqual(3 * leaves)
    }
  })
})

describe('an output element reads no more than 96 leaves', () => {
  const infer = (mnemonic: string, operands: Operands) => () =>
    computeInstruction(mnemonic).infer(operands as AnyTypedOperands)
  const product = (depth: number) =>
    infer('MATMUL', {
      attributes: { zeroPointA: 0, zeroPointB: 0 },
      a: type('int8', 2, depth),
      b: type('int8', 2, depth),
    })

  it('admits a product of depth 12033 and halts one deeper', () => {
    // 47 leaves after the first for each operand: (12033 - 1) / 256 = 47.
    expect(product(12033)()).toEqual(type('int32', 2, 2))
    expect(product(12034)).toThrow(HaltError)
    expect(product(12034)).toThrow('an output element reads 98 leaves of 256 bytes, more than 96')
  })

  it('counts neighbours once: the whole of a small tensor, not an element a leaf', () => {
    const sum = (...shape: Shape) =>
      infer('REDUCE_SUM', { attributes: { axes: 6, keepDims: 0, zeroPoint: 0 }, x: type('int8', ...shape) })
    expect(sum(1, 96, 64, 4)()).toEqual(type('int32', 1, 4))
    expect(sum(1, 97, 64, 4)).toThrow('97 leaves')
    expect(sum(1, 7, 7, 1280)()).toEqual(type('int32', 1, 1280))
  })

  it('is what SPEC says', () => {
    expect(MAX_REACH_LEAVES).toBe(96)
  })
})
