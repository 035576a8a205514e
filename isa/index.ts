import type { Instruction } from './instruction.ts'
import { matmul } from './ops/matmul.ts'

export * from './attributes.ts'
export * from './halt.ts'
export * from './instruction.ts'
export * from './numeric.ts'
export * from './tensor.ts'
export * from './typeWord.ts'
export * from './work.ts'

/** The instruction set, in ascending order of opcode. */
export const instructions: readonly Instruction[] = [matmul]

/** The instruction of each second byte. */
export const instructionByOpcode: ReadonlyMap<number, Instruction> = new Map(
  instructions.map((instruction) => [instruction.opcode, instruction]),
)

/** The instruction of each mnemonic. */
export const instructionByMnemonic: ReadonlyMap<string, Instruction> = new Map(
  instructions.map((instruction) => [instruction.mnemonic, instruction]),
)
