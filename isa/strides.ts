import type { Shape } from './tensor.ts'

/**
 * Maps the row-major index of an element of `shape` to `start + sum over axes (position * stride)`.
 *
 * Neighbouring axes whose strides make them one longer axis are walked as one, so that the common cases cost one or two
 * divisions an element.
 */
export function stridedIndex(shape: Shape, strides: readonly number[], start = 0): (index: number) => number {
  // Innermost first.
  const sizes: number[] = []
  const steps: number[] = []
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const size = shape[axis] as number
    const stride = strides[axis] as number
    if (size === 1) continue
    const outer = sizes.length - 1
    if (outer >= 0 && stride === (sizes[outer] as number) * (steps[outer] as number))
      sizes[outer] = (sizes[outer] as number) * size
    else {
      sizes.push(size)
      steps.push(stride)
    }
  }
  const axes = sizes.length
  if (axes === 0) return () => start
  if (axes === 1) {
    const step = steps[0] as number
    return (index) => start + index * step
  }
  return (index) => {
    let rest = index
    let position = start
    for (let axis = 0; axis < axes; axis++) {
      const size = sizes[axis] as number
      position += (rest % size) * (steps[axis] as number)
      rest = Math.floor(rest / size)
    }
    return position
  }
}

/**
 * Elements of the longest runs in which a tensor of `shape` is walked through at `strides`: the last axes along which the
 * steps are those of neighbours, or along which nothing moves.
 *
 * @param strides - elements of the other tensor for one step along each axis; 0 where it is stretched
 */
export function runLength(shape: Shape, strides: readonly number[]): number {
  let run = 1
  let next: number | undefined
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const size = shape[axis] as number
    if (size === 1) continue
    const stride = strides[axis] as number
    if (next === undefined ? stride > 1 : stride !== next) break
    run *= size
    next = stride === 0 ? 0 : run
  }
  return run
}
