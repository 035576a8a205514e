import type { Address } from '@ethereumjs/util'
import type { InstructionPrice } from '../gas-model/index.ts'
import type { AnyTypedOperands, Instruction, TensorType } from '../isa/index.ts'

/** A price that was paid for an instruction that is about to be carried out. It can still halt for want of arena. */
export type InstructionCharge = {
  readonly instruction: Instruction
  /** The operands by name: types of tensors, decoded attributes, words. */
  readonly typed: AnyTypedOperands
  /** Types of the tensors among the operands, in operand order. */
  readonly operandTypes: readonly TensorType[]
  /** Type of the result, where the result is a tensor. */
  readonly type: TensorType | undefined
  readonly gas: number
  /** Its parts, which add up to it. */
  readonly price: Omit<InstructionPrice, 'total'>
  /** Account whose code is read, not yet made warm. */
  readonly account: Address | undefined
  /** Slot of the registry that is read, not yet made warm. */
  readonly slot: Uint8Array | undefined
  readonly coldChunks: number
  readonly warmChunks: number
}

/** A price that the precompile paid for finding its model, whose slot is not yet made warm. */
export type LookupCharge = { readonly gas: number; readonly slot: Uint8Array }

/** Is told of each price when it was paid, before what it was paid for. */
export type ChargeListener = {
  onInstruction(charge: InstructionCharge): void
  onLookup(charge: LookupCharge): void
}
