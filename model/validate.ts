import { elementCount, formatType, type HaltError, type TensorType, tensorType } from '../isa/index.ts'
import { bindOperands, tensorPositions } from './binding.ts'
import type { Program, ProgramStep } from './program.ts'

const WORD_BITS = 256

function named<T>(what: string, action: () => T): T {
  try {
    return action()
  } catch (error) {
    throw new RangeError(`${what}: ${(error as HaltError | RangeError).message}`, { cause: error })
  }
}

function checkValue(value: number, below: number): void {
  if (!Number.isInteger(value) || value < 0 || value >= below)
    throw new RangeError(`value ${value} is not one of the ${below} before it`)
}

/** Operand count, word sizes and value numbers; afterwards the operands can be bound. */
function checkOperands({ instruction, operands }: ProgramStep, valueCount: number): void {
  const { inputs } = instruction
  if (operands.length !== inputs.length) throw new RangeError(`${operands.length} operands, not ${inputs.length}`)
  for (const word of operands)
    if (word < 0n || BigInt.asUintN(WORD_BITS, word) !== word) throw new RangeError(`${word} is not a word`)
  const isTensor = tensorPositions(instruction, operands)
  inputs.forEach(({ name, kind }, position) => {
    const word = operands[position] as bigint
    if (!isTensor[position] || (kind === 'optionalTensor' && word === 0n)) return
    named(name, () => checkValue(Number(word) - 1, valueCount))
  })
}

/**
 * Checks a program that comes from outside and gives the type of each of its values: inputs, constants, then the result
 * of each step.
 *
 * A program is valid when each step is a compute instruction with as many words as it has operands, uses only values
 * before its own, and satisfies its type rule; when each constant has as many elements as its shape; and when there is at
 * least one output and each is a value.
 *
 * @throws {RangeError} naming the input, constant, step or output that is wrong
 */
export function valueTypes(program: Program): readonly TensorType[] {
  const types = program.inputs.map((type, index) => named(`input ${index}`, () => tensorType(type.dtype, type.shape)))
  program.constants.forEach(({ dtype, shape, data }, index) => {
    named(`constant ${index}`, () => {
      const type = tensorType(dtype, shape)
      if (data.length !== elementCount(shape))
        throw new RangeError(`${formatType(type)} has ${elementCount(shape)} elements, not ${data.length}`)
      types.push(type)
    })
  })
  program.steps.forEach((step, index) => {
    const { instruction } = step
    named(`step ${index} ${instruction.mnemonic}`, () => {
      if (instruction.family !== 'compute') throw new RangeError('not a compute instruction')
      checkOperands(step, types.length)
      types.push(instruction.infer(bindOperands(step, (value) => types[value] as TensorType)))
    })
  })
  if (program.outputs.length === 0) throw new RangeError('outputs: a program needs at least one')
  program.outputs.forEach((value, index) => {
    named(`output ${index}`, () => checkValue(value, types.length))
  })
  return types
}
