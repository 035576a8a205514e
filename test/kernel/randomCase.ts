import {
  type AnyDataOperands,
  type AnyTypedOperands,
  type ComputeInstruction,
  elementCount,
  HaltError,
  instructionByMnemonic,
  instructions,
  type Tensor,
  type TensorType,
} from '../../isa/index.ts'
import { createRandom, type Random, randomTensor } from './random.ts'
import { conv2d, depthwiseConv2d, matmul, transposeConv2d } from './randomContraction.ts'
import { anyPair, clamp, int32Pair, rescale, rsqrt, softmax, table, tmul } from './randomElementwise.ts'
import * as movement from './randomMovement.ts'

/** How large a call may be: elements of the largest tensor, and products of a contraction. */
type Budget = { readonly elements: number; readonly products: number }

/** Operands of a call by name; attributes by field, those left out as they are in a word of zeros. */
type RandomOperands = { readonly [name: string]: Tensor | TensorType | bigint | undefined | AttributeRecord }
type AttributeRecord = Readonly<Record<string, number>>

/**
 * Makes operands of one instruction that its type rule takes most of the time.
 *
 * @param weights - the weights that the call must use, where they are given
 */
export type Recipe = (random: Random, budget: Budget, weights?: Tensor) => RandomOperands

/** A call of a compute instruction. Tensors are in memory of their own; the same tensor may stand at two operands. */
export type RandomCall = {
  readonly instruction: ComputeInstruction
  readonly operands: AnyDataOperands
  readonly output: TensorType
}

const recipes: Readonly<Record<string, Recipe>> = {
  MATMUL: matmul,
  CONV2D: conv2d,
  DEPTHWISE_CONV2D: depthwiseConv2d,
  TRANSPOSE_CONV2D: transposeConv2d,
  RESCALE: rescale,
  CLAMP: clamp,
  TABLE: table,
  SOFTMAX: softmax,
  TADD: int32Pair,
  TSUB: int32Pair,
  TMUL: tmul,
  MAXIMUM: anyPair,
  MINIMUM: anyPair,
  ARITHMETIC_RIGHT_SHIFT: int32Pair,
  RSQRT: rsqrt,
  REDUCE_SUM: movement.reduceSum,
  REDUCE_MAX: movement.reduceExtreme,
  REDUCE_MIN: movement.reduceExtreme,
  ARGMAX: movement.argmax,
  AVG_POOL2D: movement.avgPool2d,
  MAX_POOL2D: movement.maxPool2d,
  RESHAPE: movement.reshape,
  TRANSPOSE: movement.transpose,
  SLICE: movement.slice,
  PAD: movement.pad,
  CONCAT: movement.concat,
  GATHER: movement.gather,
  TILE: movement.tile,
}

/** The compute instructions, in ascending order of opcode. */
export const computeInstructions = instructions.filter(
  (instruction): instruction is ComputeInstruction => instruction.family === 'compute',
)

const SMALL: Budget = { elements: 2000, products: 16_000 }
const LARGE: Budget = { elements: 120_000, products: 2_000_000 }
/** More than a body's scratch holds. */
const HUGE: Budget = { elements: 300_000, products: 12_000_000 }
/** Output elements of a call at most, as a multiple of its budget: padding and strides are not counted before. */
const MAX_GROWTH = 4
/** Operands that a type rule refused are made anew at most this often. */
const TRIES = 50

/** The instruction of a mnemonic. @throws {RangeError} when there is no such compute instruction */
export function computeInstruction(mnemonic: string): ComputeInstruction {
  const instruction = instructionByMnemonic.get(mnemonic)
  if (instruction?.family !== 'compute') throw new RangeError(`${mnemonic}: no such compute instruction`)
  return instruction
}

function attributesOf({ attributes }: ComputeInstruction, given: AttributeRecord): AttributeRecord | undefined {
  if (attributes === undefined) return undefined
  return Object.fromEntries(attributes.fields.map(({ name, bias }) => [name, given[name] ?? bias ?? 0]))
}

