import { elementCount, type Shape, tensorOf } from '../../../isa/index.ts'
import { interpret } from '../../../model/interpreter.ts'
import type { Program } from '../../../model/program.ts'
import { evaluateFloat } from '../../../model/quantizer/floatEvaluate.ts'
import type { FloatGraph, FloatTensor } from '../../../model/quantizer/floatGraph.ts'

/** A tensor of these values. */
export function floats(shape: Shape, values: ArrayLike<number>): FloatTensor {
  return { shape, data: Float32Array.from(values) }
}

/** Numbers in [-1, 1) that follow from a seed. */
export function numbers(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 31 - 1
  }
}

/** A tensor of the next numbers. */
export function randomTensor(shape: Shape, next: () => number): FloatTensor {
  return floats(shape, Array.from({ length: elementCount(shape) }, next))
}

/** Runs an int8 program of one input and one output. */
export function run(program: Program, pixels: Int8Array): Int8Array {
  const [output] = interpret(program, [tensorOf('int8', program.inputs[0]?.shape ?? [], pixels)])
  return output?.data as Int8Array
}

/** Position of the greatest value, the first of equals. */
export function argmax(values: ArrayLike<number>): number {
  return Array.from(values).reduce((best, value, index, all) => (value > (all[best] as number) ? index : best), 0)
}

/** Mnemonic of each step. */
export function mnemonics({ steps }: Program): string[] {
  return steps.map(({ instruction }) => instruction.mnemonic)
}

/** Result of a network's last layer. */
export function lastOf(graph: FloatGraph, input: Float32Array): Float32Array {
  return evaluateFloat(graph, input).at(-1)?.data as Float32Array
}

/** Smallest and largest value, 0 included. */
export function rangeOf(values: Float32Array): { min: number; max: number } {
  return { min: Math.min(0, ...values), max: Math.max(0, ...values) }
}

export const relu = { activation: 'relu' } as const
export const linear = { activation: 'none' } as const
export const sliding = { stride: [1, 1], padding: 'valid' } as const
