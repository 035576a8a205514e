import {
  allocationBytes,
  allocationGas,
  CHUNK_BYTES,
  PAGE_BYTES,
  schedule,
  type TensorParameters,
  workGas,
} from '../gas-model/index.ts'
import {
  type AnyDataOperands,
  type AnyTypedOperands,
  byteLength,
  createTensor,
  decodeType,
  ensure,
  type HaltCode,
  HaltError,
  type Instruction,
  type ModelTensors,
  type OperandKind,
  referenceBody,
  type Tensor,
  type TensorType,
} from '../isa/index.ts'

const COLD_ACCOUNT_GAS = 2600
const WARM_ACCOUNT_GAS = 100
const COLD_SLOT_GAS = 2100
const WARM_SLOT_GAS = 100
/** Memory of more words than this costs more than any gas limit. */
const MAX_MEMORY_WORDS = 2n ** 32n
const ADDRESS_BITS = 160

/** An instruction with the stack words that it pops, top first; `undefined` for an opcode that nothing is assigned to. */
export type ReferenceStep = { readonly instruction: Instruction | undefined; readonly words: readonly bigint[] }

/** What surrounds the one call frame that a reference machine runs. Everything left out is empty. */
export type ReferenceWorld = {
  readonly gasLimit: number
  readonly calldata?: Uint8Array
  /** Code by address. */
  readonly code?: ReadonlyMap<bigint, Uint8Array>
  /** Addresses that the transaction accessed before. */
  readonly warmAccounts?: readonly bigint[]
  /** Registered models by root. */
  readonly models?: ReadonlyMap<bigint, ModelTensors>
  /** Memory at the start, whole words. */
  readonly memory?: Uint8Array
  /** Prices and limits; the first revision's by default. */
  readonly parameters?: TensorParameters
}

/** How a reference machine ended. After a halt the gas is all used and the words are those pushed before it. */
export type ReferenceResult = {
  readonly halt?: HaltCode | 'OutOfGas'
  /** Gas of the tensor instructions alone. */
  readonly gasUsed: number
  readonly memory: Uint8Array
  /** Handles and words that the instructions pushed, in order. */
  readonly pushed: readonly bigint[]
}

type Frame = {
  readonly world: ReferenceWorld
  readonly parameters: TensorParameters
  /** Tensor of handle i + 1; undefined once freed. */
  readonly tensors: (Tensor | undefined)[]
  readonly warmAccounts: Set<bigint>
  readonly warmModels: Set<bigint>
  readonly warmChunks: Set<string>
  memory: Uint8Array
  gasLeft: number
  liveBytes: number
  peakPages: number
}

class OutOfGas extends Error {}

function tensorOfHandle(frame: Frame, word: bigint): Tensor {
  const tensor = word >= 1n && word <= BigInt(frame.tensors.length) ? frame.tensors[Number(word) - 1] : undefined
  ensure(tensor !== undefined, 'BadHandle', `${word} is not a live handle`)
  return tensor
}

/**
 * Operands by name for the type rule and for the operation: handles first, then everything else that can be malformed.
 * Attributes come before handles where they say which operands are handles.
 */
function bind(frame: Frame, instruction: Instruction, words: readonly bigint[]) {
  const typed: Record<string, AnyTypedOperands[string]> = {}
  const data: Record<string, AnyDataOperands[string]> = {}
  const set = (name: string, value: AnyTypedOperands[string] & AnyDataOperands[string]) => {
    typed[name] = value
    data[name] = value
  }
  const named = instruction.inputs.map((input, position) => ({ ...input, word: words[position] as bigint }))
  const decode = () => instruction.attributes?.decode(named.find(({ kind }) => kind === 'attributes')?.word as bigint)
  const early = instruction.isTensor && decode()
  for (const { name, kind, word } of named) {
    if (kind === 'tensor' || (kind === 'optionalTensor' && word !== 0n)) set(name, tensorOfHandle(frame, word))
    if (kind === 'optionalTensor' && word === 0n) set(name, undefined)
    if (kind === 'tensorOrWord')
      set(name, early && instruction.isTensor?.(early, name) ? tensorOfHandle(frame, word) : word)
  }
  for (const { name, kind, word } of named) {
    if (kind === 'attributes') set(name, early ?? decode())
    if (kind === 'type') set(name, decodeType(word))
    if (kind === 'word' || kind === 'memory') set(name, word)
    if (kind === 'model') set(name, modelOfRoot(frame, word))
    if (kind === 'account') {
      typed[name] = word
      data[name] = frame.world.code?.get(BigInt.asUintN(ADDRESS_BITS, word)) ?? new Uint8Array()
    }
  }
  return { typed, data }
}

