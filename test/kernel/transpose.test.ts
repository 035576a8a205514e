import { describe, expect, it } from 'vitest'
import { createTensor, type DType, referenceBody, type Tensor } from '../../isa/index.ts'
import { createTensorMemory, createWasmKernel, kernelBody } from '../../kernel/index.ts'
import { createRandom, randomInteger } from './random.ts'
import { computeInstruction } from './randomCase.ts'

const transpose = computeInstruction('TRANSPOSE')
const kernel = createWasmKernel()
const memory = createTensorMemory(kernel, 2 ** 22)
const random = createRandom(1)

// Matrices whose rows are shorter than a line of cache, in pages of their own: their columns are cut into lines.
const cases: [dtype: DType, shape: number[], permutation: number[]][] = [
  ['int8', [9, 500, 65], [2, 1, 0]],
  ['int8', [8, 512, 64], [2, 1, 0]],
  ['int8', [63, 66, 71], [2, 1, 0]],
  ['int16', [12, 384, 149], [2, 1, 0]],
  ['int16', [31, 70, 33], [2, 1, 0]],
  ['int32', [4, 257, 35], [2, 1, 0]],
  ['int32', [15, 3, 70, 17], [3, 1, 2, 0]],
  ['int32', [5, 7, 31, 2, 18], [4, 3, 2, 1, 0]],
  ['int16', [9, 3, 300, 37, 2], [3, 2, 1, 0, 4]],
]

describe('TRANSPOSE', () => {
  it.each(cases)('of %s %j by %j is what the reference gives', (dtype, shape, permutation) => {
    memory.clear()
    const filled: Tensor = createTensor({ dtype, shape })
    for (let index = 0; index < filled.data.length; index++) filled.data[index] = randomInteger(random, -128, 127)
    const axes = Array.from({ length: 6 }, (_, axis) => [`axis${axis}`, permutation[axis] ?? 0])
    const operands = { attributes: Object.fromEntries(axes), x: memory.copy(filled) } as never
    const output = memory.allocate(transpose.infer(operands))
    const expected = createTensor(output)
    referenceBody(transpose)(operands, expected)
    kernelBody(kernel, transpose)(operands, output)
    expect(Buffer.compare(Buffer.from(output.data.slice().buffer), Buffer.from(expected.data.buffer))).toBe(0)
  })
})