/** A call; undefined where the type rule refuses whatever goes with the weights that are given. */
function tryCall(
  random: Random,
  instruction: ComputeInstruction,
  budget: Budget,
  weights?: Tensor,
): RandomCall | undefined {
  const recipe = recipes[instruction.mnemonic]
  if (recipe === undefined) throw new RangeError(`${instruction.mnemonic}: no recipe makes its operands`)
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const given = recipe(random, budget, weights)
    const attributes = attributesOf(instruction, (given.attributes ?? {}) as AttributeRecord)
    const operands = (attributes ? { ...given, attributes } : given) as unknown as AnyDataOperands
    try {
      const output = instruction.infer(operands as unknown as AnyTypedOperands)
      if (elementCount(output.shape) <= budget.elements * MAX_GROWTH) return { instruction, operands, output }
    } catch (error) {
      if (!(error instanceof HaltError)) throw error
    }
  }
  return undefined
}

function randomCall(random: Random, instruction: ComputeInstruction, budget: Budget, weights?: Tensor): RandomCall {
  const call = tryCall(random, instruction, budget, weights)
  if (call === undefined) throw new Error(`${instruction.mnemonic}: the type rule refused ${TRIES} operands in a row`)
  return call
}

/** What else a constant can be the weights of: instructions by the rank of their weights. */
const usersOfWeights = [[], [], ['MATMUL'], ['MATMUL', 'DEPTHWISE_CONV2D'], ['MATMUL', 'CONV2D', 'TRANSPOSE_CONV2D']]
const weightOperands: Readonly<Record<string, string>> = {
  MATMUL: 'b',
  CONV2D: 'weights',
  DEPTHWISE_CONV2D: 'weights',
  TRANSPOSE_CONV2D: 'weights',
}

/** Whether an operand is a tensor with data. */
export function isTensor(value: unknown): value is Tensor {
  return typeof value === 'object' && value !== null && 'data' in value
}

/** Marks some more tensors as copies of constants, as those that a model was loaded from are. */
function withSources(random: Random, call: RandomCall): RandomCall {
  const marked = new Map<unknown, Tensor>()
  for (const value of Object.values(call.operands)) {
    if (isTensor(value) && value.source === undefined && !marked.has(value) && random.oneIn(3))
      marked.set(value, { ...value, source: {} })
  }
  const operands = Object.entries(call.operands).map(([name, value]) => [name, marked.get(value) ?? value])
  return { ...call, operands: Object.fromEntries(operands) }
}

/**
 * Calls that share constants: the first of `instruction`, the others of any that takes the same weights, with other
 * activations, attributes and groups.
 */
function sharedWeights(random: Random, instruction: ComputeInstruction, budget: Budget): RandomCall[] {
  const operand = weightOperands[instruction.mnemonic] as string
  const constants = Array.from({ length: random.between(1, 3) }, () => {
    const { operands } = randomCall(random, instruction, budget)
    const made = (operands as Readonly<Record<string, unknown>>)[operand] as Tensor
    return { ...randomTensor(random, made.dtype, made.shape), source: {} }
  })
  return Array.from({ length: random.between(2, 5) }, (_, index) => {
    const weights = constants[index === 0 ? 0 : random.below(constants.length)] as Tensor
    const users = usersOfWeights[weights.shape.length] ?? ['MATMUL']
    const user = index === 0 || random.oneIn(2) ? instruction : computeInstruction(random.pick(users))
    const call = tryCall(random, user, budget, weights) ?? randomCall(random, instruction, budget, weights)
    return withSources(random, call)
  })
}

/**
 * Random calls of an instruction, the same for the same seed: one as a rule; for contractions now and then several in a row
 * that share weights.
 */
export function randomCase(instruction: ComputeInstruction, seed: number): RandomCall[] {
  const random = createRandom(seed)
  const budget = !random.oneIn(200) ? SMALL : random.oneIn(4) ? HUGE : LARGE
  const hasWeights = weightOperands[instruction.mnemonic] !== undefined
  if (hasWeights && random.oneIn(8)) return sharedWeights(random, instruction, budget)
  return [withSources(random, randomCall(random, instruction, budget))]
}
