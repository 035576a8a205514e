import { elementCount, type Shape } from '../../isa/index.ts'
import type { FloatTensor } from './layers.ts'

/** Elements to step for one step along each axis. */
function stridesOf(shape: Shape): number[] {
  return shape.map((_, axis) => elementCount(shape.slice(axis + 1)))
}

/** Reads, for each element of `shape`, the element at `offset` plus its indices times `steps`. */
function gatherBySteps(data: Float32Array, shape: Shape, steps: readonly number[], offset = 0): Float32Array {
  const result = new Float32Array(elementCount(shape))
  const indices = shape.map(() => 0)
  let at = offset
  for (let position = 0; position < result.length; position++) {
    result[position] = data[at] as number
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      indices[axis] = (indices[axis] as number) + 1
      at += steps[axis] as number
      if ((indices[axis] as number) < (shape[axis] as number)) break
      at -= (indices[axis] as number) * (steps[axis] as number)
      indices[axis] = 0
    }
  }
  return result
}

/** Axis `permutation[i]` becomes axis i. */
export function transposed({ shape, data }: FloatTensor, permutation: readonly number[]): FloatTensor {
  const strides = stridesOf(shape)
  const moved = permutation.map((axis) => shape[axis] as number)
  return {
    shape: moved,
    data: gatherBySteps(
      data,
      moved,
      permutation.map((axis) => strides[axis] as number),
    ),
  }
}

/** The tensor repeated along axes of one element, and missing ones at the front, to a larger shape. */
export function broadcastTo({ shape, data }: FloatTensor, to: Shape): Float32Array {
  const strides = stridesOf(shape)
  const steps = to.map((_, axis) => {
    const own = axis - to.length + shape.length
    return own < 0 || shape[own] === 1 ? 0 : (strides[own] as number)
  })
  return gatherBySteps(data, to, steps)
}

/** Every `stride`th element from `begin` along each axis. */
export function sliced(
  { shape, data }: FloatTensor,
  begin: readonly number[],
  size: Shape,
  stride: readonly number[],
): Float32Array {
  const strides = stridesOf(shape)
  const offset = begin.reduce((sum, first, axis) => sum + first * (strides[axis] as number), 0)
  return gatherBySteps(
    data,
    size,
    stride.map((step, axis) => step * (strides[axis] as number)),
    offset,
  )
}

/** Zeros around a tensor, to `shape`. */
export function padded(tensor: FloatTensor, before: readonly number[], shape: Shape): Float32Array {
  const result = new Float32Array(elementCount(shape))
  const strides = stridesOf(shape)
  const own = stridesOf(tensor.shape)
  tensor.data.forEach((value, index) => {
    const at = own.reduce((sum, step, axis) => {
      const along = Math.floor(index / step) % (tensor.shape[axis] as number)
      return sum + (along + (before[axis] as number)) * (strides[axis] as number)
    }, 0)
    result[at] = value
  })
  return result
}

/** Tensors one after another along an axis. */
export function joined(tensors: readonly FloatTensor[], axis: number): Float32Array {
  const [{ shape } = { shape: [] as Shape }] = tensors
  const outer = elementCount(shape.slice(0, axis))
  const runs = tensors.map(({ data }) => data.length / outer)
  const total = runs.reduce((sum, run) => sum + run, 0)
  const result = new Float32Array(outer * total)
  for (let block = 0; block < outer; block++) {
    let at = block * total
    tensors.forEach(({ data }, index) => {
      const run = runs[index] as number
      result.set(data.subarray(block * run, (block + 1) * run), at)
      at += run
    })
  }
  return result
}

/** The axes that `axes` names moved to the end, and how many elements they have together. */
export function reducedLast(tensor: FloatTensor, axes: readonly number[]): { data: Float32Array; count: number } {
  const kept = tensor.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis))
  const { data } = transposed(tensor, [...kept, ...axes])
  return { data, count: axes.reduce((product, axis) => product * (tensor.shape[axis] as number), 1) }
}
