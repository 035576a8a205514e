import { EVMError } from '@ethereumjs/evm'
import type { Address } from '@ethereumjs/util'
import { allocationGas, chunkRange, type TensorParameters, workGas } from '../gas-model/index.ts'
import {
  type AnyDataOperands,
  byteLength,
  type ComputeBody,
  type EnvironmentInstruction,
  type Instruction,
  MAX_COUNT,
  type MemoryRange,
  type ModelRange,
  type ModelTensors,
  type Tensor,
  type TensorType,
} from '../isa/index.ts'
import { type Kernel, kernelBody } from '../kernel/index.ts'
import type { Arena } from './arena.ts'
import { type Binding, bind, positionsOf } from './binding.ts'
import type { ChunkAccess, WarmChunks } from './chunks.ts'
import type { Models, RegisteredModel } from './models.ts'
import { addressOf, type EVMState } from './state.ts'

const WORD_BYTES = 32n
/** EVM memory as an instruction sees it that uses none. */
const NO_MEMORY = new Uint8Array(0)

/** What an instruction sees of the call frame that runs it. */
export type Frame = {
  readonly calldata: Uint8Array
  /** Exact below 2^53, more than which no instruction costs. */
  readonly gasLeft: number
  /** Words of EVM memory in use. */
  readonly memoryWords: bigint
  /** Whether the frame's own storage is that of the model registry. */
  readonly ownsRegistry: boolean
  /** EVM memory once it holds at least `words` words. */
  growMemory(words: bigint): Uint8Array
}

/** What the trace hook is told of an instruction that was carried out. */
export type InstructionTrace = {
  /** Counts the transaction's tensor instructions from 0. */
  readonly sequence: number
  /** Call depth, 0 for the transaction's own frame. */
  readonly depth: number
  readonly instruction: Instruction
  /** Stack words, top first. */
  readonly operands: readonly bigint[]
  /** Ids of the tensors among the operands, in operand order. Ids number the tensors of a transaction from 1. */
  readonly operandIds: readonly number[]
  readonly resultId: number | undefined
  readonly type: TensorType | undefined
  readonly gas: bigint
  /** Wall time of the operation itself, without checks and prices. */
  readonly milliseconds: number
}

export type TraceHook = (trace: InstructionTrace) => void

/** An instruction whose checks up to its price are done. It holds until the frame's next instruction. */
export type Prepared = {
  readonly known: Known
  /** Stack words, top first. */
  readonly operands: readonly bigint[]
  /** At most 2^53-1. */
  readonly gas: number
  /** Words of EVM memory that the instruction needs. */
  readonly memoryWords: bigint
  readonly account: Address | undefined
  readonly model: RegisteredModel | undefined
  readonly access: ChunkAccess | undefined
}

/**
 * Carries out tensor instructions: the one place where stack words become operands.
 *
 * The order of checks is normative: stack (the caller's), handles, types, gas, arena, work. One step differs from it
 * unseen: state is never read for gas that is not there, so an unregistered model that the gas left can't look up ends as
 * out of gas. Both outcomes take all gas of the frame.
 */
export type Executor = {
  /**
   * Everything up to the price. Changes nothing. A promise only where a model has to be read.
   *
   * @param operands - stack words, top first
   * @param site - where the instruction is run, if it may run there again
   * @throws {HaltError}
   * @throws {EVMError} out of gas, when the price exceeds 2^53-1 or a model can't be looked up for the gas left
   * @throws {MissingModelError}
   */
  prepare(
    frame: Frame,
    instruction: Instruction,
    operands: readonly bigint[],
    site?: Site,
  ): Prepared | Promise<Prepared>
  /**
   * The rest, once the price is paid. A promise only where code has to be read.
   *
   * @returns the word to push: a handle, a plain word, or undefined for none
   * @throws {HaltError} `ArenaFull` or `TooManyHandles`; `BadHandle` from TFREE
   */
  perform(frame: Frame, prepared: Prepared): bigint | undefined | Promise<bigint | undefined>
  /** Called after each instruction that was carried out. */
  onInstruction: TraceHook | undefined
  /** A frame begins, or the one around it goes on after it. */
  changeFrame(): void
  /** Forgets what belongs to the transaction: warm chunks, and how many instructions it ran. */
  endTransaction(): void
}

/** What instructions run on. */
export type Resources = {
  readonly parameters: () => TensorParameters
  readonly state: EVMState
  readonly arena: Arena
  readonly chunks: WarmChunks
  readonly kernel: Kernel
  readonly models: Models
}

