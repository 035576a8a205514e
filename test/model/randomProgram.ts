import {
  createTensor,
  type DType,
  dtypeRange,
  elementCount,
  encodeAxisWord,
  type Tensor,
  type TensorType,
} from '../../isa/index.ts'
import { createProgramBuilder, type Program, type ProgramBuilder } from '../../model/index.ts'

/** Integers in 0..limit-1 from a seed. */
export type Random = (limit: number) => number

/** The Mulberry32 generator. */
export function randomFrom(seed: number): Random {
  let state = seed | 0
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit)
  }
}

export function randomTensor(random: Random, type: TensorType): Tensor {
  const tensor = createTensor(type)
  const [low, high] = dtypeRange[type.dtype]
  for (let i = 0; i < tensor.data.length; i++) tensor.data[i] = low + random(high - low + 1)
  return tensor
}

function randomShape(random: Random): number[] {
  return Array.from({ length: 1 + random(3) }, () => 1 + random(5))
}

/**
 * A random valid program.
 *
 * @param leaf - makes every tensor that no step makes; the same seed gives the same tensors whichever it is
 */
function grow(random: Random, stepCount: number, leaf: (builder: ProgramBuilder, tensor: Tensor) => number) {
  const builder = createProgramBuilder()
  const values: number[] = []
  const fresh = (type: TensorType) => {
    const value = leaf(builder, randomTensor(random, type))
    values.push(value)
    return value
  }
  const shapeOf = (value: number) => builder.typeOf(value).shape
  const any = (dtype: DType) => {
    const fitting = values.filter(
      (value) => builder.typeOf(value).dtype === dtype && elementCount(shapeOf(value)) < 500,
    )
    if (fitting.length === 0 || random(8) === 0) return fresh({ dtype, shape: randomShape(random) })
    return fitting[fitting.length - 1 - random(Math.min(3, fitting.length))] as number
  }
  const anyDType = () => (['int8', 'int16', 'int32'] as const)[random(3)] as DType
  const rescaled = (x: number) => {
    const attributes = { dtype: 1, rounding: random(2), low: -100, high: 120, outputZeroPoint: random(20) - 10 }
    const channels = shapeOf(x).at(-1) as number
    if (random(2) === 0)
      return builder.emit('RESCALE', { attributes, x, multiplier: 2 ** 30 + random(2 ** 30), shift: -random(20) })
    const factors = { multiplier: fresh({ dtype: 'int32', shape: [channels] }) }
    const shift = fresh({ dtype: 'int8', shape: [channels] })
    return builder.emit('RESCALE', { attributes: { ...attributes, perChannel: 1 }, x, ...factors, shift })
  }
  const recipes: (() => number)[] = [
    () => {
      const a = fresh({ dtype: 'int8', shape: [1 + random(4), 1 + random(40)] })
      const columns = 1 + random(6)
      const b = fresh({ dtype: 'int8', shape: [columns, shapeOf(a)[1] as number] })
      const bias = random(2) === 0 ? undefined : fresh({ dtype: 'int32', shape: [columns] })
      return builder.emit('MATMUL', { attributes: { zeroPointA: random(256) - 128 }, a, b, bias })
    },
    () => rescaled(any('int32')),
    () => {
      const a = any('int32')
      return builder.emit(['TADD', 'TSUB', 'MAXIMUM'][random(3)] as string, { a, b: a })
    },
    () => builder.emit('CLAMP', { attributes: { low: -random(100), high: random(100) }, x: any('int8') }),
    () => {
      const x = any(anyDType())
      const type = { dtype: builder.typeOf(x).dtype, shape: [1, elementCount(shapeOf(x))] }
      return builder.emit('RESHAPE', { type, x })
    },
    () => {
      const x = any(anyDType())
      const size = shapeOf(x).map((dimension) => 1 + random(dimension))
      const begin = shapeOf(x).map((dimension, axis) => random(dimension - (size[axis] as number) + 1))
      return builder.emit('SLICE', { begin: encodeAxisWord(begin), size, stride: 0, x })
    },
    () =>
      builder.emit('PAD', { attributes: { value: random(10), before0: random(3), after0: random(3) }, x: any('int8') }),
    () => {
      const x = any(anyDType())
      return builder.emit('CONCAT', { attributes: { axis: random(shapeOf(x).length) }, a: x, b: x })
    },
    () => builder.emit('REDUCE_SUM', { attributes: { axes: 1, keepDims: random(2) }, x: any('int8') }),
    () => builder.emit('TABLE', { x: any('int8'), table: fresh({ dtype: 'int8', shape: [256] }) }),
  ]
  for (let step = 0; step < stepCount; step++) values.push((recipes[random(recipes.length)] as () => number)())
  const outputs = Array.from(
    { length: 1 + random(6) },
    () => values.at(-1 - random(Math.min(12, values.length))) as number,
  )
  for (const value of outputs) builder.output(value)
  return builder
}

/** A random valid program with random inputs for it. Inputs and constants alternate at random. */
export function randomProgram(seed: number): { readonly program: Program; readonly inputs: readonly Tensor[] } {
  const random = randomFrom(seed)
  const kinds = randomFrom(seed ^ 0x5bd1e995)
  const inputs: Tensor[] = []
  const builder = grow(random, 1 + random(25), (target, tensor) => {
    if (kinds(2) === 0) return target.constant(tensor)
    inputs.push(tensor)
    return target.input(tensor)
  })
  return { program: builder.build(), inputs }
}

/** The same random program twice: with every leaf an input, and with every leaf a constant, which folds it away. */
export function foldedProgram(seed: number) {
  const inputs: Tensor[] = []
  const variable = grow(randomFrom(seed), 8, (builder, tensor) => {
    inputs.push(tensor)
    return builder.input(tensor)
  })
  const folded = grow(randomFrom(seed), 8, (builder, tensor) => builder.constant(tensor))
  return { program: variable.build(), inputs, folded: folded.build() }
}
