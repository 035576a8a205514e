import { gasFunctions } from '../../compiler-ext/gasFunctions.ts'
import {
  CHUNK_BYTES,
  PAGE_BYTES,
  type PriceContext,
  type PricedOperands,
  parameterNames,
  schedule,
  type TensorParameters,
} from '../../gas-model/index.ts'
import {
  type AnyTypedOperands,
  type AttributeValues,
  byteLength,
  encodeType,
  HaltError,
  type Instruction,
  instructions,
  type ModelTypes,
  type TensorType,
} from '../../isa/index.ts'
import { createRandom, type Random } from '../kernel/random.ts'
import { priceRecipes } from './priceRecipes.ts'

/** An instruction with operands that its type rule takes, and the state of a transaction. */
export type PriceCase = {
  readonly instruction: Instruction
  readonly operands: PricedOperands
  /** Stack words, top first; tensors are handles 1, 2, .. of `tensors`. */
  readonly words: readonly bigint[]
  readonly tensors: readonly TensorType[]
  readonly context: PriceContext & {
    readonly liveBytes: number
    readonly peakPages: number
    readonly memoryWords: number
  }
  /** Chunks of the model that were read before, among those that the instruction touches. */
  readonly warmChunks: readonly number[]
  /** Operands of the function of `TensorGas.sol`. */
  readonly solidity: readonly bigint[]
}

/** Operands that a type rule refused are made anew at most this often. */
const TRIES = 1000

function isType(value: unknown): value is TensorType {
  return typeof value === 'object' && value !== null && 'dtype' in value && 'shape' in value
}

/** Attributes with the fields left out as they are in a word of zeros. */
function wholeAttributes({ attributes }: Instruction, given: Readonly<Record<string, number>>): AttributeValues {
  const fields = attributes?.fields ?? []
  return Object.fromEntries(fields.map(({ name, bias }) => [name, given[name] ?? bias ?? 0]))
}

function randomOperands(random: Random, instruction: Instruction): PricedOperands {
  const recipe = priceRecipes[instruction.mnemonic]
  if (recipe === undefined) throw new RangeError(`${instruction.mnemonic}: no recipe makes its operands`)
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const made = recipe(random)
    const operands: PricedOperands = Object.fromEntries(
      instruction.inputs.map(({ name, kind }) => [
        name,
        kind === 'attributes' ? wholeAttributes(instruction, made.attributes ?? {}) : made[name],
      ]),
    )
    try {
      instruction.infer(operands as unknown as AnyTypedOperands)
      return operands
    } catch (error) {
      if (!(error instanceof HaltError)) throw error
    }
  }
  throw new Error(`${instruction.mnemonic}: the type rule refused ${TRIES} operands in a row`)
}

/** Stack words of operands, and the tensors that their handles name. */
function stackOf(instruction: Instruction, operands: PricedOperands) {
  const tensors: TensorType[] = []
  const words = instruction.inputs.map(({ name, kind }) => {
    const value = operands[name]
    if (kind === 'attributes') return instruction.attributes?.encode(value as AttributeValues) as bigint
    if (kind === 'type') return encodeType(value as TensorType)
    if (kind === 'model') return (value as ModelTypes).root
    if (value === undefined) return 0n
    if (typeof value === 'bigint') return BigInt.asUintN(256, value)
    tensors.push(value as TensorType)
    return BigInt(tensors.length)
  })
  return { words, tensors }
}

/** Operands as the function of `TensorGas.sol` takes them. */
function solidityOperands(instruction: Instruction, operands: PricedOperands, words: readonly bigint[]): bigint[] {
  const { mnemonic, inputs } = instruction
  if (mnemonic === 'TMODELLOAD') {
    const { model, index, firstRow, rowCount } = operands as { model: ModelTypes } & Record<string, bigint>
    const before = model.types.slice(0, Number(index)).reduce((sum, type) => sum + byteLength(type), 0)
    const type = encodeType(model.types[Number(index)] as TensorType)
    return [type, BigInt(before), firstRow as bigint, rowCount as bigint]
  }
  return (gasFunctions[mnemonic]?.operands ?? []).map(({ operand }) => {
    const value = operands[operand]
    return isType(value) ? encodeType(value) : (words[inputs.findIndex(({ name }) => name === operand)] as bigint)
  })
}

/** Chunks that an instruction touches, each warm or not. */
function randomWarmChunks(random: Random, instruction: Instruction, operands: PricedOperands): number[] {
  const typed = operands as unknown as AnyTypedOperands
  const range = instruction.family === 'environment' ? instruction.modelRange?.(typed) : undefined
  if (range === undefined || random.oneIn(3)) return []
  const first = Math.floor(range.firstByte / CHUNK_BYTES)
  const last = Math.floor((range.firstByte + range.length - 1) / CHUNK_BYTES)
  const rate = random.pick([1, 2, 5])
  return Array.from({ length: Math.min(last - first + 1, 3000) }, (_, i) => first + i).filter(() => random.oneIn(rate))
}

/** Parameters of a chain: the schedule's, or others from nothing to as much as can be set. */
export function randomParameters(random: Random): TensorParameters {
  if (random.oneIn(4)) return schedule
  const value = () => {
    if (random.oneIn(8)) return random.pick([0, 1, 65535, 65536, 65537, Number.MAX_SAFE_INTEGER])
    return Math.floor(2 ** random.below(random.pick([8, 20, 20, 53])) * (1 + random.below(1000) / 1000))
  }
  const values = Object.fromEntries(parameterNames.map((name) => [name, Math.min(value(), Number.MAX_SAFE_INTEGER)]))
  return {
    ...values,
    tensorBaseGas: Math.max(1, values.tensorBaseGas ?? 1),
    tensorArenaBytes: 2 ** 26,
    tensorMaxHandles: 1024,
  } as TensorParameters
}

/** The case of a seed. Instructions follow one another in the order of their opcodes. */
export function randomPriceCase(seed: number, parameters: TensorParameters): PriceCase {
  const random = createRandom(seed)
  const instruction = instructions[seed % instructions.length] as Instruction
  const operands = randomOperands(random, instruction)
  const { words, tensors } = stackOf(instruction, operands)
  const liveBytes = random.oneIn(3) ? 0 : 64 * random.below(2 ** random.below(25))
  const warmChunks = randomWarmChunks(random, instruction, operands)
  const warm = new Set(warmChunks)
  return {
    instruction,
    operands,
    words,
    tensors,
    warmChunks,
    context: {
      parameters,
      liveBytes,
      peakPages: Math.ceil(liveBytes / PAGE_BYTES) + (random.oneIn(2) ? 0 : random.below(2 ** random.below(20))),
      memoryWords: random.oneIn(2) ? 0 : random.below(2 ** random.below(20)),
      isAccountWarm: random.oneIn(2),
      isRegistrationWarm: random.oneIn(2),
      isChunkWarm: (chunk) => warm.has(chunk),
    },
    solidity: solidityOperands(instruction, operands, words),
  }
}

/** A case on one line, for a message. */
export function formatCase({ instruction, operands, context }: PriceCase): string {
  const show = (_: string, value: unknown) => (typeof value === 'bigint' ? `0x${value.toString(16)}` : value)
  return `${instruction.mnemonic} ${JSON.stringify({ operands, context }, show)}`
}
