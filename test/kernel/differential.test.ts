import { describe, expect, it } from 'vitest'
import { type ComputeBody, createTensor, referenceBody, type Tensor } from '../../isa/index.ts'
import { createReferenceKernel, createWasmKernel } from '../../kernel/index.ts'
import { createWorkbenches, differenceOf } from './differential.ts'
import { computeInstruction, computeInstructions } from './randomCase.ts'

/** Instructions with the most ways to compute them get more cases. */
const CASES: Readonly<Record<string, number>> = {
  MATMUL: 10_000,
  CONV2D: 10_000,
  DEPTHWISE_CONV2D: 10_000,
  TRANSPOSE_CONV2D: 8000,
  RESCALE: 10_000,
}
const OTHER_CASES = 2300

describe('kernel bodies equal the reference', () => {
  const benches = createWorkbenches((packedBytes) => createWasmKernel(packedBytes === undefined ? {} : { packedBytes }))

  for (const instruction of computeInstructions) {
    const cases = CASES[instruction.mnemonic] ?? OTHER_CASES
    it(`${instruction.mnemonic}, ${cases} random cases`, () => {
      for (let seed = 0; seed < cases; seed++) expect(differenceOf(benches, instruction, seed)).toBeUndefined()
    })
  }

  it('has a body for every compute instruction', () => {
    for (const { kernel } of benches)
      expect([...kernel.bodies.keys()].sort()).toEqual(computeInstructions.map(({ opcode }) => opcode).sort())
  })
})

describe('the comparison', () => {
  const instruction = computeInstruction('TADD')
  const reference = referenceBody(instruction)

  /** What is found in 100 cases when TADD runs this body. */
  const found = (body: ComputeBody): string[] => {
    const bodies = new Map([[instruction.opcode, body]])
    const benches = createWorkbenches(() => ({ ...createReferenceKernel(), bodies }))
    const all = Array.from({ length: 100 }, (_, seed) => differenceOf(benches, instruction, seed))
    return all.filter((message) => message !== undefined)
  }
  const bytesAround = ({ data }: Tensor) => new Uint8Array(data.buffer)

  it('finds nothing wrong with the reference', () => {
    expect(found(reference)).toEqual([])
  })

  it('names a wrong element and how to repeat the case', () => {
    const messages = found((operands, output) => {
      reference(operands, output)
      output.data[output.data.length - 1] = (output.data[output.data.length - 1] as number) ^ 1
    })
    expect(messages).toHaveLength(100)
    expect(messages[0]).toMatch(
      /TADD, seed 0, call 1 of 1 on reference: element \d+ \[[\d,]+\] is -?\d+, not -?\d+; 1 of/,
    )
    expect(messages[0]).toContain('npm run fuzz:kernel -- --only TADD --seed 0 --cases 1')
  })

  it('sees an element that is not written', () => {
    const messages = found((operands, output) => {
      const whole = createTensor(output)
      reference(operands, whole)
      output.data.set(whole.data.subarray(1), 1)
    })
    expect(messages).toHaveLength(100)
  })

  it('sees one byte written past the end of the output', () => {
    const messages = found((operands, output) => {
      reference(operands, output)
      const end = output.data.byteOffset + output.data.byteLength
      const bytes = bytesAround(output)
      if (end < bytes.length) bytes[end] = (bytes[end] as number) ^ 1
    })
    expect(messages.length).toBeGreaterThan(50)
    expect(messages[0]).toMatch(/wrote address \d+, 0 after the output's end/)
  })

  it('sees a changed operand', () => {
    const messages = found((operands, output) => {
      reference(operands, output)
      const { a } = operands as unknown as { a: Tensor }
      a.data[0] = (a.data[0] as number) ^ 1
    })
    expect(messages).toHaveLength(100)
    expect(messages[0]).toMatch(/wrote address/)
  })
})