function memoryCost(words: number): number {
  return 3 * words + Math.floor((words * words) / 512)
}

/** Words of memory after an instruction. */
function memoryWords(frame: Frame, instruction: Instruction, typed: AnyTypedOperands): number {
  const before = frame.memory.length / 32
  if (instruction.family !== 'environment' || !instruction.memoryRange) return before
  const { offset, length } = instruction.memoryRange(typed)
  const after = (offset + BigInt(length) + 31n) / 32n
  if (after > MAX_MEMORY_WORDS) throw new OutOfGas()
  return Math.max(before, Number(after))
}

/** The word of the operand of this kind, where the instruction has one. */
function wordOfKind({ inputs }: Instruction, words: readonly bigint[], wanted: OperandKind): bigint | undefined {
  return words[inputs.findIndex(({ kind }) => kind === wanted)]
}

function accountGas(frame: Frame, instruction: Instruction, words: readonly bigint[]): number {
  const word = wordOfKind(instruction, words, 'account')
  if (word === undefined) return 0
  const address = BigInt.asUintN(ADDRESS_BITS, word)
  if (frame.warmAccounts.has(address)) return WARM_ACCOUNT_GAS
  frame.warmAccounts.add(address)
  return COLD_ACCOUNT_GAS
}

function registryGas(frame: Frame, root: bigint): number {
  return frame.warmModels.has(root) ? WARM_SLOT_GAS : COLD_SLOT_GAS
}

/** A registered model. The registry is not read with less gas left than that costs. */
function modelOfRoot(frame: Frame, root: bigint): ModelTensors {
  if (registryGas(frame, root) > frame.gasLeft) throw new OutOfGas()
  const model = frame.world.models?.get(root)
  ensure(model !== undefined, 'UnknownModel', `no model has the root ${root.toString(16)}`)
  return model
}

/** Gas of looking a model up and of the chunks that are read. */
function modelGas(frame: Frame, instruction: Instruction, words: readonly bigint[], typed: AnyTypedOperands): number {
  const root = wordOfKind(instruction, words, 'model')
  if (root === undefined || instruction.family !== 'environment' || !instruction.modelRange) return 0
  let gas = registryGas(frame, root)
  frame.warmModels.add(root)
  const { firstByte, length } = instruction.modelRange(typed)
  for (let byte = firstByte - (firstByte % CHUNK_BYTES); byte < firstByte + length; byte += CHUNK_BYTES) {
    const chunk = `${root}/${byte}`
    gas += frame.warmChunks.has(chunk) ? frame.parameters.tensorWarmChunkGas : frame.parameters.tensorColdChunkGas
    frame.warmChunks.add(chunk)
  }
  return gas
}

function free(frame: Frame, handle: number, count: number): void {
  ensure(count === 0 || handle + count - 1 <= frame.tensors.length, 'BadHandle', 'the frame never made such a handle')
  for (let index = handle - 1; index < handle - 1 + count; index++) {
    const tensor = frame.tensors[index]
    if (tensor) frame.liveBytes -= allocationBytes(byteLength(tensor))
    frame.tensors[index] = undefined
  }
}

