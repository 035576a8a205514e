import { EVMError } from '@ethereumjs/evm'
import type { Address } from '@ethereumjs/util'
import { allocationGas, chunkRange, type TensorParameters, workGas } from '../gas-model/index.ts'
import {
  type AnyDataOperands,
  type AnyTypedOperands,
  byteLength,
  decodeType,
  type Instruction,
  MAX_COUNT,
  type ModelTensors,
  type OperandKind,
  type Tensor,
  type TensorType,
} from '../isa/index.ts'
import { type Kernel, kernelBody } from '../kernel/index.ts'
import type { Arena } from './arena.ts'
import type { ChunkAccess, WarmChunks } from './chunks.ts'
import type { Models, RegisteredModel } from './models.ts'
import { addressOf, type EVMState } from './state.ts'

const WORD_BYTES = 32n
/** EVM memory as an instruction sees it that uses none. */
const NO_MEMORY = new Uint8Array(0)

/** What an instruction sees of the call frame that runs it. */
export type Frame = {
  readonly calldata: Uint8Array
  readonly gasLeft: bigint
  /** Words of EVM memory in use. */
  readonly memoryWords: bigint
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
}

export type TraceHook = (trace: InstructionTrace) => void

/** An instruction whose checks up to its price are done. It holds until the frame's next instruction. */
export type Prepared = {
  readonly instruction: Instruction
  /** Stack words, top first. */
  readonly operands: readonly bigint[]
  readonly typed: AnyTypedOperands
  /** Name and handle of each operand that is a tensor, in operand order. */
  readonly tensors: readonly (readonly [name: string, handle: bigint])[]
  /** Type of the result, where the result is a tensor. */
  readonly output: TensorType | undefined
  readonly gas: bigint
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
   * Everything up to the price. Changes nothing. A promise only where a model has to be looked up.
   *
   * @param operands - stack words, top first
   * @throws {HaltError}
   * @throws {EVMError} out of gas, when the price exceeds 2^53-1 or a model can't be looked up for the gas left
   * @throws {MissingModelError}
   */
  prepare(frame: Frame, instruction: Instruction, operands: readonly bigint[]): Prepared | Promise<Prepared>
  /**
   * The rest, once the price is paid. A promise only where code has to be read.
   *
   * @returns the word to push: a handle, a plain word, or undefined for none
   * @throws {HaltError} `ArenaFull` or `TooManyHandles`; `BadHandle` from TFREE
   */
  perform(frame: Frame, prepared: Prepared): bigint | undefined | Promise<bigint | undefined>
  /** Called after each instruction that was carried out. */
  onInstruction: TraceHook | undefined
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

type Positions = { readonly attributes: number; readonly account: number; readonly model: number }

const positions = new Map<Instruction, Positions>()

/** Where an instruction has its operands of the kinds of which it has one at most; -1 for none. */
function positionsOf(instruction: Instruction): Positions {
  const known = positions.get(instruction)
  if (known !== undefined) return known
  const find = (wanted: OperandKind) => instruction.inputs.findIndex(({ kind }) => kind === wanted)
  const found = { attributes: find('attributes'), account: find('account'), model: find('model') }
  positions.set(instruction, found)
  return found
}

/** Binds stack words to operand names: handles first, then attribute and type words. @throws {HaltError} */
function bind(
  instruction: Instruction,
  words: readonly bigint[],
  at: Positions,
  arena: Arena,
  model: ModelTensors | undefined,
): Pick<Prepared, 'typed' | 'tensors'> {
  const { inputs, attributes: layout } = instruction
  const typed: Record<string, unknown> = {}
  const tensors: [string, bigint][] = []
  const decode = () => layout?.decode(words[at.attributes] as bigint)
  // Attributes come before handles only where they say which operands are handles.
  const early = instruction.isTensor && decode()
  inputs.forEach(({ name, kind }, index) => {
    const word = words[index] as bigint
    const isTensor =
      kind === 'tensor' ||
      (kind === 'optionalTensor' && word !== 0n) ||
      (kind === 'tensorOrWord' && early !== undefined && instruction.isTensor?.(early, name))
    if (isTensor) tensors.push([name, word])
    typed[name] = isTensor ? arena.typeOf(word) : kind === 'optionalTensor' ? undefined : word
  })
  inputs.forEach(({ name, kind }, index) => {
    const word = words[index] as bigint
    if (kind === 'attributes') typed[name] = early ?? decode()
    else if (kind === 'type') typed[name] = decodeType(word)
    else if (kind === 'model') typed[name] = model
  })
  return { typed: typed as AnyTypedOperands, tensors }
}

/** Executes instructions on these resources. */
export function createExecutor({ parameters, state, arena, chunks, kernel, models }: Resources): Executor {
  let sequence = 0

  const price = (
    frame: Frame,
    instruction: Instruction,
    operands: readonly bigint[],
    model: RegisteredModel | undefined,
  ): Prepared => {
    const at = positionsOf(instruction)
    const { typed, tensors } = bind(instruction, operands, at, arena, model?.tensors)
    const output = instruction.infer(typed)
    const prices = parameters()
    // Only an environment instruction can be without an output tensor, and then its work does not look at it.
    let gas = workGas(instruction.work(typed, output as TensorType), prices)
    if (output !== undefined) gas += allocationGas(byteLength(output), arena.liveBytes, arena.peakPages, prices)

    const memory = instruction.family === 'environment' ? instruction.memoryRange?.(typed) : undefined
    let memoryWords = frame.memoryWords
    if (memory !== undefined) {
      const words = (memory.offset + BigInt(memory.length) + WORD_BYTES - 1n) / WORD_BYTES
      if (words > memoryWords) {
        gas += Number(state.memoryGas(words) - state.memoryGas(memoryWords))
        memoryWords = words
      }
    }

    const accountWord = operands[at.account]
    const account = accountWord === undefined ? undefined : addressOf(accountWord)
    if (account !== undefined) gas += state.accountGas(account)

    const range = instruction.family === 'environment' ? instruction.modelRange?.(typed) : undefined
    gas += model?.gas ?? 0
    if (range !== undefined) {
      // Which chunks are cold is looked up one by one, so only when even warm ones can be paid.
      const { first, last } = chunkRange(range.firstByte, range.length)
      const least = (last - first + 1) * Math.min(prices.tensorColdChunkGas, prices.tensorWarmChunkGas)
      if (gas + least > Number(frame.gasLeft)) throw new EVMError(EVMError.errorMessages.OUT_OF_GAS)
    }
    const access = model && range && chunks.price(model.tensors.root, range, prices)
    gas += access?.gas ?? 0

    if (gas > MAX_COUNT) throw new EVMError(EVMError.errorMessages.OUT_OF_GAS)
    return { instruction, operands, typed, tensors, output, gas: BigInt(gas), memoryWords, account, model, access }
  }

  const run = (frame: Frame, prepared: Prepared, handle: number | undefined, code?: Uint8Array): bigint | undefined => {
    const { instruction, typed, tensors } = prepared
    const data: Record<string, unknown> = { ...typed }
    for (const [name, tensor] of tensors) data[name] = arena.tensor(tensor)
    const { onInstruction } = executor
    const operandIds = onInstruction && tensors.map(([, tensor]) => arena.idOf(tensor))

    const result = handle === undefined ? undefined : arena.tensor(BigInt(handle))
    let word = handle === undefined ? undefined : BigInt(handle)
    if (instruction.family === 'compute') kernelBody(kernel, instruction)(data as AnyDataOperands, result as Tensor)
    else {
      const account = instruction.inputs[positionsOf(instruction).account]
      if (account !== undefined) data[account.name] = code
      const environment = {
        calldata: frame.calldata,
        memory: instruction.memoryRange === undefined ? NO_MEMORY : frame.growMemory(prepared.memoryWords),
        freeBytes: parameters().tensorArenaBytes - arena.liveBytes,
        free: arena.free,
      }
      word = instruction.execute(data as AnyDataOperands, environment, result) ?? word
    }

    if (onInstruction !== undefined && operandIds !== undefined) {
      const { operands, output: type, gas } = prepared
      const resultId = handle === undefined ? undefined : arena.lastId
      const depth = arena.depth - 1
      onInstruction({ sequence: sequence++, depth, instruction, operands, operandIds, resultId, type, gas })
    }
    return word
  }

  const executor: Executor = {
    prepare(frame, instruction, operands) {
      const root = operands[positionsOf(instruction).model]
      if (root === undefined) return price(frame, instruction, operands, undefined)
      return models.find(root, frame.gasLeft).then((model) => price(frame, instruction, operands, model))
    },
    perform(frame, prepared) {
      const { account, model, access, output } = prepared
      if (account !== undefined) state.touchAccount(account)
      if (model !== undefined) state.touchRegistry(model.slot)
      if (access !== undefined) chunks.warm(access)
      const handle = output === undefined ? undefined : arena.allocate(output, parameters())
      if (account === undefined) return run(frame, prepared, handle)
      return state.readCode(account).then((code) => run(frame, prepared, handle, code))
    },
    onInstruction: undefined,
    endTransaction() {
      chunks.rollBack(0)
      sequence = 0
    },
  }
  return executor
}
