import {
  allocationBytes,
  allocationGas,
  chunkGas,
  chunkRange,
  PAGE_BYTES,
  schedule,
  type TensorParameters,
  workGas,
} from '../gas-model/index.ts'
import { byteLength, contractionMacs, type Instruction, type Tensor, type TensorType } from '../isa/index.ts'
import { bindOperands, usedValues } from './binding.ts'
import { lowerProgram, type MachineStep } from './machine.ts'
import type { Program } from './program.ts'
import { modelRoot, type Root } from './root.ts'
import { valueTypes } from './validate.ts'

/** What one instruction of a program is and costs. */
export type StepSummary = {
  readonly mnemonic: string
  readonly output: TensorType
  /** Multiply-accumulates of the contraction, padding included; 0 for every other instruction. */
  readonly macs: number
  /** Gas of the instruction and its output; where it is the first to use constants or inputs, without their loads. */
  readonly gas: number
  /** Canonical bytes of the constants that it uses. */
  readonly constantBytes: number
}

/** A program at a glance. */
export type ProgramSummary = {
  readonly root: Root
  readonly inputs: readonly TensorType[]
  readonly outputs: readonly TensorType[]
  readonly steps: readonly StepSummary[]
  readonly macs: number
  /** Gas of the tensor instructions besides the steps: loads of inputs and constants, stores and frees. */
  readonly loadGas: number
  /** Gas of all tensor instructions of one inference: model and arena untouched before, EVM memory not counted. */
  readonly gas: number
  /** Most arena bytes in use at once. */
  readonly peakBytes: number
  /** Canonical bytes of the constants. */
  readonly modelBytes: number
}

/** EIP-2929's price of a storage slot: the registry's, which every TMODELLOAD reads. */
const COLD_SLOT_GAS = 2100
const WARM_SLOT_GAS = 100

type TypedProgram = { readonly program: Program; readonly types: readonly TensorType[] }

/** Operands of a load, store or free, whose words need no decoding beyond what the lowering knows. */
function loweredWork({ instruction, operands, result }: MachineStep, tensor: TensorType | undefined) {
  const words = Object.fromEntries(instruction.inputs.map(({ name }, index) => [name, operands[index]]))
  const typed = { ...words, type: result?.type, tensor } as Parameters<Instruction['work']>[0]
  return instruction.work(typed, result?.type as TensorType)
}

/** Where each constant begins when their canonical forms lie one after another. */
function constantOffsets({ constants }: Program): number[] {
  let end = 0
  return constants.map((tensor) => {
    const start = end
    end += byteLength(tensor)
    return start
  })
}

/** Follows the arena and its charges over the lowered program. */
function priceMachine({ program, types }: TypedProgram, parameters: TensorParameters) {
  const live = new Map<number, number>()
  const made: TensorType[] = []
  const first = program.inputs.length + program.constants.length
  const stepGas: number[] = []
  let liveBytes = 0
  let peakBytes = 0
  let gas = 0
  let slotGas = COLD_SLOT_GAS
  const warmChunks = new Set<number>()
  const starts = constantOffsets(program)
  for (const machineStep of lowerProgram(program, { weights: 'model' })) {
    const { instruction, operands, result } = machineStep
    const step = result && program.steps[result.value - first]
    const stored = instruction.mnemonic === 'TMSTORE' ? made[Number(operands[0]) - 1] : undefined
    const work = step
      ? instruction.work(
          bindOperands(step, (value) => types[value] as TensorType),
          result.type,
        )
      : loweredWork(machineStep, stored)
    let price = workGas(work, parameters)
    if (result) {
      const bytes = byteLength(result.type)
      price += allocationGas(bytes, liveBytes, Math.ceil(peakBytes / PAGE_BYTES), parameters)
      made.push(result.type)
      live.set(made.length, allocationBytes(bytes))
      liveBytes += allocationBytes(bytes)
      peakBytes = Math.max(peakBytes, liveBytes)
      if (instruction.mnemonic === 'TMODELLOAD') {
        const { first: firstChunk, last } = chunkRange(starts[result.value - program.inputs.length] as number, bytes)
        for (let chunk = firstChunk; chunk <= last; chunk++) {
          price += warmChunks.has(chunk) ? chunkGas(0, 1, parameters) : chunkGas(1, 0, parameters)
          warmChunks.add(chunk)
        }
        price += slotGas
        slotGas = WARM_SLOT_GAS
      }
    }
    if (instruction.mnemonic === 'TFREE') {
      const [handle, count] = operands.map(Number) as [number, number]
      for (let freed = handle; freed < handle + count; freed++) liveBytes -= live.get(freed) as number
    }
    if (step) stepGas.push(price)
    gas += price
  }
  return { gas, peakBytes, stepGas }
}

/**
 * Summarises a program: its steps, their multiply-accumulates and gas, and the size of the whole.
 *
 * @param parameters - prices; the first revision's by default
 * @throws {RangeError} when the program is not valid
 */
export function summarize(program: Program, parameters: TensorParameters = schedule): ProgramSummary {
  const types = valueTypes(program)
  const typeAt = (value: number) => types[value] as TensorType
  const { gas, peakBytes, stepGas } = priceMachine({ program, types }, parameters)
  const { inputs, constants } = program
  const steps = program.steps.map((step, index): StepSummary => {
    const output = typeAt(inputs.length + constants.length + index)
    const used = new Set(usedValues(step).map((value) => constants[value - inputs.length]))
    const bytes = [...used].filter((tensor): tensor is Tensor => tensor !== undefined).map(byteLength)
    return {
      mnemonic: step.instruction.mnemonic,
      output,
      macs: contractionMacs(step.instruction.mnemonic, bindOperands(step, typeAt), output),
      gas: stepGas[index] as number,
      constantBytes: bytes.reduce((sum, length) => sum + length, 0),
    }
  })
  return {
    root: modelRoot(program),
    inputs,
    outputs: program.outputs.map(typeAt),
    steps,
    macs: steps.reduce((sum, { macs }) => sum + macs, 0),
    loadGas: steps.reduce((rest, step) => rest - step.gas, gas),
    gas,
    peakBytes,
    modelBytes: constants.reduce((sum, tensor) => sum + byteLength(tensor), 0),
  }
}
