import { createHash } from 'node:crypto'
import {
  type ComputeInstruction,
  createTensor,
  encodeAxisWord,
  encodeType,
  formatType,
  type Input,
  type Instruction,
  instructionByMnemonic,
  referenceBody,
  type Tensor,
  type TensorType,
  tensorBytes,
  tensorType,
} from '../isa/index.ts'
import { bindOperands, tensorPositions, usedValues } from './binding.ts'
import type { Program, ProgramStep } from './program.ts'

/**
 * An operand as an importer writes it.
 *
 * - tensor: a value number; `undefined` for none
 * - attributes: an object of fields (those left out are zero when stored), or the raw word
 * - type: a tensor type, or the raw word
 * - word: a number (negative ones in two's complement), a bigint, or a number an axis, packed as {@link encodeAxisWord}
 *   does without a bias
 */
export type OperandArgument =
  | number
  | bigint
  | readonly number[]
  | TensorType
  | Readonly<Record<string, number>>
  | undefined

/** Builds a {@link Program}. Value numbers are the builder's own; `build` renumbers them. */
export type ProgramBuilder = {
  /** Declares the next input. */
  input(type: TensorType): number
  /** A constant; one of the same type and bytes that was given before keeps its number. */
  constant(tensor: Tensor): number
  /**
   * Adds an instruction with its operands by name and gives its result.
   *
   * An instruction whose tensors are all constants is carried out at once and becomes a constant.
   *
   * @throws {TypeError} on an operand that is missing, unknown or of the wrong kind
   * @throws {RangeError} naming the step, when an attribute does not fit or the type rule refuses the operands
   */
  emit(instruction: string | Instruction, operands: Readonly<Record<string, OperandArgument>>): number
  /** Type of a value. */
  typeOf(value: number): TensorType
  /** Data of a value that is a constant, else undefined. */
  constantOf(value: number): Tensor | undefined
  /** Declares the next output; any value may be one. */
  output(value: number): void
  /** The program, without steps and constants that no output needs. */
  build(): Program
  /** The program, and for each value that is left its number in it. */
  buildNumbered(): { readonly program: Program; readonly numbers: ReadonlyMap<number, number> }
}

type Value = { readonly type: TensorType; readonly constant?: Tensor; readonly step?: ProgramStep }

const WORD_BITS = 256

function encodeWord(argument: OperandArgument): bigint {
  if (Array.isArray(argument)) return encodeAxisWord(argument)
  if (typeof argument !== 'bigint' && !Number.isInteger(argument))
    throw new TypeError(`${JSON.stringify(argument)} is not a word`)
  const word = BigInt(argument as number | bigint)
  if (BigInt.asUintN(WORD_BITS, word) !== word && BigInt.asIntN(WORD_BITS, word) !== word)
    throw new RangeError(`${word} does not fit a word`)
  return BigInt.asUintN(WORD_BITS, word)
}

function isTensorType(argument: OperandArgument): argument is TensorType {
  return typeof argument === 'object' && 'dtype' in argument && 'shape' in argument && Array.isArray(argument.shape)
}

/** The word of an operand that is not a tensor. */
function encodeOperand(instruction: Instruction, { kind }: Input, argument: OperandArgument): bigint {
  if (kind === 'attributes' && typeof argument === 'object' && instruction.attributes)
    return instruction.attributes.encode(argument as Readonly<Record<string, number>>)
  if (kind === 'type' && isTensorType(argument)) return encodeType(tensorType(argument.dtype, argument.shape))
  return encodeWord(argument)
}