function allocate(frame: Frame, type: TensorType): Tensor {
  const { tensorMaxHandles, tensorArenaBytes } = frame.parameters
  const after = frame.liveBytes + allocationBytes(byteLength(type))
  ensure(after <= tensorArenaBytes, 'ArenaFull', `${after} bytes are more than ${tensorArenaBytes}`)
  const live = frame.tensors.filter((tensor) => tensor !== undefined).length
  ensure(live < tensorMaxHandles, 'TooManyHandles', `${live} tensors are alive`)
  frame.liveBytes = after
  frame.peakPages = Math.max(frame.peakPages, Math.ceil(after / PAGE_BYTES))
  return createTensor(type)
}

function step(frame: Frame, { instruction, words }: ReferenceStep): bigint | undefined {
  ensure(instruction !== undefined, 'UndefinedInstruction', 'nothing is assigned to this opcode')
  if (words.length !== instruction.inputs.length)
    throw new TypeError(`words: ${instruction.mnemonic} pops ${instruction.inputs.length}, not ${words.length}`)
  const { typed, data } = bind(frame, instruction, words)
  const type = instruction.infer(typed)

  const wordsAfter = memoryWords(frame, instruction, typed)
  const gas =
    workGas(instruction.work(typed, type as TensorType), frame.parameters) +
    (type ? allocationGas(byteLength(type), frame.liveBytes, frame.peakPages, frame.parameters) : 0) +
    (memoryCost(wordsAfter) - memoryCost(frame.memory.length / 32)) +
    accountGas(frame, instruction, words) +
    modelGas(frame, instruction, words, typed)
  if (gas > frame.gasLeft) throw new OutOfGas()
  frame.gasLeft -= gas

  const output = type && allocate(frame, type)
  if (wordsAfter * 32 > frame.memory.length) {
    const grown = new Uint8Array(wordsAfter * 32)
    grown.set(frame.memory)
    frame.memory = grown
  }
  let word: bigint | undefined
  if (instruction.family === 'compute') referenceBody(instruction)(data, output as Tensor)
  else
    word = instruction.execute(
      data,
      {
        calldata: frame.world.calldata ?? new Uint8Array(),
        memory: frame.memory,
        freeBytes: frame.parameters.tensorArenaBytes - frame.liveBytes,
        free: (handle, count) => free(frame, handle, count),
      },
      output,
    )
  return output ? BigInt(frame.tensors.push(output)) : word
}

/**
 * Runs tensor instructions in one call frame, as plainly as their rules can be written: a handle table, an arena that is
 * two counters, gas, EVM memory, and the sets of warm accounts and chunks. The EVM is compared with it.
 *
 * An instruction's checks come in the normative order: handles, attribute and type words, model, type rule, gas, then the
 * arena: bytes, live handles, the range of TFREE.
 *
 * @throws {TypeError} when a step has not as many words as its instruction pops
 */
export function runReferenceMachine(steps: readonly ReferenceStep[], world: ReferenceWorld): ReferenceResult {
  const frame: Frame = {
    world,
    parameters: world.parameters ?? schedule,
    tensors: [],
    warmAccounts: new Set(world.warmAccounts),
    warmModels: new Set(),
    warmChunks: new Set(),
    memory: Uint8Array.from(world.memory ?? []),
    gasLeft: world.gasLimit,
    liveBytes: 0,
    peakPages: 0,
  }
  const pushed: bigint[] = []
  const end = (halt?: HaltCode | 'OutOfGas'): ReferenceResult => ({
    ...(halt ? { halt } : {}),
    gasUsed: world.gasLimit - (halt ? 0 : frame.gasLeft),
    memory: frame.memory,
    pushed,
  })
  try {
    for (const next of steps) {
      const word = step(frame, next)
      if (word !== undefined) pushed.push(word)
    }
  } catch (error) {
    if (error instanceof HaltError) return end(error.code)
    if (error instanceof OutOfGas) return end('OutOfGas')
    throw error
  }
  return end()
}
