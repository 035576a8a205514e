import { describe, expect, it } from 'vitest'
import { haltCodes, instructionByMnemonic, instructions, MAX_OPCODE, MIN_OPCODE } from '../../isa/index.ts'
import { readVectorFiles, vectorPaths } from '../vectorFile.ts'

const files = readVectorFiles()
const vectorsOf = new Map(files.map(({ mnemonic, vectors }) => [mnemonic, vectors]))

describe('the list of instructions', () => {
  it('ascends by opcode, without repetition', () => {
    const opcodes = instructions.map(({ opcode }) => opcode)
    expect(opcodes).toEqual([...new Set(opcodes)].sort((a, b) => a - b))
  })

  it('keeps to opcodes that leave JUMPDEST analysis as it is', () => {
    for (const { opcode } of instructions) {
      expect(opcode).toBeGreaterThanOrEqual(MIN_OPCODE)
      expect(opcode).toBeLessThanOrEqual(MAX_OPCODE)
      expect(opcode === 0x5b || (opcode >= 0x60 && opcode <= 0x7f)).toBe(false)
    }
  })

  it('names each instruction once', () => {
    expect(instructionByMnemonic.size).toBe(instructions.length)
  })

  it.each(instructions)(
    '$mnemonic names its operands once and has attributes just where an operand is',
    (instruction) => {
      const names = instruction.inputs.map(({ name }) => name)
      expect(new Set(names).size).toBe(names.length)
      const attributeOperands = instruction.inputs.filter(({ kind }) => kind === 'attributes').length
      expect(attributeOperands).toBe(instruction.attributes ? 1 : 0)
      const mixed = instruction.inputs.some(({ kind }) => kind === 'tensorOrWord')
      expect(instruction.isTensor !== undefined).toBe(mixed)
    },
  )
})

describe('vectors', () => {
  it('are in a file for each instruction, named after it', () => {
    const expected = instructions.map(({ mnemonic }) => `test/vectors/${mnemonic}.json`).sort()
    expect(vectorPaths()).toEqual(expected)
    expect(files.map(({ mnemonic }) => `test/vectors/${mnemonic}.json`)).toEqual(expected)
  })

  it.each(instructions)('of $mnemonic succeed and fail', ({ mnemonic, inputs }) => {
    const vectors = vectorsOf.get(mnemonic) ?? []
    expect(vectors.some(({ halt }) => halt === undefined)).toBe(true)
    // An instruction without operands has nothing to reject.
    if (inputs.length > 0) expect(vectors.some(({ halt }) => halt !== undefined)).toBe(true)
  })

  it.each(files)('of $mnemonic have names of their own, and an origin', ({ vectors }) => {
    const names = vectors.map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
    for (const { origin } of vectors) expect(origin.length).toBeGreaterThan(0)
  })

  it('fail with each halt that an instruction itself raises', () => {
    // The dispatcher raises the first and the arena the others, not an instruction: the EVM's tests cover them.
    const elsewhere = ['UndefinedInstruction', 'ArenaFull', 'TooManyHandles']
    const raised = new Set(files.flatMap(({ vectors }) => vectors.flatMap(({ halt }) => halt ?? [])))
    expect([...raised].sort()).toEqual(haltCodes.filter((code) => !elsewhere.includes(code)).sort())
  })

  it.each(instructions)('of $mnemonic fail with each halt that its description names', ({ mnemonic, description }) => {
    const raised = new Set((vectorsOf.get(mnemonic) ?? []).flatMap(({ halt }) => halt ?? []))
    for (const code of haltCodes) if (description.includes(code)) expect(raised).toContain(code)
  })
})
