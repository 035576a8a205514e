import { afterEach, describe, expect, it, vi } from 'vitest'
import { type ComputeBody, referenceBody } from '../../isa/index.ts'
import { createReferenceKernel, createWasmKernel, type Kernel } from '../../kernel/index.ts'
import { selfTest } from '../../kernel/selfTest.ts'
import { computeInstruction, computeInstructions } from './randomCase.ts'

/** A kernel whose bodies are the references, but for those given by mnemonic. */
function kernelWith(bodies: Readonly<Record<string, ComputeBody>>): Kernel {
  const slots = computeInstructions.map(
    (instruction) => [instruction.opcode, bodies[instruction.mnemonic] ?? referenceBody(instruction)] as const,
  )
  return { ...createReferenceKernel(), bodies: new Map(slots) }
}

/** The reference with one element wrong in the last bit. */
function wrongAt(mnemonic: string, position: (length: number) => number): ComputeBody {
  const right = referenceBody(computeInstruction(mnemonic))
  return (operands, output) => {
    right(operands, output)
    const index = position(output.data.length)
    output.data[index] = (output.data[index] as number) ^ 1
  }
}

describe('selfTest', () => {
  afterEach(() => vi.restoreAllMocks())

  it('finds nothing wrong with the references, nor with empty slots', () => {
    expect(selfTest(kernelWith({}))).toBeUndefined()
    expect(selfTest(createReferenceKernel())).toBeUndefined()
  })

  it('finds nothing wrong with the WebAssembly kernel', () => {
    expect(selfTest(createWasmKernel())).toBeUndefined()
  })

  for (const { mnemonic } of computeInstructions)
    it(`notices a wrong bit of ${mnemonic}`, () => {
      const message = new RegExp(`^${mnemonic} gives -?\\d+ for element \\d+, not -?\\d+$`)
      for (const position of [() => 0, (length: number) => length - 1, (length: number) => length >> 1])
        expect(selfTest(kernelWith({ [mnemonic]: wrongAt(mnemonic, position) }))).toMatch(message)
    })

  it('notices an element that is not written', () => {
    const instruction = computeInstruction('TADD')
    const body: ComputeBody = (operands, output) => {
      const element = instruction.element(operands, output)
      for (let index = 0; index + 1 < output.data.length; index++) output.data[index] = element(index)
    }
    expect(selfTest(kernelWith({ TADD: body }))).toMatch(/^TADD gives/)
  })

  for (const rounding of [0, 1])
    it(`notices RESCALE with rounding ${rounding} done as ${1 - rounding}`, () => {
      const right = referenceBody(computeInstruction('RESCALE'))
      const body: ComputeBody = (operands, output) => {
        const { attributes } = operands as unknown as { attributes: { rounding: number } }
        right({ ...operands, attributes: { ...attributes, rounding: 1 - rounding } } as typeof operands, output)
      }
      expect(selfTest(kernelWith({ RESCALE: body }))).toMatch(/^RESCALE gives/)
    })

  it('names an instruction whose body stops', () => {
    const body: ComputeBody = () => {
      throw new RangeError('out of bounds')
    }
    expect(selfTest(kernelWith({ SLICE: body }))).toBe('SLICE stops with RangeError: out of bounds')
  })

  it('notices an engine that gets reference and kernel wrong alike', () => {
    vi.spyOn(Math, 'imul').mockImplementation((a, b) => Number(BigInt.asIntN(32, BigInt(a) * BigInt(b) + 1n)))
    expect(selfTest(kernelWith({}))).toMatch(/^MATMUL gives/)
  })
})
