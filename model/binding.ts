import type { AttributeValues, Instruction, TensorType } from '../isa/index.ts'
import { decodeType } from '../isa/index.ts'
import type { ProgramStep } from './program.ts'

/** Operands of a compute instruction by name. `T` is a tensor's type for type rules, or a tensor for the operation. */
export type BoundOperands<T extends TensorType> = Readonly<
  Record<string, T | TensorType | AttributeValues | bigint | undefined>
>

/** The attribute word of an instruction decoded, or undefined where it has none. @throws {HaltError} `BadAttribute` */
function attributesOf(instruction: Instruction, words: readonly bigint[]): AttributeValues | undefined {
  const position = instruction.inputs.findIndex((input) => input.kind === 'attributes')
  return instruction.attributes?.decode(words[position] as bigint)
}

/**
 * For each operand of an instruction, whether its word names a tensor under these attributes.
 *
 * @throws {HaltError} `BadAttribute`
 */
export function tensorPositions(instruction: Instruction, words: readonly bigint[]): readonly boolean[] {
  const attributes = attributesOf(instruction, words)
  return instruction.inputs.map(({ name, kind }) => {
    if (kind !== 'tensorOrWord') return kind === 'tensor' || kind === 'optionalTensor'
    return attributes !== undefined && instruction.isTensor?.(attributes, name) === true
  })
}

/** Value numbers that a step uses, in operand order; absent optional tensors are left out. */
export function usedValues(step: ProgramStep): number[] {
  const isTensor = tensorPositions(step.instruction, step.operands)
  return step.operands.filter((word, position) => isTensor[position] && word !== 0n).map((word) => Number(word) - 1)
}

/**
 * Operands of a step by name: attribute and type words decoded, value numbers looked up.
 *
 * @param valueAt - the tensor or type of a value number
 * @throws {HaltError} `BadAttribute` or `BadTypeWord`
 */
export function bindOperands<T extends TensorType>(
  { instruction, operands: words }: ProgramStep,
  valueAt: (value: number) => T,
): BoundOperands<T> {
  const attributes = attributesOf(instruction, words)
  const isTensor = tensorPositions(instruction, words)
  const bound: Record<string, BoundOperands<T>[string]> = {}
  instruction.inputs.forEach(({ name, kind }, position) => {
    const word = words[position] as bigint
    if (isTensor[position])
      bound[name] = kind === 'optionalTensor' && word === 0n ? undefined : valueAt(Number(word) - 1)
    else if (kind === 'attributes') bound[name] = attributes
    else bound[name] = kind === 'type' ? decodeType(word) : word
  })
  return bound
}