/** Starts an empty program. */
export function createProgramBuilder(): ProgramBuilder {
  const values: Value[] = []
  const inputs: number[] = []
  const outputs: number[] = []
  const constantsByDigest = new Map<string, number>()
  let emitted = 0

  const valueAt = (value: number): Value => {
    const found = values[value]
    if (!found) throw new RangeError(`value ${value} does not exist, there are ${values.length}`)
    return found
  }
  const add = (value: Value) => values.push(value) - 1

  const constant = (tensor: Tensor) => {
    const type = tensorType(tensor.dtype, tensor.shape)
    const digest = `${formatType(type)} ${createHash('sha256').update(tensorBytes(tensor)).digest('hex')}`
    const known = constantsByDigest.get(digest)
    if (known !== undefined) return known
    const value = add({ type, constant: { ...type, data: tensor.data } })
    constantsByDigest.set(digest, value)
    return value
  }

  const encodeStep = (
    instruction: ComputeInstruction,
    operands: Readonly<Record<string, OperandArgument>>,
  ): ProgramStep => {
    const { inputs: declared } = instruction
    for (const name of Object.keys(operands))
      if (!declared.some((input) => input.name === name)) throw new TypeError(`${name}: no such operand`)
    const encode = (input: Input, asTensor: boolean): bigint => {
      const argument = operands[input.name]
      if (asTensor && argument === undefined && input.kind === 'optionalTensor') return 0n
      if (argument === undefined) throw new TypeError(`${input.name}: missing`)
      try {
        if (!asTensor) return encodeOperand(instruction, input, argument)
        if (typeof argument !== 'number') throw new TypeError(`${JSON.stringify(argument)} is not a value number`)
        valueAt(argument)
        return BigInt(argument + 1)
      } catch (error) {
        if (error instanceof TypeError) throw new TypeError(`${input.name}: ${error.message}`, { cause: error })
        throw new RangeError(`${input.name}: ${(error as Error).message}`, { cause: error })
      }
    }
    // The attributes decide which operands are tensors, so they are encoded first.
    const draft = declared.map((input) => (input.kind === 'attributes' ? encode(input, false) : 0n))
    const isTensor = tensorPositions(instruction, draft)
    const words = declared.map((input, position) => encode(input, isTensor[position] === true))
    return { instruction, operands: words }
  }

  const emit = (which: string | Instruction, operands: Readonly<Record<string, OperandArgument>>) => {
    const index = emitted++
    const instruction = typeof which === 'string' ? instructionByMnemonic.get(which) : which
    if (instruction?.family !== 'compute')
      throw new TypeError(
        `step ${index}: ${instruction?.mnemonic ?? String(which)} is not the mnemonic of a compute instruction`,
      )
    try {
      const step = encodeStep(instruction, operands)
      const type = instruction.infer(bindOperands(step, (value) => valueAt(value).type))
      const tensors = usedValues(step).map((value) => valueAt(value).constant)
      if (tensors.some((tensor) => tensor === undefined)) return add({ type, step })
      const result = createTensor(type)
      referenceBody(instruction)(
        bindOperands(step, (value) => valueAt(value).constant as Tensor),
        result,
      )
      return constant(result)
    } catch (error) {
      const message = `step ${index} ${instruction.mnemonic}: ${(error as Error).message}`
      if (error instanceof TypeError) throw new TypeError(message, { cause: error })
      throw new RangeError(message, { cause: error })
    }
  }

  const buildNumbered = () => {
    if (outputs.length === 0) throw new RangeError('outputs: a program needs at least one')
    const live = new Set<number>(outputs)
    for (let value = values.length - 1; value >= 0; value--) {
      const { step } = values[value] as Value
      if (step && live.has(value)) for (const used of usedValues(step)) live.add(used)
    }
    const kept = [...values.keys()].filter((value) => live.has(value))
    const constants = kept.filter((value) => values[value]?.constant)
    const results = kept.filter((value) => values[value]?.step)
    const numbers = new Map([...inputs, ...constants, ...results].map((value, number) => [value, number]))
    const renumber = ({ instruction, operands }: ProgramStep): ProgramStep => {
      const isTensor = tensorPositions(instruction, operands)
      const renumbered = operands.map((word, position) =>
        isTensor[position] && word !== 0n ? BigInt(numbers.get(Number(word) - 1) as number) + 1n : word,
      )
      return { instruction, operands: renumbered }
    }
    const program: Program = {
      inputs: inputs.map((value) => valueAt(value).type),
      constants: constants.map((value) => valueAt(value).constant as Tensor),
      steps: results.map((value) => renumber(valueAt(value).step as ProgramStep)),
      outputs: outputs.map((value) => numbers.get(value) as number),
    }
    return { program, numbers }
  }

  return {
    input(type) {
      const value = add({ type: tensorType(type.dtype, type.shape) })
      inputs.push(value)
      return value
    },
    constant,
    emit,
    typeOf: (value) => valueAt(value).type,
    constantOf: (value) => valueAt(value).constant,
    output(value) {
      valueAt(value)
      outputs.push(value)
    },
    build: () => buildNumbered().program,
    buildNumbered,
  }
}
