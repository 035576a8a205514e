import { EVMError, type ExecResult, type PrecompileFunc } from '@ethereumjs/evm'
import type { TensorParameters } from '../gas-model/index.ts'
import { byteLength, type TensorType } from '../isa/index.ts'
import { lowerProgram, type MachineStep, resolveOperands } from '../model/machine.ts'
import type { Program } from '../model/program.ts'
import { valueTypes } from '../model/validate.ts'
import type { Executor, Frame } from './execute.ts'
import type { Models } from './models.ts'
import { halting } from './opcode.ts'
import type { Site } from './site.ts'

const ROOT_BYTES = 32
const WORD_BYTES = 32

/** A program as it runs in the precompile's frame. */
type Routine = {
  readonly steps: readonly { readonly step: MachineStep; readonly site: Site }[]
  readonly outputBytes: number
}

function totalBytes(types: readonly TensorType[]): number {
  return types.reduce((sum, type) => sum + byteLength(type), 0)
}

function routineOf(program: Program): Routine {
  const types = valueTypes(program)
  return {
    steps: lowerProgram(program, { weights: 'model' }).map((step) => ({ step, site: { known: undefined } })),
    outputBytes: totalBytes(program.outputs.map((value) => types[value] as TensorType)),
  }
}

/** What the precompile runs on. */
export type PrecompileResources = {
  readonly parameters: () => TensorParameters
  readonly executor: Executor
  readonly models: Models
  /** Runs an action in an arena frame of its own. */
  readonly inFrame: <T>(action: () => Promise<T>) => Promise<T>
}

/**
 * The inference precompile: input is a model root and the canonical bytes of the program's inputs, output the canonical
 * bytes of its outputs.
 *
 * It runs the program's machine steps one by one through the executor, each priced and charged as the instruction in
 * bytecode is, before it runs. Looking the model up costs what each TMODELLOAD pays for it. Any halt takes all gas of the
 * call.
 */
export function createPrecompile({ parameters, executor, models, inFrame }: PrecompileResources): PrecompileFunc {
  const routines = new WeakMap<Program, Routine>()
  const routineFor = (program: Program): Routine => {
    const routine = routines.get(program) ?? routineOf(program)
    routines.set(program, routine)
    return routine
  }

  return async ({ data, gasLimit }): Promise<ExecResult> => {
    let gasLeft = Number(gasLimit)
    const charge = (gas: number) => {
      if (gas > gasLeft) throw new EVMError(EVMError.errorMessages.OUT_OF_GAS)
      gasLeft -= gas
    }

    const infer = async (): Promise<Uint8Array> => {
      if (data.length < ROOT_BYTES) throw new EVMError(EVMError.errorMessages.INVALID_INPUT_LENGTH)
      const modelRoot = wordAt(data)
      const model = await models.find(modelRoot, gasLeft)
      const { program } = model
      charge(model.gas)
      executor.chargeListener?.onLookup({ gas: model.gas, slot: model.slot })
      models.touch(model, true)
      if (data.length !== ROOT_BYTES + totalBytes(program.inputs))
        throw new EVMError(EVMError.errorMessages.INVALID_INPUT_LENGTH)
      // Lowering a long program takes time that a call must be able to pay: every step costs the base price at least.
      if (program.steps.length * parameters().tensorBaseGas > gasLeft)
        throw new EVMError(EVMError.errorMessages.OUT_OF_GAS)
      const { steps, outputBytes } = routineFor(program)

      // Of what TMSTORE will write no more is taken than was paid for: outputs may be longer than any gas buys.
      let memory = new Uint8Array(0)
      let memoryWords = 0n
      const frame: Frame = {
        calldata: data,
        get gasLeft() {
          return gasLeft
        },
        ownsRegistry: false,
        get memoryWords() {
          return memoryWords
        },
        growMemory(words) {
          memoryWords = words
          const bytes = Number(words) * WORD_BYTES
          if (bytes > memory.length) {
            const grown = new Uint8Array(Math.max(bytes, Math.min(2 * memory.length, outputBytes)))
            grown.set(memory)
            memory = grown
          }
          return memory
        },
      }
      const bases = { input: BigInt(ROOT_BYTES), output: 0n, modelRoot }
      for (const { step, site } of steps) {
        const pending = executor.prepare(frame, step.instruction, resolveOperands(step, bases), site)
        const prepared = pending instanceof Promise ? await pending : pending
        charge(prepared.gas)
        const result = executor.perform(frame, prepared)
        if (result instanceof Promise) await result
      }
      return memory.subarray(0, outputBytes)
    }

    try {
      const returnValue = await halting(() => inFrame(infer))
      return { executionGasUsed: gasLimit - BigInt(gasLeft), returnValue }
    } catch (error) {
      if (!(error instanceof EVMError)) throw error
      return { executionGasUsed: gasLimit, returnValue: new Uint8Array(0), exceptionError: error }
    }
  }
}

function wordAt(data: Uint8Array): bigint {
  let word = 0n
  for (const byte of data.subarray(0, ROOT_BYTES)) word = (word << 8n) | BigInt(byte)
  return word
}
