import {
  type AnyDataOperands,
  type AnyTypedOperands,
  createTensor,
  type Instruction,
  instructionByMnemonic,
  referenceBody,
  type Tensor,
} from '../../isa/index.ts'

/** Operands by name. Attributes are field values, which go through the attribute word. */
export type NamedOperands = Readonly<Record<string, unknown>>

function throughWord(instruction: Instruction, operands: NamedOperands): NamedOperands {
  const layout = instruction.attributes
  if (!layout) return operands
  return { ...operands, attributes: layout.decode(layout.encode(operands.attributes as Record<string, number>)) }
}

/** Runs the type rule and the reference of a compute instruction. @throws {HaltError} */
export function apply(mnemonic: string, operands: NamedOperands): Tensor {
  const instruction = instructionByMnemonic.get(mnemonic)
  if (instruction?.family !== 'compute') throw new RangeError(`${mnemonic}: no such compute instruction`)
  const bound = throughWord(instruction, operands)
  const output = createTensor(instruction.infer(bound as AnyTypedOperands))
  referenceBody(instruction)(bound as AnyDataOperands, output)
  return output
}