/**
 * What checks found out about an instruction that do not look at anything but its words and the types of its tensors. It
 * holds for as long as these stay the same.
 */
type Known = Binding & {
  readonly instruction: Instruction
  readonly words: readonly bigint[]
  /** Positions of the operands that are not tensors. */
  readonly plain: readonly number[]
  readonly model: ModelTensors | undefined
  readonly parameters: TensorParameters
  /** Type of the result, where the result is a tensor. */
  readonly output: TensorType | undefined
  /** Gas of the work alone. */
  readonly workGas: number
  /** Canonical bytes of the result. */
  readonly outputBytes: number
  readonly memory: MemoryRange | undefined
  readonly chunks: { readonly range: ModelRange; readonly count: number } | undefined
  /** What carries it out; undefined for an environment instruction. */
  readonly body: ComputeBody | undefined
  /** The operands as the operation takes them; tensors are put in before each run. */
  readonly data: Record<string, unknown>
}

/** A place in the code. It remembers what was found out there last, so that running it again is cheap. */
export type Site = { known: Known | undefined }

/** Chunks that a range of a model touches. */
function chunkCount({ firstByte, length }: ModelRange): number {
  const { first, last } = chunkRange(firstByte, length)
  return last - first + 1
}

/** Whether what is known of a site holds for these words. @throws {HaltError} `BadHandle` */
function holds(known: Known, words: readonly bigint[], arena: Arena): boolean {
  for (const position of known.plain) if (words[position] !== known.words[position]) return false
  for (const { position, type } of known.tensors) {
    const word = words[position] as bigint
    // A handle of 0 is none, where there may be none.
    if (word === 0n || arena.typeOf(word) !== type) return false
  }
  return true
}

