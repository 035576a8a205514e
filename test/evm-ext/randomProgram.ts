import {
  type AnyTypedOperands,
  byteLength,
  type DType,
  elementCount,
  encodeType,
  type Field,
  HaltError,
  type Input,
  type Instruction,
  instructionByMnemonic,
  instructions,
  type ModelTypes,
  type TensorType,
} from '../../isa/index.ts'
import { bindOperands } from '../../model/binding.ts'
import type { ReferenceStep } from '../../model/referenceMachine.ts'

/** Addresses with code, and one without. */
export const CODE_ACCOUNTS = [0xc0de1n, 0xc0de2n, 0xc0de3n] as const

/** What a random program can refer to. */
export type RandomWorld = { readonly models: readonly ModelTypes[]; readonly calldataBytes: number }

const MAX_WORD = 2n ** 256n - 1n
/** A type rule that refuses this many random operands in a row is left out. */
const TRIES = 16
/** Loads are as likely as this many instructions of other kinds: programs need tensors. */
const LOADS = ['TCALLDATALOAD', 'TCODELOAD', 'TMLOAD', 'TMODELLOAD'] as const

type Random = {
  /** An integer in `0..limit-1`. */
  below(limit: number): number
  pick<T>(items: readonly T[]): T
  chance(probability: number): boolean
}

/** A small generator (mulberry32): a program follows from one number, so that a failure names it. */
function createRandom(seed: number): Random {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return (mixed ^ (mixed >>> 14)) >>> 0
  }
  const below = (limit: number) => next() % limit
  return {
    below,
    pick: (items) => items[below(items.length)] as (typeof items)[number],
    chance: (probability) => next() < probability * 2 ** 32,
  }
}

/** Small tensors whose sizes often agree; now and then a table, or one too large for the arena. */
function randomType(random: Random): TensorType {
  if (random.chance(0.12))
    return random.pick<TensorType>([
      { dtype: 'int8', shape: [256] },
      { dtype: 'int32', shape: [256] },
      { dtype: 'int16', shape: [513] },
      { dtype: 'int8', shape: [3, 2000] },
      { dtype: 'int32', shape: [2, 3] },
    ])
  const rank = random.pick([1, 1, 2, 2, 2, 3, 3, 4, 4, 4, 6])
  const sizes = rank >= 3 ? [1, 1, 2, 3] : [1, 2, 3, 3]
  const dtype = random.pick<DType>(['int8', 'int8', 'int8', 'int16', 'int32', 'int32'])
  return { dtype, shape: Array.from({ length: rank }, () => random.pick(sizes)) }
}

/** Types of the tensor operands of instructions whose operands seldom agree by chance, in operand order. */
const recipes: Readonly<Record<string, (random: Random) => readonly TensorType[]>> = {
  MATMUL(random) {
    const [m, n, k] = [1 + random.below(3), 1 + random.below(5), 1 + random.below(18)] as const
    const bias: TensorType[] = random.chance(0.5) ? [{ dtype: 'int32', shape: [n] }] : []
    const dtype = random.pick<DType>(['int8', 'int16'])
    return [{ dtype, shape: [m, k] }, { dtype: 'int8', shape: [n, k] }, ...bias]
  },
  CONV2D(random) {
    const [channels, kernel, outputs] = [1 + random.below(3), 1 + random.below(2), 1 + random.below(3)] as const
    const x: TensorType = { dtype: 'int8', shape: [1, 3, 2 + random.below(3), channels] }
    return [x, { dtype: 'int8', shape: [outputs, kernel, kernel, channels] }]
  },
  DEPTHWISE_CONV2D(random) {
    const [channels, kernel] = [1 + random.below(3), 1 + random.below(2)] as const
    const outputs = channels * (1 + random.below(2))
    const x: TensorType = { dtype: 'int8', shape: [1, 3, 2 + random.below(3), channels] }
    return [x, { dtype: 'int8', shape: [kernel, kernel, outputs] }, { dtype: 'int32', shape: [outputs] }]
  },
  TRANSPOSE_CONV2D(random) {
    const channels = 1 + random.below(3)
    return [
      { dtype: 'int8', shape: [1, 2, 2, channels] },
      { dtype: 'int8', shape: [2, 2, 1, channels] },
    ]
  },
  RESCALE(random) {
    const channels = 1 + random.below(4)
    const x: TensorType = { dtype: random.pick<DType>(['int8', 'int16', 'int32']), shape: [2, channels] }
    return [x, { dtype: 'int32', shape: [channels] }, { dtype: 'int8', shape: [channels] }]
  },
  TABLE: (random) => [
    { dtype: 'int8', shape: [1 + random.below(5)] },
    { dtype: random.pick<DType>(['int8', 'int16', 'int32']), shape: [256] },
  ],
  SOFTMAX: (random) => [
    { dtype: 'int8', shape: [2, 1 + random.below(20)] },
    { dtype: 'int32', shape: [256] },
  ],
}

