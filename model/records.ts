import { EXTENSION, encodeType, type Instruction, instructionByOpcode, type TensorType } from '../isa/index.ts'
import type { Program, ProgramStep } from './program.ts'
import { valueTypes } from './validate.ts'

export const WORD_BYTES = 32
/** Operand words of a step record; an instruction with fewer leaves the last ones zero. */
const OPERAND_WORDS = 4
/** Bytes of a step record: opcode word and operand words. */
export const STEP_BYTES = (1 + OPERAND_WORDS) * WORD_BYTES

/** Big-endian words, one after the other. */
export function encodeWords(words: readonly bigint[]): Uint8Array {
  const bytes = new Uint8Array(words.length * WORD_BYTES)
  const view = new DataView(bytes.buffer)
  words.forEach((word, index) => {
    for (let limb = 0; limb < 4; limb++)
      view.setBigUint64(index * WORD_BYTES + limb * 8, BigInt.asUintN(64, word >> BigInt(192 - 64 * limb)))
  })
  return bytes
}

/** Reads `count` big-endian words from `offset` on. */
export function decodeWords(bytes: Uint8Array, offset: number, count: number): bigint[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset + offset, count * WORD_BYTES)
  return Array.from({ length: count }, (_, index) => {
    let word = 0n
    for (let limb = 0; limb < 4; limb++) word = (word << 64n) | view.getBigUint64(index * WORD_BYTES + limb * 8)
    return word
  })
}

/** Opcode word of an instruction: its two bytes as an integer, `0xAE00 + opcode`. */
function opcodeWord(instruction: Instruction): bigint {
  return BigInt((EXTENSION << 8) | instruction.opcode)
}

/**
 * Record of a step, 160 bytes: opcode word, then four operand words in stack order (top first), zero where the
 * instruction has fewer. Words are big-endian. A tensor operand is its value number plus one, 0 for none.
 */
export function encodeStep({ instruction, operands }: ProgramStep): Uint8Array {
  const unused = new Array<bigint>(OPERAND_WORDS - operands.length).fill(0n)
  return encodeWords([opcodeWord(instruction), ...operands, ...unused])
}

/**
 * Reads a step record.
 *
 * @throws {RangeError} on an unknown opcode word or an unused operand word that is not zero
 */
export function decodeStep(bytes: Uint8Array, offset: number): ProgramStep {
  const [opcode, ...words] = decodeWords(bytes, offset, 1 + OPERAND_WORDS) as [bigint, ...bigint[]]
  const instruction = instructionByOpcode.get(Number(opcode & 0xffn))
  if (instruction === undefined || opcode !== opcodeWord(instruction))
    throw new RangeError(`0x${opcode.toString(16)} is not an instruction`)
  const operands = words.slice(0, instruction.inputs.length)
  if (words.slice(operands.length).some((word) => word !== 0n))
    throw new RangeError(`${instruction.mnemonic} has ${operands.length} operands, more are set`)
  return { instruction, operands }
}

/**
 * Header record of a program: number of inputs, number of outputs, the type word of each input, then for each output its
 * value number plus one and its type word. Every entry is a big-endian word.
 */
export function encodeHeader(program: Program): Uint8Array {
  const types = valueTypes(program)
  const outputs = program.outputs.flatMap((value) => [BigInt(value + 1), encodeType(types[value] as TensorType)])
  return encodeWords([
    BigInt(program.inputs.length),
    BigInt(program.outputs.length),
    ...program.inputs.map(encodeType),
    ...outputs,
  ])
}