/** Executes instructions on these resources. */
export function createExecutor({ parameters, state, arena, chunks, kernel, models }: Resources): Executor {
  let sequence = 0

  const learn = (instruction: Instruction, words: readonly bigint[], model: ModelTensors | undefined): Known => {
    const { typed, tensors } = bind(instruction, words, positionsOf(instruction), arena, model)
    const output = instruction.infer(typed)
    const prices = parameters()
    // Only an environment instruction can be without an output tensor, and then its work does not look at it.
    const gas = workGas(instruction.work(typed, output as TensorType), prices)
    const isEnvironment = instruction.family === 'environment'
    const memory = isEnvironment ? instruction.memoryRange?.(typed) : undefined
    const range = isEnvironment ? instruction.modelRange?.(typed) : undefined
    const plain = [...words.keys()].filter((index) => tensors.every(({ position }) => position !== index))
    // Objects that are read at every run are written out or filled: spread together, they would be slow ones.
    const data: Record<string, unknown> = {}
    for (const { name } of instruction.inputs) data[name] = (typed as Record<string, unknown>)[name]
    return {
      typed,
      tensors,
      instruction,
      words,
      plain,
      model,
      parameters: prices,
      output,
      workGas: gas,
      outputBytes: output === undefined ? 0 : byteLength(output),
      memory,
      chunks: range && { range, count: chunkCount(range) },
      body: instruction.family === 'compute' ? kernelBody(kernel, instruction) : undefined,
      data,
    }
  }

  const knownAt = (
    site: Site | undefined,
    instruction: Instruction,
    words: readonly bigint[],
    model?: ModelTensors,
  ) => {
    const last = site?.known
    if (
      last !== undefined &&
      last.instruction === instruction &&
      last.model === model &&
      last.parameters === parameters() &&
      holds(last, words, arena)
    )
      return last
    const known = learn(instruction, words, model)
    if (site !== undefined) site.known = known
    return known
  }

  const price = (
    frame: Frame,
    instruction: Instruction,
    operands: readonly bigint[],
    site: Site | undefined,
    model: RegisteredModel | undefined,
  ): Prepared => {
    const known = knownAt(site, instruction, operands, model?.tensors)
    const { output, parameters: prices, memory } = known
    let gas = known.workGas
    if (output !== undefined) gas += allocationGas(known.outputBytes, arena.liveBytes, arena.peakPages, prices)
    if (gas > MAX_COUNT) throw new EVMError(EVMError.errorMessages.OUT_OF_GAS)
    if (known.body !== undefined)
      return { known, operands, gas, memoryWords: 0n, account: undefined, model: undefined, access: undefined }

    let { memoryWords } = frame
    if (memory !== undefined) {
      const words = (memory.offset + BigInt(memory.length) + WORD_BYTES - 1n) / WORD_BYTES
      if (words > memoryWords) {
        gas += Number(state.memoryGas(words) - state.memoryGas(memoryWords))
        memoryWords = words
      }
    }

    const accountWord = operands[positionsOf(instruction).account]
    const account = accountWord === undefined ? undefined : addressOf(accountWord)
    if (account !== undefined) gas += state.accountGas(account)

    gas += model?.gas ?? 0
    let access: ChunkAccess | undefined
    if (model !== undefined && known.chunks !== undefined) {
      const { range, count } = known.chunks
      // Which chunks are cold is looked up one by one, so only when even warm ones can be paid.
      const least = count * Math.min(prices.tensorColdChunkGas, prices.tensorWarmChunkGas)
      if (gas + least > frame.gasLeft) throw new EVMError(EVMError.errorMessages.OUT_OF_GAS)
      access = chunks.price(model.tensors.root, range, prices)
    }
    gas += access?.gas ?? 0
    if (gas > MAX_COUNT) throw new EVMError(EVMError.errorMessages.OUT_OF_GAS)
    return { known, operands, gas, memoryWords, account, model, access }
  }

  /** Carries an environment instruction out; gives the word that it results in, where that is no tensor. */
  const operate = (
    frame: Frame,
    { known, memoryWords }: Prepared,
    instruction: EnvironmentInstruction,
    handle: number | undefined,
    code: Uint8Array | undefined,
  ): bigint | undefined => {
    const { data, parameters: prices } = known
    const account = instruction.inputs[positionsOf(instruction).account]
    if (account !== undefined) data[account.name] = code
    const environment = {
      calldata: frame.calldata,
      memory: instruction.memoryRange === undefined ? NO_MEMORY : frame.growMemory(memoryWords),
      freeBytes: prices.tensorArenaBytes - arena.liveBytes,
      free: arena.free,
    }
    const source = instruction.source?.(data as AnyDataOperands)
    const result = handle === undefined ? undefined : arena.tensor(handle)
    const word = instruction.execute(data as AnyDataOperands, environment, result)
    if (source !== undefined && handle !== undefined) arena.setSource(handle, source)
    return word
  }

  const run = (frame: Frame, prepared: Prepared, handle: number | undefined, code?: Uint8Array): bigint | undefined => {
    const { known, operands } = prepared
    const { instruction, tensors, data, body } = known
    for (const { name, position } of tensors) data[name] = arena.tensor(operands[position] as bigint)
    const { onInstruction } = executor
    const operandIds = onInstruction && tensors.map(({ position }) => arena.idOf(operands[position] as bigint))

    let word = handle === undefined ? undefined : BigInt(handle)
    const result = handle === undefined ? undefined : arena.tensor(handle)
    const start = onInstruction && performance.now()
    if (body !== undefined) body(data as AnyDataOperands, result as Tensor)
    else word = operate(frame, prepared, instruction as EnvironmentInstruction, handle, code) ?? word

    if (onInstruction !== undefined && operandIds !== undefined) {
      const milliseconds = performance.now() - (start as number)
      const { output: type } = known
      const resultId = handle === undefined ? undefined : arena.lastId
      const depth = arena.depth - 1
      const gas = BigInt(prepared.gas)
      onInstruction({ sequence, depth, instruction, operands, operandIds, resultId, type, gas, milliseconds })
      sequence++
    }
    return word
  }

  const executor: Executor = {
    prepare(frame, instruction, operands, site) {
      const root = instruction.family === 'compute' ? undefined : operands[positionsOf(instruction).model]
      if (root === undefined) return price(frame, instruction, operands, site, undefined)
      const model = models.find(root, frame.gasLeft)
      if (!(model instanceof Promise)) return price(frame, instruction, operands, site, model)
      return model.then((found) => price(frame, instruction, operands, site, found))
    },
    perform(frame, prepared) {
      const { account, model, access, known } = prepared
      if (account !== undefined) state.touchAccount(account)
      if (model !== undefined) models.touch(model, !frame.ownsRegistry)
      if (access !== undefined) chunks.warm(access)
      const handle = known.output === undefined ? undefined : arena.allocate(known.output, known.parameters)
      if (account === undefined) return run(frame, prepared, handle)
      return state.readCode(account).then((code) => run(frame, prepared, handle, code))
    },
    onInstruction: undefined,
    changeFrame: models.forget,
    endTransaction() {
      chunks.rollBack(0)
      sequence = 0
    },
  }
  return executor
}
