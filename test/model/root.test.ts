import { AbiCoder, concat, keccak256, toBeHex, ZeroHash } from 'ethers'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeType, tensorBytes } from '../../isa/index.ts'
import { createProgramBuilder, modelRoot, type Program, registrationOf, valueTypes } from '../../model/index.ts'
import { randomProgram } from './randomProgram.ts'

// The commitments again, from their prose alone and with another library.
const word = (value: bigint | number) => toBeHex(value, 32)

function tree(leaves: readonly string[]): string {
  if (leaves.length === 0) return ZeroHash
  let width = 1
  while (width < leaves.length) width *= 2
  let level = [...leaves, ...new Array<string>(width - leaves.length).fill(ZeroHash)]
  while (level.length > 1)
    level = Array.from({ length: level.length / 2 }, (_, i) =>
      keccak256(concat([level[2 * i] as string, level[2 * i + 1] as string])),
    )
  return level[0] as string
}

function commitment(tensor: Program['constants'][number]): string {
  const bytes = tensorBytes(tensor)
  let padded = 256
  while (padded < bytes.length) padded *= 2
  const data = new Uint8Array(padded)
  data.set(bytes)
  const leaves = Array.from({ length: padded / 256 }, (_, leaf) =>
    keccak256(data.subarray(256 * leaf, 256 * leaf + 256)),
  )
  return keccak256(concat([word(encodeType(tensor)), tree(leaves)]))
}

function expectedRegistration(program: Program) {
  const types = valueTypes(program)
  const header = [
    word(program.inputs.length),
    word(program.outputs.length),
    ...program.inputs.map((type) => word(encodeType(type))),
    ...program.outputs.flatMap((value) => [word(value + 1), word(encodeType(types[value] as (typeof types)[number]))]),
  ]
  const steps = program.steps.map(({ instruction, operands }) =>
    keccak256(concat([word(0xae00 + instruction.opcode), ...[0, 1, 2, 3].map((i) => word(operands[i] ?? 0n))])),
  )
  const tensorsRoot = tree(program.constants.map(commitment))
  const programRoot = tree([keccak256(concat(header)), ...steps])
  const tensorCount = BigInt(program.constants.length)
  const stepCount = BigInt(program.steps.length)
  const byteLength = BigInt(program.constants.reduce((sum, tensor) => sum + tensorBytes(tensor).length, 0))
  const root = keccak256(
    AbiCoder.defaultAbiCoder().encode(
      ['uint256', 'bytes32', 'bytes32', 'uint256', 'uint256', 'uint256'],
      [1, tensorsRoot, programRoot, tensorCount, stepCount, byteLength],
    ),
  )
  return { tensorsRoot, programRoot, tensorCount, stepCount, byteLength, root }
}

describe('modelRoot', () => {
  it('is the tree that the specification describes', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const { program } = randomProgram(seed)
        expect(registrationOf(program)).toEqual(expectedRegistration(program))
        expect(modelRoot(program)).toBe(expectedRegistration(program).root)
      }),
      { numRuns: 40 },
    )
  })

  it('exists for a model without constants', () => {
    const builder = createProgramBuilder()
    const x = builder.input({ dtype: 'int8', shape: [4] })
    builder.output(builder.emit('CLAMP', { attributes: { low: 0, high: 6 }, x }))
    const program = builder.build()
    expect(registrationOf(program)).toEqual(expectedRegistration(program))
    expect(registrationOf(program).tensorsRoot).toBe(ZeroHash)
  })

  it('differs for another constant, attribute, input type or output', () => {
    const build = (limit: number, low: number, size: number, outputs: number) => {
      const builder = createProgramBuilder()
      const x = builder.input({ dtype: 'int8', shape: [1, size] })
      const table = builder.constant({ dtype: 'int8', shape: [256], data: new Int8Array(256).fill(limit) })
      const y = builder.emit('TABLE', { x, table })
      const z = builder.emit('CLAMP', { attributes: { low, high: 50 }, x: y })
      for (const value of [z, y].slice(0, outputs)) builder.output(value)
      return modelRoot(builder.build())
    }
    const roots = [build(1, 0, 4, 1), build(2, 0, 4, 1), build(1, 1, 4, 1), build(1, 0, 5, 1), build(1, 0, 4, 2)]
    expect(new Set(roots).size).toBe(5)
  })
})
