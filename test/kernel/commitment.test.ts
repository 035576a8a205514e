import { describe, expect, it } from 'vitest'
import { type DType, tensorBytes, tensorCommitment } from '../../isa/index.ts'
import { createTensorMemory, createWasmKernel } from '../../kernel/index.ts'

const kernel = createWasmKernel()
const memory = createTensorMemory(kernel, 2 ** 22)

describe('the commitment of a tensor', () => {
  it.each([
    ['int8', [1]],
    ['int8', [256]],
    ['int16', [3, 129]],
    ['int32', [2, 3, 5, 7, 11, 1]],
    ['int8', [4096, 257]],
  ] as [DType, number[]][])('of %s %j is the one that isa computes', (dtype, shape) => {
    memory.clear()
    const tensor = memory.allocate({ dtype, shape })
    for (let index = 0; index < tensor.data.length; index++) tensor.data[index] = (index * 7919) % 127
    expect(kernel.tensorCommitment?.(tensor)).toEqual(tensorCommitment(tensor, tensorBytes(tensor)))
  })
})
