import { tensorOf } from '../../../isa/index.ts'
import { interpret } from '../../../model/interpreter.ts'
import { importOnnx } from '../../../model/onnx/import.ts'
import { fill, type Reals } from './independent.ts'
import type { GivenTensor } from './writer.ts'

// Quantization by ONNX's definition, and running a model that is imported.

/** How integers stand for reals. */
export type Scale = { readonly scale: number; readonly zeroPoint: number }
/** Types of activations. */
export type Bytes = 'int8' | 'uint8'

const range = { int8: [-128, 127], uint8: [0, 255] } as const

/** Nearest integer, halves to even. */
function roundHalfEven(x: number): number {
  const rounded = Math.round(x)
  return Math.abs(x - Math.trunc(x)) === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded
}

/** QuantizeLinear by its definition. */
export function quantized({ shape, data }: Reals, { scale, zeroPoint }: Scale, type: Bytes): Reals {
  const [low, high] = range[type]
  return {
    shape,
    data: data.map((x) => Math.min(Math.max(roundHalfEven(x / scale) + zeroPoint, low), high)),
  }
}

/** DequantizeLinear by its definition. */
export function reals({ shape, data }: Reals, { scale, zeroPoint }: Scale): Reals {
  return { shape, data: data.map((q) => (q - zeroPoint) * scale) }
}

/** Constants of a scale and its zero point, "name_s" and "name_z". */
export function scaleConstants(name: string, { scale, zeroPoint }: Scale, type: Bytes): Record<string, GivenTensor> {
  return {
    [`${name}_s`]: { shape: [], values: [scale] },
    [`${name}_z`]: { type, shape: [], values: [zeroPoint] },
  }
}

/** What integers of a file are moved by to become int8. */
export const offset = { int8: 0, uint8: -128 } as const

/** Runs an imported model on integers as the file has them. */
export function run(bytes: Uint8Array, { shape, data }: Reals, type: Bytes) {
  const { program } = importOnnx(bytes)
  const [result] = interpret(program, [
    tensorOf(
      'int8',
      shape,
      data.map((q) => q + offset[type]),
    ),
  ])
  return { shape: result?.shape, data: Array.from(result?.data ?? []), program }
}

/** Integers of all values of a type. */
export function drawn(next: () => number, type: Bytes, ...shape: number[]): Reals {
  const [low] = range[type]
  return fill(shape, () => low + Math.floor(((next() + 1) / 2) * 256))
}

/** Of weights. */
export const weightScale = { scale: 1 / 256, zeroPoint: 0 }
