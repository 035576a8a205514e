import {
  type AnyTypedOperands,
  type AttributeValues,
  byteLength,
  type Instruction,
  instructionByMnemonic,
  MAX_COUNT,
  type ModelTypes,
  type TensorType,
} from '../isa/index.ts'
import { allocationGas, chunkGas, chunkRange, PAGE_BYTES, workGas } from './gas.ts'
import type { TensorParameters } from './schedule.ts'

const WORD_BYTES = 32n

/** Prices of the EVM itself that tensor instructions charge: memory, and EIP-2929's accesses. */
export type EVMPrices = {
  /** Of each word of memory. */
  readonly memoryWordGas: number
  /** Memory of n words costs `n * n` divided by this as well, rounded down. */
  readonly memoryQuadraticDivisor: number
  /** First access to an account in a transaction. */
  readonly coldAccountGas: number
  /** First access to a storage slot in a transaction. */
  readonly coldSlotGas: number
  /** Later accesses. */
  readonly warmAccessGas: number
}

/** The EVM's prices from Berlin to Osaka. */
export const evmPrices: EVMPrices = {
  memoryWordGas: 3,
  memoryQuadraticDivisor: 512,
  coldAccountGas: 2600,
  coldSlotGas: 2100,
  warmAccessGas: 100,
}

/** Prices, and what of the transaction so far an instruction's price depends on: by default, nothing has happened. */
export type PriceContext = {
  readonly parameters: TensorParameters
  readonly evm?: EVMPrices
  /** Arena bytes in use before, over all open frames. */
  readonly liveBytes?: number
  /** Most pages of the arena that were in use at once in the transaction; those of `liveBytes` where this is less. */
  readonly peakPages?: number
  /** Words of EVM memory that the frame uses. */
  readonly memoryWords?: number
  /** Whether TCODELOAD's account was accessed in the transaction before. */
  readonly isAccountWarm?: boolean
  /** Whether the registration of TMODELLOAD's model was read in the transaction before. */
  readonly isRegistrationWarm?: boolean
  /** Whether a chunk of TMODELLOAD's model was read in the transaction before. */
  readonly isChunkWarm?: (chunk: number) => boolean
}

/** Price of an instruction by what it pays for. */
export type InstructionPrice = {
  readonly base: number
  /** Work, without the base. */
  readonly compute: number
  /** Zeroing of the result's arena memory. */
  readonly zeroing: number
  /** Arena pages that the transaction never reached before. */
  readonly pages: number
  /** Growth of EVM memory. */
  readonly memoryGrowth: number
  readonly account: number
  /** Looking the model's registration up. */
  readonly registry: number
  readonly coldChunks: number
  readonly warmChunks: number
  /** The sum; Infinity where it is above 2^53-1, which is out of gas whatever the limit. */
  readonly total: number
}

/** Operands by name: types of tensors, decoded attributes, types, plain words, and the types of a model's tensors. */
export type PricedOperands = Readonly<Record<string, TensorType | AttributeValues | ModelTypes | bigint | undefined>>

/** Gas that `words` words of EVM memory have cost in all. */
function memoryGas(words: bigint, { memoryWordGas, memoryQuadraticDivisor }: EVMPrices): bigint {
  return words * BigInt(memoryWordGas) + (words * words) / BigInt(memoryQuadraticDivisor)
}

function instructionOf(mnemonic: string, operands: PricedOperands): Instruction {
  const instruction = instructionByMnemonic.get(mnemonic)
  if (instruction === undefined) throw new RangeError(`mnemonic: ${mnemonic} is no tensor instruction`)
  for (const { name, kind } of instruction.inputs)
    if (kind !== 'optionalTensor' && operands[name] === undefined)
      throw new TypeError(`operands.${name}: ${mnemonic} needs it, found undefined`)
  return instruction
}

/**
 * The whole price of an instruction, before it is run: what the EVM charges for it.
 *
 * @example
 * const a = { dtype: 'int8', shape: [1, 128] }
 * const b = { dtype: 'int8', shape: [10, 128] }
 * const attributes = { zeroPointA: 0, zeroPointB: 0 }
 * instructionGas('MATMUL', { attributes, a, b }, { parameters: schedule }).total
 *
 * @param operands - as the instruction's type rule takes them; an account's word may be anything
 * @throws {HaltError} where the instruction halts with these operands, before its price is charged
 * @throws {RangeError} when there is no such instruction
 * @throws {TypeError} naming an operand that is missing
 */
export function instructionGas(mnemonic: string, operands: PricedOperands, context: PriceContext): InstructionPrice {
  const instruction = instructionOf(mnemonic, operands)
  const typed = operands as unknown as AnyTypedOperands
  const { parameters, evm = evmPrices, liveBytes = 0, memoryWords = 0 } = context
  const peakPages = Math.max(context.peakPages ?? 0, Math.ceil(liveBytes / PAGE_BYTES))
  const output = instruction.infer(typed)
  const base = parameters.tensorBaseGas
  // Only an instruction without an output tensor has no type, and then its work does not look at it.
  const compute = workGas(instruction.work(typed, output as TensorType), parameters) - base
  const bytes = output === undefined ? 0 : byteLength(output)
  const zeroing = allocationGas(bytes, 0, MAX_COUNT, parameters)
  const allocation = output === undefined ? 0 : allocationGas(bytes, liveBytes, peakPages, parameters)
  const access = accessGas(instruction, typed, context, evm)
  const parts = {
    base,
    compute,
    zeroing,
    pages: allocation - zeroing,
    memoryGrowth: growthGas(instruction, typed, BigInt(memoryWords), evm),
    ...access,
  }
  const sum = Object.values(parts).reduce((left, right) => left + right, 0)
  return { ...parts, total: sum > MAX_COUNT ? Infinity : sum }
}

function growthGas(instruction: Instruction, typed: AnyTypedOperands, memoryWords: bigint, evm: EVMPrices): number {
  const range = instruction.family === 'environment' ? instruction.memoryRange?.(typed) : undefined
  if (range === undefined) return 0
  const words = (range.offset + BigInt(range.length) + WORD_BYTES - 1n) / WORD_BYTES
  return words > memoryWords ? Number(memoryGas(words, evm) - memoryGas(memoryWords, evm)) : 0
}

type AccessGas = Pick<InstructionPrice, 'account' | 'registry' | 'coldChunks' | 'warmChunks'>

function accessGas(
  instruction: Instruction,
  typed: AnyTypedOperands,
  { parameters, isAccountWarm, isRegistrationWarm, isChunkWarm = () => false }: PriceContext,
  { coldAccountGas, coldSlotGas, warmAccessGas }: EVMPrices,
): AccessGas {
  const has = (wanted: 'account' | 'model') => instruction.inputs.some(({ kind }) => kind === wanted)
  const range = instruction.family === 'environment' ? instruction.modelRange?.(typed) : undefined
  let [cold, warm] = [0, 0]
  if (range !== undefined) {
    const { first, last } = chunkRange(range.firstByte, range.length)
    for (let chunk = first; chunk <= last; chunk++) if (isChunkWarm(chunk)) warm++
    cold = last - first + 1 - warm
  }
  return {
    account: has('account') ? (isAccountWarm ? warmAccessGas : coldAccountGas) : 0,
    registry: has('model') ? (isRegistrationWarm ? warmAccessGas : coldSlotGas) : 0,
    coldChunks: chunkGas(cold, 0, parameters),
    warmChunks: chunkGas(0, warm, parameters),
  }
}
