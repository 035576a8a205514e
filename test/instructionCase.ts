import { type ComputeInstruction, type Instruction, instructionByMnemonic, type Tensor } from '../isa/index.ts'
import { computeReference } from './referenceRun.ts'

/** An operand of a call: a stack word, a tensor given, or the result of an earlier call of the case. */
export type CallOperand = bigint | Tensor | { readonly call: number }

/** Operands are in stack order, top first; an optional tensor left out is 0n. */
export type Call = { readonly instruction: ComputeInstruction; readonly operands: readonly CallOperand[] }

/** A sequence of compute instructions whose last result must be `expected`, byte for byte. */
export type InstructionCase = { readonly name: string; readonly calls: readonly Call[]; readonly expected: Tensor }

/** The compute instruction of a mnemonic. @throws {RangeError} when there is none */
export function computeInstruction(mnemonic: string): ComputeInstruction {
  const instruction: Instruction | undefined = instructionByMnemonic.get(mnemonic)
  if (instruction?.family !== 'compute') throw new RangeError(`${mnemonic}: no such compute instruction`)
  return instruction
}

/** A call with its attributes, if it has any, by name and its other operands in stack order. */
export function call(
  mnemonic: string,
  attributes: Readonly<Record<string, number>> | undefined,
  ...operands: readonly CallOperand[]
): Call {
  const instruction = computeInstruction(mnemonic)
  if (!attributes) return { instruction, operands }
  if (!instruction.attributes) throw new RangeError(`${mnemonic} has no attributes`)
  return { instruction, operands: [instruction.attributes.encode(attributes), ...operands] }
}

/** The result of a case's last call, by the declarations of its instructions alone. */
export function runCase({ calls }: InstructionCase): Tensor {
  const results: Tensor[] = []
  for (const { instruction, operands } of calls) {
    const resolved = operands.map((operand) =>
      typeof operand === 'object' && 'call' in operand ? (results[operand.call] as Tensor) : operand,
    )
    results.push(computeReference(instruction, resolved))
  }
  return results.at(-1) as Tensor
}
