import {
  type AnyTypedOperands,
  decodeType,
  encodeType,
  formatType,
  HaltError,
  type Instruction,
  sameType,
  type TensorType,
} from '../../isa/index.ts'
import { functionName } from '../library.ts'
import { type Frame, freeTensors, makeTensor, typeOfHandle, type Value } from './frame.ts'

/** An instruction that ends the frame whenever it is reached, and what helps. */
export type Halt = { readonly error: HaltError; readonly hint: string }

/** What an instruction does, as far as its operands are known. */
export type Outcome =
  | { readonly halt: Halt; readonly frame?: undefined; readonly result?: undefined }
  | { readonly halt?: undefined; readonly frame: Frame; readonly result: Value }

class UnknownOperand extends Error {}
const unknownOperand = new UnknownOperand()

/**
 * Stands for an operand that is not known. A type rule that asks it for anything stops; one that halts before it does so
 * halts whatever the operand is.
 */
const unknown = new Proxy(
  {},
  {
    get() {
      throw unknownOperand
    },
  },
)

/** What can't be known of an optional operand besides: whether there is one. */
const perhaps = Symbol('an operand, or none')

type Inferred = { readonly halt: HaltError } | { readonly type: TensorType | undefined } | undefined

/** Runs a type rule. @returns undefined when it depends on an operand that is not known */
function infer(instruction: Instruction, operands: Readonly<Record<string, unknown>>): Inferred {
  try {
    const type = instruction.infer(operands as AnyTypedOperands)
    return type === unknown ? undefined : { type }
  } catch (error) {
    if (error instanceof HaltError) return { halt: error }
    if (error instanceof UnknownOperand) return undefined
    throw error
  }
}

/** Runs a type rule with and without the operands of which it is not known whether they are there. */
function inferEither(instruction: Instruction, operands: Readonly<Record<string, unknown>>): Inferred {
  const name = Object.keys(operands).find((key) => operands[key] === perhaps)
  if (name === undefined) return infer(instruction, operands)
  const without = inferEither(instruction, { ...operands, [name]: undefined })
  const present = inferEither(instruction, { ...operands, [name]: unknown })
  if (without === undefined || present === undefined) return undefined
  if ('halt' in without) return 'halt' in present ? without : undefined
  if ('halt' in present || without.type === undefined || present.type === undefined) return undefined
  return sameType(without.type, present.type) ? without : undefined
}

/** Stack words as a type rule takes them. @throws {HaltError} when one is no operand of its kind */
function bind(instruction: Instruction, words: readonly Value[], frame: Frame): Record<string, unknown> {
  const { inputs, attributes: layout } = instruction
  const wordOf = (index: number) => (typeof words[index] === 'bigint' ? words[index] : undefined)
  const attributeWord = wordOf(inputs.findIndex(({ kind }) => kind === 'attributes'))
  const decode = () => (attributeWord === undefined ? unknown : layout?.decode(attributeWord))
  // In the order of the machine: attributes come before handles only where they say which operands are handles.
  const early = instruction.isTensor && decode()
  const typed: Record<string, unknown> = {}
  inputs.forEach(({ name, kind }, index) => {
    const value = words[index]
    const isHandle = kind === 'tensor' || (kind === 'optionalTensor' && value !== 0n && value !== undefined)
    const isPerhaps = kind === 'tensorOrWord' && early === unknown
    if (isPerhaps) typed[name] = unknown
    else if (isHandle || (kind === 'tensorOrWord' && instruction.isTensor?.(early as never, name)))
      typed[name] = typeOfHandle(frame, value) ?? unknown
    else if (kind === 'optionalTensor') typed[name] = value === 0n ? undefined : perhaps
    else typed[name] = wordOf(index) ?? unknown
  })
  inputs.forEach(({ name, kind }, index) => {
    const word = wordOf(index)
    if (kind === 'attributes') typed[name] = early ?? decode()
    else if (kind === 'type') typed[name] = word === undefined ? unknown : decodeType(word)
    else if (kind === 'model') typed[name] = unknown
  })
  return typed
}

/** Types of the operands, as far as they are known. */
function operandTypes(instruction: Instruction, operands: Readonly<Record<string, unknown>>): string {
  const known = instruction.inputs.flatMap(({ name, kind }) => {
    const operand = operands[name]
    if (kind === 'optionalTensor' && operand === undefined) return [`there is no ${name}`]
    const isType = typeof operand === 'object' && operand !== null && operand !== unknown && kind !== 'attributes'
    if (isType) return [`${name} is ${formatType(operand as TensorType)}`]
    return kind === 'tensorOrWord' && typeof operand === 'bigint' ? [`${name} is ${BigInt.asIntN(256, operand)}`] : []
  })
  return known.join(', ')
}

const handleHint =
  'handles count the tensors that a call has made, from 1 on; 0 is "none" and good only for an optional operand'

/** What helps when the operands can't be bound, or the type rule does not say enough. */
function hintOf(instruction: Instruction, code: HaltError['code'], types: string): string {
  const { attributes: layout, mnemonic } = instruction
  if (code === 'BadHandle') return handleHint
  if (types !== '') return types
  if (code === 'BadTypeWord')
    return 'a type word is the dtype code, rank << 8 and the dimensions << 16, 48, 80, ..; tensorType(dtype, d0, ..) makes one'
  const fields = (layout?.fields ?? []).map(({ name, bits }) => `${name}: ${bits}`).join(', ')
  return `bits of the attribute word of ${mnemonic}, from the lowest: ${fields}; ${functionName(instruction)}Attributes packs them`
}

/** Result of an instruction that gives a word and not a tensor. */
function wordResult({ mnemonic }: Instruction, operands: Readonly<Record<string, unknown>>): Value {
  const { tensor } = operands
  return mnemonic === 'TTYPE' && tensor !== unknown ? encodeType(tensor as TensorType) : undefined
}

/**
 * Checks an instruction against its declaration, as the machine does before it charges gas, and gives the frame after it.
 *
 * @param words - operands in stack order, the top first
 */
export function applyInstruction(instruction: Instruction, words: readonly Value[], frame: Frame): Outcome {
  let types = ''
  try {
    const operands = bind(instruction, words, frame)
    types = operandTypes(instruction, operands)
    const inferred = inferEither(instruction, operands)
    if (inferred && 'halt' in inferred) throw inferred.halt
    if (instruction.mnemonic === 'TFREE') return { frame: freeTensors(frame, words[0], words[1]), result: undefined }
    if (instruction.output?.kind !== 'tensor') return { frame, result: wordResult(instruction, operands) }
    const made = makeTensor(frame, inferred?.type)
    return { frame: made.frame, result: made.handle }
  } catch (error) {
    if (!(error instanceof HaltError)) throw error
    return { halt: { error, hint: hintOf(instruction, error.code, types) } }
  }
}
