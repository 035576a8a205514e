import type { Instruction, Tensor, TensorType } from '../isa/index.ts'

/**
 * One instruction of a program. Operand words are in stack order, as the instruction's `inputs` declare them. A tensor
 * operand is a value number plus one, 0 for none; every other operand is the stack word itself.
 */
export type ProgramStep = { readonly instruction: Instruction; readonly operands: readonly bigint[] }

/**
 * A model as a typed graph of instructions in single-assignment form: what the generated contract, the reference
 * interpreter and the precompile all come from.
 *
 * Values are numbered: first the inputs, then the constants, then the result of each step in order. A step uses only
 * values numbered below its own. Every step is a compute instruction; loads, stores and frees belong to the lowering that
 * runs a program.
 */
export type Program = {
  readonly inputs: readonly TensorType[]
  readonly constants: readonly Tensor[]
  readonly steps: readonly ProgramStep[]
  /** Value numbers. */
  readonly outputs: readonly number[]
}
