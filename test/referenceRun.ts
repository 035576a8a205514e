import { allocationBytes, allocationGas, chunkGas, chunkRange, schedule, workGas } from '../gas-model/index.ts'
import {
  type AnyDataOperands,
  type AnyTypedOperands,
  byteLength,
  type ComputeInstruction,
  createTensor,
  decodeType,
  type Environment,
  ensure,
  type HaltCode,
  HaltError,
  type Instruction,
  type ModelTensors,
  type OperandKind,
  referenceBody,
  roundUp,
  type Tensor,
  type TensorType,
  tensorBytes,
} from '../isa/index.ts'
import {
  bytesOfHex,
  type ResolvedOperand,
  resolveOperands,
  tensorOfValue,
  type Vector,
  type VectorEnvironment,
} from './vectorFile.ts'

/** What an instruction did, in the terms of a vector. */
export type Outcome =
  | { readonly halt: HaltCode }
  | {
      readonly halt?: never
      readonly output: Tensor | undefined
      readonly word: bigint | undefined
      readonly memory: Uint8Array
      readonly live: readonly number[]
      readonly gas: number
    }

type Operands = Record<string, unknown>
type Bound = { readonly typed: AnyTypedOperands; readonly data: AnyDataOperands }

/** The tensors of a frame: handle h is the tensor at h - 1, a freed one undefined. */
type Frame = (Tensor | undefined)[]

function modelOf({ model }: VectorEnvironment): ModelTensors {
  const tensors = (model ?? []).map(tensorOfValue)
  return { root: 1n, types: tensors, bytes: (index) => tensorBytes(tensors[index] as Tensor) }
}

function liveTensor(frame: Frame, handle: bigint): Tensor {
  const tensor = handle >= 1n && handle <= BigInt(frame.length) ? frame[Number(handle) - 1] : undefined
  ensure(tensor !== undefined, 'BadHandle', `${handle} is not a live handle`)
  return tensor
}

function bindTensor(frame: Frame, operand: ResolvedOperand, optional: boolean): Tensor | undefined {
  if (operand.kind === 'tensor') return operand.tensor
  const word = wordOf(operand)
  return optional && word === 0n ? undefined : liveTensor(frame, word)
}

function wordOf(operand: ResolvedOperand): bigint {
  if (operand.kind !== 'word') throw new RangeError(`the vector gives a ${operand.kind} where the stack has a word`)
  return operand.word
}

/** Binds operands by name: handles first, then attribute and type words and the model, as SPEC.md orders checks. */
function bind(
  instruction: Instruction,
  operands: readonly ResolvedOperand[],
  environment: VectorEnvironment,
  frame: Frame,
): Bound {
  const typed: Operands = {}
  const data: Operands = {}
  const each = (kinds: readonly OperandKind[], read: (operand: ResolvedOperand, name: string) => unknown) => {
    instruction.inputs.forEach(({ name, kind }, index) => {
      if (!kinds.includes(kind)) return
      typed[name] = read(operands[index] as ResolvedOperand, name)
      data[name] = typed[name]
    })
  }
  each(['tensor'], (operand) => bindTensor(frame, operand, false))
  each(['optionalTensor'], (operand) => bindTensor(frame, operand, true))
  each(['attributes'], (operand) => instruction.attributes?.decode(wordOf(operand)))
  each(['tensorOrWord'], (operand, name) =>
    instruction.isTensor?.(typed.attributes as never, name) ? bindTensor(frame, operand, false) : wordOf(operand),
  )
  each(['type'], (operand) => decodeType(wordOf(operand)))
  each(['word', 'memory'], wordOf)
  each(['account'], (operand, name) => {
    typed[name] = operand.kind === 'code' ? 0n : wordOf(operand)
    return bytesOfHex(operand.kind === 'code' ? environment.code : undefined)
  })
  each(['model'], (operand) => {
    ensure(operand.kind === 'model', 'UnknownModel', 'no model is registered under this root')
    return modelOf(environment)
  })
  return { typed: typed as AnyTypedOperands, data: data as AnyDataOperands }
}

/** The instruction's own charge, as `gas` of a vector defines it. */
function chargeOf(instruction: Instruction, typed: AnyTypedOperands, output: TensorType | undefined): number {
  // The type is read only by instructions that make a tensor.
  let gas = workGas(instruction.work(typed, output as TensorType), schedule)
  if (output) gas += allocationGas(byteLength(output), 0, Number.MAX_SAFE_INTEGER, schedule)
  if (instruction.family === 'environment' && instruction.modelRange) {
    const { firstByte, length } = instruction.modelRange(typed)
    const { first, last } = chunkRange(firstByte, length)
    gas += chunkGas(last - first + 1, 0, schedule)
  }
  return gas
}

function environmentOf(
  instruction: Instruction,
  typed: AnyTypedOperands,
  { calldata, memory }: VectorEnvironment,
  frame: Frame,
): Environment {
  const before = bytesOfHex(memory)
  const range = instruction.family === 'environment' ? instruction.memoryRange?.(typed) : undefined
  const end = range ? Number(range.offset) + range.length : 0
  const grown = new Uint8Array(roundUp(Math.max(before.length, end), 32))
  grown.set(before)
  let liveBytes = 0
  for (const tensor of frame) if (tensor) liveBytes += allocationBytes(byteLength(tensor))
  return {
    calldata: bytesOfHex(calldata),
    memory: grown,
    freeBytes: schedule.tensorArenaBytes - liveBytes,
    free(handle, count) {
      ensure(count === 0 || handle + count - 1 <= frame.length, 'BadHandle', `the frame made no handle that high`)
      frame.fill(undefined, handle - 1, handle - 1 + count)
    },
  }
}

function run(instruction: Instruction, vector: Vector): Outcome {
  const surroundings = vector.environment ?? {}
  const frame: Frame = (surroundings.tensors ?? []).map(tensorOfValue)
  const operands = resolveOperands(instruction, vector.operands)
  const { typed, data } = bind(instruction, operands, surroundings, frame)
  const type = instruction.infer(typed)
  const gas = chargeOf(instruction, typed, type)
  const environment = environmentOf(instruction, typed, surroundings, frame)
  const output = type && createTensor(type)
  let word: bigint | undefined
  if (instruction.family === 'environment') word = instruction.execute(data, environment, output)
  else referenceBody(instruction)(data, output as Tensor)
  const live = frame.flatMap((tensor, index) => (tensor ? [index + 1] : []))
  return { output, word, memory: environment.memory, live, gas }
}

/**
 * Runs a compute instruction by its declaration alone: type rule and normative operation.
 *
 * @param operands - in stack order; a word where an operand is no tensor, 0 for none
 * @throws {HaltError}
 */
export function computeReference(instruction: ComputeInstruction, operands: readonly (Tensor | bigint)[]): Tensor {
  const resolved = operands.map(
    (operand): ResolvedOperand =>
      typeof operand === 'bigint' ? { kind: 'word', word: operand } : { kind: 'tensor', tensor: operand },
  )
  const { typed, data } = bind(instruction, resolved, {}, [])
  const output = createTensor(instruction.infer(typed))
  referenceBody(instruction)(data, output)
  return output
}

/** Runs the instruction of a vector by its declaration alone: type rule, price and normative operation. */
export function runReference(instruction: Instruction, vector: Vector): Outcome {
  try {
    return run(instruction, vector)
  } catch (error) {
    if (error instanceof HaltError) return { halt: error.code }
    throw error
  }
}
