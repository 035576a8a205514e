import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  type DType,
  elementCount,
  encodeType,
  type HaltCode,
  type Instruction,
  type Shape,
  type Tensor,
  tensorOf,
} from '../isa/index.ts'

/** A tensor as vectors write it: its elements in row-major order, or the one number that all of them are. */
export type TensorValue = { readonly dtype: DType; readonly shape: Shape; readonly data: readonly number[] | number }

/**
 * An operand as vectors write it.
 *
 * - a tensor: `{ dtype, shape, data }`; none of an optional one: `null`; a raw handle: `"0x.."`
 * - an attribute word: `{ field: value }` or a raw `"0x.."`
 * - a type word: `{ dtype, shape }` or a raw `"0x.."`
 * - any word: `"0x.."`
 * - an account: an address, or `"code"` for one whose code is `environment.code`
 * - a model: a root, or `"model"` for one whose tensors are `environment.model`
 */
type OperandValue =
  | string
  | null
  | TensorValue
  | { readonly dtype: DType; readonly shape: Shape }
  | Readonly<Record<string, number>>

/** What surrounds the instruction; bytes are hexadecimal. */
export type VectorEnvironment = {
  readonly calldata?: string
  readonly memory?: string
  readonly code?: string
  readonly model?: readonly TensorValue[]
  /** Tensors of the frame before the operands are made; their handles are 1, 2, 3.. */
  readonly tensors?: readonly TensorValue[]
}

/**
 * One instruction with what it must do: give a tensor or a word, leave this memory or these handles of
 * `environment.tensors` alive, or halt.
 */
export type Vector = {
  readonly name: string
  /** Where the expected values come from; never from the implementation under test. */
  readonly origin: string
  readonly operands: Readonly<Record<string, OperandValue>>
  readonly environment?: VectorEnvironment
  readonly output?: TensorValue
  readonly word?: string
  readonly memory?: string
  readonly live?: readonly number[]
  readonly halt?: HaltCode
  /**
   * The instruction's own charge: its work, zeroing of its output, and chunks of a model, all cold. No first touch of
   * arena pages, access to an account or growth of memory. Absent from a vector that halts.
   */
  readonly gas?: number
}

export type VectorFile = { readonly mnemonic: string; readonly vectors: readonly Vector[] }

/** An operand in terms of what the stack holds: a word, or something that must be put in place first. */
export type ResolvedOperand =
  | { readonly kind: 'tensor'; readonly tensor: Tensor }
  | { readonly kind: 'word'; readonly word: bigint }
  | { readonly kind: 'code' }
  | { readonly kind: 'model' }

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const folder = 'test/vectors'

/** Paths of all vector files, relative to the root of the repository, in alphabetical order. */
export function vectorPaths(): string[] {
  return readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => `${folder}/${name}`)
}

/** Reads the vector file at a path of {@link vectorPaths}. */
export function readVectorFile(path: string): VectorFile {
  return JSON.parse(readFileSync(join(root, path), 'utf8')) as VectorFile
}

/** Reads every vector file. */
export function readVectorFiles(): VectorFile[] {
  return vectorPaths().map(readVectorFile)
}

/** The tensor that a vector writes out. */
export function tensorOfValue(value: TensorValue): Tensor {
  const { dtype, shape, data } = value
  const values = typeof data === 'number' ? new Array<number>(elementCount(shape)).fill(data) : data
  return tensorOf(dtype, shape, values)
}

/** Bytes of a hexadecimal string with prefix 0x; none for undefined. */
export function bytesOfHex(hex: string | undefined): Uint8Array {
  return new Uint8Array(Buffer.from(hex?.slice(2) ?? '', 'hex'))
}

/** Hexadecimal string, with prefix 0x, of bytes. */
export function hexOfBytes(bytes: Uint8Array): string {
  return `0x${Buffer.from(bytes).toString('hex')}`
}

function resolveOperand(instruction: Instruction, kind: string, value: OperandValue): ResolvedOperand {
  if (value === null) return { kind: 'word', word: 0n }
  if (typeof value === 'string') {
    if (kind === 'account' && value === 'code') return { kind: 'code' }
    if (kind === 'model' && value === 'model') return { kind: 'model' }
    return { kind: 'word', word: BigInt(value) }
  }
  if (kind === 'attributes') {
    if (!instruction.attributes) throw new RangeError(`${instruction.mnemonic} has no attributes`)
    return { kind: 'word', word: instruction.attributes.encode(value as Readonly<Record<string, number>>) }
  }
  if (kind === 'type') return { kind: 'word', word: encodeType(value as TensorValue) }
  return { kind: 'tensor', tensor: tensorOfValue(value as TensorValue) }
}

/**
 * The operands of a vector in the order of the stack, top first.
 *
 * @throws {RangeError} naming an operand that is missing or that the instruction does not have
 */
export function resolveOperands(instruction: Instruction, operands: Vector['operands']): ResolvedOperand[] {
  const { mnemonic, inputs } = instruction
  for (const name of Object.keys(operands))
    if (!inputs.some((input) => input.name === name)) throw new RangeError(`${mnemonic} has no operand ${name}`)
  return inputs.map(({ name, kind }) => {
    const value = operands[name]
    if (value === undefined) throw new RangeError(`${mnemonic}: operand ${name} is missing`)
    return resolveOperand(instruction, kind, value)
  })
}
