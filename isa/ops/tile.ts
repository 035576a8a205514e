import { decodeAxisWord } from '../axisWord.ts'
import { ensure } from '../halt.ts'
import { defineCompute } from '../instruction.ts'
import { stridedWork } from '../moves.ts'
import { stridedIndex } from '../strides.ts'
import { rowMajorStrides, type Shape, tensorType } from '../tensor.ts'
import { paddedBytes } from '../tiles.ts'

/** The output as twice as many axes, with strides in x: for each axis which copy, which moves nothing, and where in it. */
function tiledAxes(multiples: bigint, shape: Shape): { shape: number[]; strides: number[] } {
  const copies = decodeAxisWord('multiples', multiples, shape.length)
  return {
    shape: shape.flatMap((size, axis) => [copies[axis] as number, size]),
    strides: rowMajorStrides(shape).flatMap((stride) => [0, stride]),
  }
}

/** Repeats a tensor along its axes. */
export const tile = defineCompute({
  opcode: 0x3e,
  mnemonic: 'TILE',
  summary: 'output[i_0,..] = x[i_0 mod dimension_0,..]',
  description: `Repeats x along each axis. multiples is a word of six 32-bit fields, one an axis, the outermost axis in the
lowest bits.

Halts with BadAttribute when a multiple is 0 or a bit above the last axis's field is set; with ShapeMismatch when a dimension
of the output exceeds 2^24-1 or the output 2^32-1 bytes.`,
  inputs: [
    { name: 'multiples', kind: 'word', doc: 'copies along each axis, at least 1' },
    { name: 'x', kind: 'tensor', doc: 'any dtype' },
  ],
  output: { name: 'output', kind: 'tensor', doc: 'dtype of x, each dimension times its multiple' },
  infer({ multiples, x }) {
    const copies = decodeAxisWord('multiples', multiples, x.shape.length)
    ensure(!copies.includes(0), 'BadAttribute', `multiples ${copies} hold a 0`)
    return tensorType(
      x.dtype,
      x.shape.map((size, axis) => size * (copies[axis] as number)),
    )
  },
  work({ multiples, x }, output) {
    const { shape, strides } = tiledAxes(multiples, x.shape)
    const axes = shape.map((size, axis) => ({ size, step: strides[axis] as number }))
    return stridedWork(output, axes, { movedBytes: paddedBytes(x), gatheredLines: 0 })
  },
  element({ multiples, x }) {
    const { shape, strides } = tiledAxes(multiples, x.shape)
    const source = stridedIndex(shape, strides)
    const { data } = x
    return (index) => data[source(index)] as number
  },
})
