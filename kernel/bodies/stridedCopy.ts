import { elementBytes, type Tensor } from '../../isa/index.ts'
import { DESCRIPTOR } from '../layout.ts'
import type { KernelModule } from '../module.ts'

type Exports = {
  copyStrided(
    destination: number,
    source: number,
    element: number,
    axes: number,
    lastDestination: number,
    lastSource: number,
  ): void
}

/** A copy of a block of a tensor into another, described axis by axis and then run. */
export type StridedCopy = {
  /** Starts a description. */
  begin(): void
  /**
   * Adds an axis outside those already given.
   *
   * @param size - elements copied along it
   * @param sourceStride - elements of x for one step along it; 0 repeats
   * @param stride - elements of the output for one step along it
   */
  axis(size: number, sourceStride: number, stride: number): void
  /** Copies element `sourceStart` of x to element `start` of the output, and on from there along the axes. */
  run(output: Tensor, start: number, x: Tensor, sourceStart: number): void
}

/** Two axes for each of six, of which one repeats. */
const MAX_AXES = 12
/** 32-bit words of an axis in the descriptor. */
const ENTRY_WORDS = 4
const VECTOR_BYTES = 16
/** Tensors start at multiples of this many bytes, so what follows the end of one up to the next can be read. */
const ALIGNMENT = 64

/** Makes the copier that TRANSPOSE, SLICE, TILE and PAD share; how to copy is decided in kernel/assembly/stridedCopy.ts. */
export function createStridedCopy(module: KernelModule): StridedCopy {
  const { copyStrided } = module.exports as Exports
  const strides = new Float64Array(2 * MAX_AXES)
  const sizes = new Float64Array(MAX_AXES)
  let axes = 0
  let words = new Int32Array(module.memory.buffer, DESCRIPTOR, MAX_AXES * ENTRY_WORDS)
  return {
    begin() {
      axes = 0
    },
    axis(size, sourceStride, stride) {
      if (size === 1) return
      sizes[axes] = size
      strides[2 * axes] = sourceStride
      strides[2 * axes + 1] = stride
      axes++
    },
    run(output, start, x, sourceStart) {
      const { buffer } = module.memory
      if (words.buffer !== buffer) words = new Int32Array(buffer, DESCRIPTOR, MAX_AXES * ENTRY_WORDS)
      const element = elementBytes[x.dtype]
      for (let axis = 0; axis < axes; axis++) {
        const word = ENTRY_WORDS * axis
        words[word] = sizes[axis] as number
        words[word + 1] = (strides[2 * axis] as number) * element
        words[word + 2] = (strides[2 * axis + 1] as number) * element
      }
      const destination = output.data.byteOffset
      const source = x.data.byteOffset
      const sourceEnd = source + x.data.byteLength
      copyStrided(
        destination + start * element,
        source + sourceStart * element,
        element,
        axes,
        destination + output.data.byteLength - VECTOR_BYTES,
        sourceEnd + ((ALIGNMENT - (sourceEnd % ALIGNMENT)) % ALIGNMENT) - VECTOR_BYTES,
      )
    },
  }
}
