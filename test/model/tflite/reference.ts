import { tensorOf } from '../../../isa/index.ts'
import type { Program } from '../../../model/index.ts'
import { interpret } from '../../../model/index.ts'
import { importTflite, type TfliteImport } from '../../../model/tflite/import.ts'
import { type ModelSpec, type OperatorSpec, type TensorSpec, writeTflite } from './writer.ts'

// TFLite's reference arithmetic once more, in BigInt and by bit patterns, independent of the importer and the instructions.

export type Rounding = 'double' | 'single'
export const roundings: readonly Rounding[] = ['double', 'single']

/** The fixed-point factor of a real one: its 53-bit fraction, rounded to 31 bits half away from zero. */
export function fixedPoint(real: number): { m: bigint; s: number } {
  if (real === 0) return { m: 0n, s: 0 }
  const view = new DataView(new ArrayBuffer(8))
  view.setFloat64(0, real)
  const bits = view.getBigUint64(0)
  const fraction = (bits & 0xfffffffffffffn) | 0x10000000000000n
  let s = Number((bits >> 52n) & 0x7ffn) - 1022
  let m = (fraction + (1n << 21n)) >> 22n
  if (m === 1n << 31n) {
    m >>= 1n
    s++
  }
  return s < -31 ? { m: 0n, s: 0 } : { m, s }
}

/** MultiplyByQuantizedMultiplier: gemmlowp's two roundings, or the one of TFLITE_SINGLE_ROUNDING. */
export function multiplyFixed(x: number, { m, s }: { m: bigint; s: number }, rounding: Rounding): number {
  if (rounding === 'single') return Number((BigInt(x) * m + (1n << BigInt(30 - s))) >> BigInt(31 - s))
  const product = (BigInt(x) << BigInt(Math.max(s, 0))) * m
  const high = (product + (product >= 0n ? 1n << 30n : 1n - (1n << 30n))) / (1n << 31n)
  const right = BigInt(Math.max(-s, 0))
  const mask = (1n << right) - 1n
  const threshold = (mask >> 1n) + (high < 0n ? 1n : 0n)
  return Number((high >> right) + ((high & mask) > threshold ? 1n : 0n))
}

export function scaled(x: number, real: number, rounding: Rounding): number {
  return multiplyFixed(x, fixedPoint(real), rounding)
}

export function saturate(x: number, low = -128, high = 127): number {
  return Math.min(Math.max(x, low), high)
}

/** Int8 values from a seed, all of the range (Lehmer's generator). */
export function int8s(count: number, seed: number): number[] {
  let state = seed * 48271 + 1
  return Array.from({ length: count }, () => {
    state = (state * 48271) % 2147483647
    return ((state >> 8) % 256) - 128
  })
}

/** Every int8 value. */
export const everyInt8: readonly number[] = Array.from({ length: 256 }, (_, index) => index - 128)

/** Mnemonics of a program's steps. */
export function mnemonics({ steps }: Program): string[] {
  return steps.map(({ instruction }) => instruction.mnemonic)
}

export function importSpec(spec: ModelSpec, rounding: Rounding = 'double'): TfliteImport {
  return importTflite(writeTflite(spec), { name: 'test.tflite', rounding })
}

/** Imports a model and runs it. */
export function runSpec(spec: ModelSpec, inputs: readonly (readonly number[])[], rounding?: Rounding): number[][] {
  const imported = importSpec(spec, rounding)
  const tensors = imported.inputs.map(({ type }, index) =>
    tensorOf(type.dtype, type.shape, inputs[index] as readonly number[]),
  )
  return interpret(imported.program, tensors).map(({ data }) => [...data])
}

/** A model of one operator: tensors with data are constants, the others its inputs. */
export function oneOperator(
  name: string,
  operands: Readonly<Record<string, TensorSpec>>,
  results: Readonly<Record<string, TensorSpec>>,
  options: OperatorSpec['options'] = {},
): ModelSpec {
  return {
    tensors: { ...operands, ...results },
    operators: [{ name, inputs: Object.keys(operands), outputs: Object.keys(results), options }],
    inputs: Object.keys(operands).filter((operand) => operands[operand]?.data === undefined),
    outputs: Object.keys(results),
  }
}

/** A constant list of int32. */
export function ints(...data: number[]): TensorSpec {
  return { type: 'INT32', shape: [data.length], data }
}
