import {
  byteLength,
  encodeType,
  type Instruction,
  instructionByMnemonic,
  type TensorType,
  tensorBytes,
} from '../isa/index.ts'
import { tensorPositions, usedValues } from './binding.ts'
import type { Program } from './program.ts'
import { valueTypes } from './validate.ts'

/**
 * An operand that is known only where the program runs: `offset` from the start of the inputs in calldata, from the start
 * of the outputs in memory; or the model root; or the address of the account whose code holds the weights.
 */
export type SymbolicWord = {
  readonly base: 'input' | 'output' | 'modelRoot' | 'weightsAddress'
  readonly offset: bigint
}

/** An instruction as it runs in a call frame. */
export type MachineStep = {
  readonly instruction: Instruction
  /** In stack order, top first. Handles are literals, counted from 1 in the frame. */
  readonly operands: readonly (bigint | SymbolicWord)[]
  /** The program's value that the step makes, and its type. The handle of the n-th such step is n. */
  readonly result?: { readonly value: number; readonly type: TensorType }
}

/** Where weights come from: a registered model, or the code of an account. */
export type WeightsPlace = 'model' | 'code'

/** Dead tensors of this size and more are freed at once: below, freeing one costs more than its room is worth. */
const FREE_BYTES = 4096
/** Smaller ones are freed when this many are dead, so that a program's length is not limited by the number of handles. */
const FREE_COUNT = 256

/** Where the constants begin in the code of a weights account, after a STOP. */
const WEIGHTS_OFFSET = 1

function environmentInstruction(mnemonic: string): Instruction {
  const instruction = instructionByMnemonic.get(mnemonic)
  if (instruction?.family !== 'environment') throw new TypeError(`${mnemonic}: no such environment instruction`)
  return instruction
}

/** Offset of each tensor when they lie one after the other from `start` on. */
function packedOffsets(types: readonly TensorType[], start: number): bigint[] {
  let end = start
  return types.map((type) => {
    const offset = BigInt(end)
    end += byteLength(type)
    return offset
  })
}

/** Index of the step that uses each value last: its own step when none does, infinite for outputs. */
export function lastUses(program: Program): number[] {
  const first = program.inputs.length + program.constants.length
  const last = Array.from({ length: first + program.steps.length }, (_, value) => Math.max(-1, value - first))
  program.steps.forEach((step, index) => {
    for (const value of usedValues(step)) last[value] = index
  })
  for (const value of program.outputs) last[value] = Number.POSITIVE_INFINITY
  return last
}

/** Code of an account that holds a program's weights: STOP, then the canonical bytes of each constant in turn. */
export function weightsCode(program: Program): Uint8Array {
  const offsets = packedOffsets(program.constants, WEIGHTS_OFFSET)
  const length = program.constants.reduce((sum, tensor) => sum + byteLength(tensor), WEIGHTS_OFFSET)
  const code = new Uint8Array(length)
  program.constants.forEach((tensor, index) => {
    code.set(tensorBytes(tensor), Number(offsets[index]))
  })
  return code
}

/** Contiguous runs of ascending handles, as TFREE takes them. */
function handleRuns(handles: readonly number[]): { first: number; count: number }[] {
  const runs: { first: number; count: number }[] = []
  for (const handle of handles) {
    const run = runs.at(-1)
    if (run && run.first + run.count === handle) run.count++
    else runs.push({ first: handle, count: 1 })
  }
  return runs
}

/**
 * Lowers a program to the instructions that run it in a fresh call frame.
 *
 * Inputs lie one after the other in calldata, outputs likewise in memory. An input or constant is loaded right before its
 * first use and one that nothing uses is not loaded. Dead tensors of 4096 bytes and more are freed right after their last
 * use, smaller ones when 256 of them are dead, as long as another tensor is still to be made. The stores of the outputs come last.
 *
 * Handles are literals, so no other tensor instruction may have made a tensor in the frame before.
 *
 * @throws {RangeError} when the program is not valid
 */
export function lowerProgram(program: Program, { weights }: { readonly weights: WeightsPlace }): MachineStep[] {
  const types = valueTypes(program)
  const typeAt = (value: number) => types[value] as TensorType
  const { inputs, constants, steps, outputs } = program
  const inputOffsets = packedOffsets(inputs, 0)
  const weightOffsets = packedOffsets(constants, WEIGHTS_OFFSET)
  const outputOffsets = packedOffsets(outputs.map(typeAt), 0)
  const last = lastUses(program)
  const machine: MachineStep[] = []
  const handles = new Map<number, number>()

  const make = (instruction: Instruction, operands: MachineStep['operands'], value: number) => {
    machine.push({ instruction, operands, result: { value, type: typeAt(value) } })
    handles.set(value, handles.size + 1)
  }
  const load = (value: number) => {
    const type = typeAt(value)
    const index = value - inputs.length
    if (index < 0) {
      const offset = { base: 'input', offset: inputOffsets[value] as bigint } as const
      make(environmentInstruction('TCALLDATALOAD'), [encodeType(type), offset], value)
    } else if (weights === 'model') {
      const rows = BigInt(type.shape[0] as number)
      const root = { base: 'modelRoot', offset: 0n } as const
      make(environmentInstruction('TMODELLOAD'), [root, BigInt(index), 0n, rows], value)
    } else {
      const account = { base: 'weightsAddress', offset: 0n } as const
      const operands = [encodeType(type), account, weightOffsets[index] as bigint]
      make(environmentInstruction('TCODELOAD'), operands, value)
    }
  }
  const handleOf = (value: number) => {
    if (!handles.has(value)) load(value)
    return BigInt(handles.get(value) as number)
  }
  let smallDead: number[] = []
  const free = (index: number, candidates: readonly number[]) => {
    const dead = [...new Set(candidates)].filter((value) => last[value] === index)
    const large = dead.filter((value) => byteLength(typeAt(value)) >= FREE_BYTES)
    smallDead.push(...dead.filter((value) => byteLength(typeAt(value)) < FREE_BYTES))
    const due = smallDead.length >= FREE_COUNT ? [...large, ...smallDead] : large
    if (due.length > large.length) smallDead = []
    const sorted = due.map((value) => handles.get(value) as number).sort((a, b) => a - b)
    for (const { first, count } of handleRuns(sorted))
      machine.push({ instruction: environmentInstruction('TFREE'), operands: [BigInt(first), BigInt(count)] })
  }

  steps.forEach((step, index) => {
    const { instruction, operands } = step
    const isTensor = tensorPositions(instruction, operands)
    const words = operands.map((word, position) =>
      isTensor[position] && word !== 0n ? handleOf(Number(word) - 1) : word,
    )
    const value = inputs.length + constants.length + index
    make(instruction, words, value)
    free(index, [...usedValues(step), value])
  })
  outputs.map(handleOf).forEach((handle, index) => {
    const offset = { base: 'output', offset: outputOffsets[index] as bigint } as const
    machine.push({ instruction: environmentInstruction('TMSTORE'), operands: [handle, offset] })
  })
  const lastMade = machine.findLastIndex((step) => step.result)
  return machine.filter((step, index) => index < lastMade || step.instruction.mnemonic !== 'TFREE')
}

/** Operand words of a machine step once the bases are known. */
export function resolveOperands(
  { operands }: MachineStep,
  bases: Readonly<Partial<Record<SymbolicWord['base'], bigint>>>,
): bigint[] {
  return operands.map((operand) => {
    if (typeof operand === 'bigint') return operand
    const base = bases[operand.base]
    if (base === undefined) throw new TypeError(`bases.${operand.base}: missing`)
    return base + operand.offset
  })
}
