import {
  type AnyTypedOperands,
  decodeType,
  type Instruction,
  type ModelTensors,
  type OperandKind,
  type TensorType,
} from '../isa/index.ts'
import type { Arena } from './arena.ts'

type Positions = { readonly attributes: number; readonly account: number; readonly model: number }

const positions = new Map<Instruction, Positions>()

/** Where an instruction has its operands of the kinds of which it has one at most; -1 for none. */
export function positionsOf(instruction: Instruction): Positions {
  const known = positions.get(instruction)
  if (known !== undefined) return known
  const find = (wanted: OperandKind) => instruction.inputs.findIndex(({ kind }) => kind === wanted)
  const found = { attributes: find('attributes'), account: find('account'), model: find('model') }
  positions.set(instruction, found)
  return found
}

/** Stack words bound to operand names. */
export type Binding = {
  readonly typed: AnyTypedOperands
  /** Name and stack position of each operand that is a tensor, in operand order, with its type. */
  readonly tensors: readonly BoundTensor[]
}

/** An operand that is a tensor. */
type BoundTensor = { readonly name: string; readonly position: number; readonly type: TensorType }

/** Binds stack words to operand names: handles first, then attribute and type words. @throws {HaltError} */
export function bind(
  instruction: Instruction,
  words: readonly bigint[],
  at: Positions,
  arena: Arena,
  model: ModelTensors | undefined,
): Binding {
  const { inputs, attributes: layout } = instruction
  const typed: Record<string, unknown> = {}
  const tensors: BoundTensor[] = []
  const decode = () => layout?.decode(words[at.attributes] as bigint)
  // Attributes come before handles only where they say which operands are handles.
  const early = instruction.isTensor && decode()
  inputs.forEach(({ name, kind }, index) => {
    const word = words[index] as bigint
    const isTensor =
      kind === 'tensor' ||
      (kind === 'optionalTensor' && word !== 0n) ||
      (kind === 'tensorOrWord' && early !== undefined && instruction.isTensor?.(early, name))
    if (!isTensor) {
      typed[name] = kind === 'optionalTensor' ? undefined : word
      return
    }
    const type = arena.typeOf(word)
    tensors.push({ name, position: index, type })
    typed[name] = type
  })
  inputs.forEach(({ name, kind }, index) => {
    const word = words[index] as bigint
    if (kind === 'attributes') typed[name] = early ?? decode()
    else if (kind === 'type') typed[name] = decodeType(word)
    else if (kind === 'model') typed[name] = model
  })
  return { typed: typed as AnyTypedOperands, tensors }
}