/** A value for a field of an attribute word that type rules often take. */
function fieldValue(random: Random, { name, bias = 0 }: Field): number {
  if (name === 'dtype') return 1 + random.below(3)
  if (name === 'perChannel' || name === 'form') return random.below(3)
  if (name === 'low') return random.pick([-128, -5, 0])
  if (name === 'high') return random.pick([127, 6, 0])
  if (name === 'axes') return 1 << random.below(3)
  if (name === 'shift') return random.below(63)
  if (name === 'value') return random.pick([0, -7, 100])
  if (/^output[HW]$/.test(name)) return 1 + random.below(4)
  if (/zeroPoint/i.test(name)) return random.pick([0, 0, -5, 12])
  if (/^window/.test(name)) return 1 + random.below(2)
  if (/^(stride|dilation|groups)/.test(name)) return random.pick([1, 1, 1, 2])
  return bias + random.pick([0, 0, 0, 1])
}

function attributeWord(random: Random, { mnemonic, attributes }: Instruction): bigint {
  if (attributes === undefined) return 0n
  if (mnemonic === 'TRANSPOSE') {
    const order = random.pick([[0], [1, 0], [0, 1], [2, 0, 1], [0, 3, 1, 2], [3, 2, 1, 0]])
    return attributes.encode(Object.fromEntries(order.map((from, axis) => [`axis${axis}`, from])))
  }
  const entries = attributes.fields.map((field) => [field.name, fieldValue(random, field)])
  return attributes.encode(Object.fromEntries(entries))
}

function axisWord(random: Random, choices: readonly number[]): bigint {
  const rank = 1 + random.below(4)
  let word = 0n
  for (let axis = 0; axis < rank; axis++) word |= BigInt(random.pick(choices)) << BigInt(32 * axis)
  return word
}

function plainWord(random: Random, name: string, made: number, world: RandomWorld): bigint {
  if (name === 'offset') return BigInt(random.pick([0, 1, random.below(world.calldataBytes + 40), 2 ** 40]))
  if (name === 'handle') return BigInt(1 + random.below(Math.max(made, 1)))
  if (name === 'count') return BigInt(random.below(3))
  if (name === 'index') return BigInt(random.below(2))
  if (name === 'firstRow') return BigInt(random.pick([0, 0, 1, 32]))
  if (name === 'rowCount') return BigInt(1 + random.below(2))
  if (name === 'begin' || name === 'stride') return axisWord(random, [0, 0, 0, 1])
  if (name === 'size' || name === 'multiples') return axisWord(random, [1, 1, 2])
  if (name === 'multiplier') return BigInt(random.pick([0, 1, 2 ** 30, 2 ** 31 - 1]))
  if (name === 'shift') return BigInt.asUintN(256, BigInt(random.below(62) - 31))
  return BigInt(random.below(4))
}

/** A word that type rules, handle tables or the EVM should refuse or survive. */
function hostileWord(random: Random, word: bigint, made: number): bigint {
  return random.pick([
    0n,
    1n,
    BigInt(made + 1),
    MAX_WORD,
    2n ** 255n,
    2n ** 32n,
    BigInt.asUintN(256, 2n ** 64n + word),
    word ^ (1n << BigInt(random.below(256))),
    word ^ (1n << BigInt(random.below(32))),
    BigInt(encodeType({ dtype: 'int8', shape: [2 ** 24 - 1, 100] })),
  ])
}

/**
 * A random program, the same for the same seed.
 *
 * Most steps satisfy their type rule, found by trying. In a hostile program some have a word replaced, or an opcode that
 * nothing is assigned to. At the end what is alive is stored in memory, so that a difference in any tensor shows.
 */
