import { describe, expect, it } from 'vitest'
import { createTensor, tensorOf } from '../../isa/index.ts'
import { createReferenceKernel, createTensorMemory, createWasmKernel, kernelBody } from '../../kernel/index.ts'
import { computeInstruction } from './randomCase.ts'

const tadd = computeInstruction('TADD')
const one = () => tensorOf('int32', [3], [1, 2, 3])

describe('tensors in a kernel’s memory', () => {
  it('are added there', () => {
    const kernel = createWasmKernel()
    const memory = createTensorMemory(kernel, 1024)
    const operands = { a: memory.copy(one()), b: memory.copy(one()) }
    const output = memory.allocate(tadd.infer(operands))
    kernelBody(kernel, tadd)(operands, output)
    expect([...output.data]).toEqual([2, 4, 6])
    expect([operands.a, operands.b, output].map(({ data }) => data.byteOffset % 64)).toEqual([0, 0, 0])
  })

  it('elsewhere are refused by name, where a body would take their addresses', () => {
    const kernel = createWasmKernel()
    const memory = createTensorMemory(kernel, 1024)
    const inside = memory.copy(one())
    const run = (a: object, b: object, output: object) => () =>
      kernelBody(kernel, tadd)({ a, b } as never, output as never)
    expect(run(inside, one(), memory.allocate(inside))).toThrow('b: TADD expected a tensor in the memory')
    expect(run(inside, inside, createTensor(inside))).toThrow('output: TADD expected a tensor in the memory')
  })

  it('may lie anywhere for the reference', () => {
    const output = createTensor(one())
    kernelBody(createReferenceKernel(), tadd)({ a: one(), b: one() } as never, output)
    expect([...output.data]).toEqual([2, 4, 6])
  })

  it('have no more room than was taken, and again after clearing', () => {
    const memory = createTensorMemory(createWasmKernel(), 128)
    memory.allocate(one())
    memory.allocate(one())
    expect(() => memory.allocate(one())).toThrow('bytes: 128 are not enough, 192 are needed')
    memory.clear()
    memory.allocate(one())
  })

  it('outlive the packed form of a constant', () => {
    const kernel = createWasmKernel()
    const memory = createTensorMemory(kernel, 1 << 20)
    const matmul = computeInstruction('MATMUL')
    const source = {}
    const a = memory.copy(
      tensorOf(
        'int8',
        [8, 4],
        Array.from({ length: 32 }, (_, index) => index - 16),
      ),
    )
    const b = memory.copy({
      ...tensorOf(
        'int8',
        [4, 4],
        Array.from({ length: 16 }, (_, index) => index),
      ),
      source,
    })
    const operands = { attributes: { zeroPointA: 0, zeroPointB: 0 }, a, b, bias: undefined } as never
    const outputs = [0, 1].map(() => {
      const output = memory.allocate(matmul.infer(operands))
      kernelBody(kernel, matmul)(operands, output)
      return [...output.data]
    })
    expect(outputs[1]).toEqual(outputs[0])
  })
})
