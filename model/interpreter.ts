import {
  type ComputeBody,
  type ComputeInstruction,
  createTensor,
  formatType,
  referenceBody,
  sameType,
  type Tensor,
  type TensorType,
} from '../isa/index.ts'
import { bindOperands, usedValues } from './binding.ts'
import { lastUses } from './machine.ts'
import type { Program, ProgramStep } from './program.ts'
import { valueTypes } from './validate.ts'

/** Where an interpreter's tensors live: a kernel's memory, when its bodies take addresses in it. */
export type TensorMemory = {
  /** A tensor that stays valid until it is freed or the interpretation ends. Its data may be anything. */
  allocate(type: TensorType): Tensor
  free?(tensor: Tensor): void
}

export type InterpretOptions = {
  /** What runs a compute instruction; its reference body by default. */
  readonly bodyOf?: (instruction: ComputeInstruction) => ComputeBody
  /** Memory for every tensor; inputs and constants are copied there before their first use. */
  readonly memory?: TensorMemory
  /** Called after each step with the value number and tensor that it made. The tensor may be reused after the call. */
  readonly onStep?: (step: { readonly index: number; readonly value: number; readonly result: Tensor }) => void
}

function checkInputs(program: Program, inputs: readonly Tensor[]): void {
  if (inputs.length !== program.inputs.length)
    throw new RangeError(`inputs: ${inputs.length} tensors, not ${program.inputs.length}`)
  program.inputs.forEach((type, index) => {
    const given = inputs[index] as Tensor
    if (!sameType(type, given))
      throw new RangeError(`inputs[${index}]: ${formatType(given)} given, ${formatType(type)} expected`)
  })
}

/**
 * Evaluates a program step by step, without gas, handles or an arena.
 *
 * @returns the outputs, in memory of their own
 * @throws {RangeError} when the program is not valid, or an input is not of the type it declares
 */
export function interpret(program: Program, inputs: readonly Tensor[], options: InterpretOptions = {}): Tensor[] {
  const { bodyOf = referenceBody, memory, onStep } = options
  const types = valueTypes(program)
  checkInputs(program, inputs)
  const given = [...inputs, ...program.constants]
  const tensors = new Map<number, Tensor>()
  const last = lastUses(program)
  const copied = (source: Tensor, target: Tensor) => {
    target.data.set(source.data)
    return target
  }
  const tensorAt = (value: number) => {
    const known = tensors.get(value)
    if (known) return known
    const source = given[value] as Tensor
    const tensor = memory ? copied(source, memory.allocate(source)) : source
    tensors.set(value, tensor)
    return tensor
  }
  const drop = (value: number) => {
    const tensor = tensors.get(value)
    if (!tensor) return
    tensors.delete(value)
    memory?.free?.(tensor)
  }
  program.steps.forEach((step, index) => {
    const value = given.length + index
    const type = types[value] as TensorType
    const operands = bindOperands(step, tensorAt)
    const result = memory ? memory.allocate(type) : createTensor(type)
    bodyOf(step.instruction as ComputeInstruction)(operands, result)
    tensors.set(value, result)
    onStep?.({ index, value, result })
    for (const used of [...usedValues(step), value]) if (last[used] === index) drop(used)
  })
  return program.outputs.map((value) => copied(tensorAt(value), createTensor(types[value] as TensorType)))
}

/**
 * The same program with the rounding of every RESCALE set: `double` is bit-exact to TFLite Micro and CMSIS-NN, `single` to
 * XNNPACK and ruy.
 */
export function withRounding(program: Program, rounding: 'double' | 'single'): Program {
  const round = (step: ProgramStep): ProgramStep => {
    const { instruction, operands } = step
    if (instruction.mnemonic !== 'RESCALE' || !instruction.attributes) return step
    const { encode, decode } = instruction.attributes
    const [attributes, ...rest] = operands as [bigint, ...bigint[]]
    return {
      instruction,
      operands: [encode({ ...decode(attributes), rounding: rounding === 'double' ? 0 : 1 }), ...rest],
    }
  }
  return { ...program, steps: program.steps.map(round) }
}