export function randomProgram(seed: number, length: number, hostile: boolean, world: RandomWorld): ReferenceStep[] {
  const random = createRandom(seed)
  const steps: ReferenceStep[] = []
  /** Type of handle i + 1; undefined once freed. */
  const tensors: (TensorType | undefined)[] = []

  const liveHandles = () => tensors.flatMap((type, index) => (type === undefined ? [] : [index + 1]))
  const typeAt = (value: number): TensorType => {
    const type = tensors[value]
    if (type === undefined) throw new HaltError('BadHandle', `tensor ${value + 1} is not alive`)
    return type
  }

  const operandWord = (instruction: Instruction, { name, kind }: Input): bigint => {
    if (kind === 'tensor') return BigInt(random.pick([...liveHandles(), 0]))
    if (kind === 'optionalTensor') return BigInt(random.pick([0, 0, ...liveHandles()]))
    if (kind === 'tensorOrWord' && random.chance(0.3)) return BigInt(random.pick([1, ...liveHandles()]))
    if (kind === 'attributes') return attributeWord(random, instruction)
    if (kind === 'type') {
      const live = liveHandles()
      const [x] = live.length > 0 ? [tensors[random.pick(live) - 1] as TensorType] : []
      // Half of the types keep the elements of a tensor, as RESHAPE wants.
      if (x !== undefined && random.chance(0.5)) return encodeType({ dtype: x.dtype, shape: [elementCount(x.shape)] })
      return encodeType(randomType(random))
    }
    if (kind === 'memory') return BigInt(random.pick([0, 32, random.below(900)]))
    if (kind === 'account') return random.pick([...CODE_ACCOUNTS, (1n << 200n) | CODE_ACCOUNTS[0]])
    if (kind === 'model') return random.pick(world.models).root
    return plainWord(random, name, tensors.length, world)
  }

  /** Type of the result; undefined where it is no tensor. @throws {HaltError} */
  const infer = (instruction: Instruction, words: readonly bigint[]): TensorType | undefined => {
    const bound = { ...bindOperands({ instruction, operands: words }, typeAt) } as Record<string, unknown>
    const model = world.models.find(({ root }) => root === words[0])
    if (instruction.mnemonic === 'TMODELLOAD') bound.model = model
    return instruction.infer(bound as AnyTypedOperands)
  }

  const emit = (instruction: Instruction, words: readonly bigint[], output: TensorType | undefined) => {
    steps.push({ instruction, words })
    if (output !== undefined) tensors.push(output)
    if (instruction.mnemonic !== 'TFREE') return
    const [handle, count] = words.map(Number) as [number, number]
    for (let freed = handle; freed < handle + count && freed <= tensors.length; freed++) tensors[freed - 1] = undefined
  }

  const loadFromCalldata = instructionByMnemonic.get('TCALLDATALOAD') as Instruction
  let refused = false
  for (let made = 0; made < length && !refused; made++) {
    const load = made === 0 || random.chance(0.35)
    const mnemonic = load ? random.pick(LOADS) : random.pick(instructions).mnemonic
    const instruction = instructionByMnemonic.get(mnemonic) as Instruction
    const given = random.chance(0.7) ? (recipes[mnemonic]?.(random) ?? []) : []
    const handles = given.map((type) => {
      emit(loadFromCalldata, [encodeType(type), BigInt(random.below(world.calldataBytes))], type)
      return BigInt(tensors.length)
    })
    for (let attempt = 0; attempt < TRIES; attempt++) {
      const rest = [...handles]
      const words = instruction.inputs.map((input) =>
        /tensor/i.test(input.kind) && handles.length > 0 ? (rest.shift() ?? 0n) : operandWord(instruction, input),
      )
      try {
        const output = infer(instruction, words)
        if (mnemonic === 'TFREE' && Number(words[0]) + Number(words[1]) - 1 > tensors.length) continue
        if (hostile && random.chance(0.15) && words.length > 0) {
          const at = random.below(words.length)
          words[at] = hostileWord(random, words[at] as bigint, tensors.length)
        }
        emit(instruction, words, output)
        break
      } catch (error) {
        if (!(error instanceof HaltError)) throw error
        refused = hostile && random.chance(0.03)
        if (!refused) continue
        emit(instruction, words, undefined)
        break
      }
    }
    if (hostile && random.chance(0.03)) steps.push({ instruction: undefined, words: [] })
  }

  let offset = 1000
  for (const handle of liveHandles()) {
    steps.push({ instruction: instructionByMnemonic.get('TMSTORE'), words: [BigInt(handle), BigInt(offset)] })
    offset += byteLength(tensors[handle - 1] as TensorType)
  }
  return steps
}
