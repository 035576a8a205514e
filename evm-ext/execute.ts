import { EVMError } from '@ethereumjs/evm'
import type { Address } from '@ethereumjs/util'
import { allocationGas, chunkGas, type TensorParameters } from '../gas-model/index.ts'
import {
  type AnyDataOperands,
  type AnyTypedOperands,
  type EnvironmentInstruction,
  type Instruction,
  MAX_COUNT,
  type Tensor,
  type TensorType,
} from '../isa/index.ts'
import type { Kernel } from '../kernel/index.ts'
import type { Arena } from './arena.ts'
import { positionsOf } from './binding.ts'
import type { ChargeListener, InstructionCharge } from './charge.ts'
import type { ChunkAccess, WarmChunks } from './chunks.ts'
import type { Models, RegisteredModel } from './models.ts'
import { createLearner, type Known, type Site } from './site.ts'
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
  /** The operands by name: types of tensors, decoded attributes, words. */
  readonly typed: AnyTypedOperands
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
  /** Told what is paid for, before it is carried out. */
  chargeListener: ChargeListener | undefined
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

/** Executes instructions on these resources. */
export function createExecutor({ parameters, state, arena, chunks, kernel, models }: Resources): Executor {
  const learnAt = createLearner({ parameters, arena, kernel })
  let sequence = 0

  const price = (
    frame: Frame,
    instruction: Instruction,
    operands: readonly bigint[],
    site: Site | undefined,
    model: RegisteredModel | undefined,
  ): Prepared => {
    const known = learnAt(site, instruction, operands, model?.tensors)
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

  /** The parts of a price, before anything that it depends on changes. */
  const chargeOf = (frame: Frame, { known, gas, memoryWords, account, model, access }: Prepared): InstructionCharge => {
    const { instruction, typed, tensors, output, outputBytes, parameters: prices } = known
    const allocation = (peakPages: number) =>
      output === undefined ? 0 : allocationGas(outputBytes, arena.liveBytes, peakPages, prices)
    const zeroing = allocation(Number.POSITIVE_INFINITY)
    const isGrown = memoryWords > frame.memoryWords
    const coldChunks = access?.cold.length ?? 0
    const warmChunks = access === undefined ? 0 : (known.chunks?.count ?? 0) - coldChunks
    return {
      ...{ instruction, typed, type: output, gas, account, slot: model?.slot, coldChunks, warmChunks },
      operandTypes: tensors.map(({ type }) => type),
      price: {
        base: prices.tensorBaseGas,
        compute: known.workGas - prices.tensorBaseGas,
        zeroing,
        pages: allocation(arena.peakPages) - zeroing,
        memoryGrowth: isGrown ? Number(state.memoryGas(memoryWords) - state.memoryGas(frame.memoryWords)) : 0,
        account: account === undefined ? 0 : state.accountGas(account),
        registry: model?.gas ?? 0,
        coldChunks: chunkGas(coldChunks, 0, prices),
        warmChunks: chunkGas(0, warmChunks, prices),
      },
    }
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
      tensorCommitment: kernel.tensorCommitment,
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
      const { typed, output: type } = known
      const resultId = handle === undefined ? undefined : arena.lastId
      const depth = arena.depth - 1
      const gas = BigInt(prepared.gas)
      onInstruction({ sequence, depth, instruction, operands, typed, operandIds, resultId, type, gas, milliseconds })
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
      executor.chargeListener?.onInstruction(chargeOf(frame, prepared))
      if (account !== undefined) state.touchAccount(account)
      if (model !== undefined) models.touch(model, !frame.ownsRegistry)
      if (access !== undefined) chunks.warm(access)
      const handle = known.output === undefined ? undefined : arena.allocate(known.output, known.parameters)
      if (account === undefined) return run(frame, prepared, handle)
      return state.readCode(account).then((code) => run(frame, prepared, handle, code))
    },
    onInstruction: undefined,
    chargeListener: undefined,
    changeFrame: models.forget,
    endTransaction() {
      chunks.rollBack(0)
      sequence = 0
    },
  }
  return executor
}
