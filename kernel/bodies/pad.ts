import { type ComputeBody, type DType, elementBytes, type Tensor } from '../../isa/index.ts'
import { DESCRIPTOR } from '../layout.ts'
import type { KernelModule } from '../module.ts'
import { createStridedCopy } from './stridedCopy.ts'

type Operands = {
  readonly attributes: {
    readonly value: number
    readonly before0: number
    readonly after0: number
    readonly before1: number
    readonly after1: number
    readonly before2: number
    readonly after2: number
    readonly before3: number
    readonly after3: number
    readonly before4: number
    readonly after4: number
    readonly before5: number
    readonly after5: number
  }
  readonly x: Tensor
}

type Exports = {
  pad(
    destination: number,
    source: number,
    value: number,
    rowBytes: number,
    axes: number,
    leading: number,
    trailing: number,
  ): void
  fill(destination: number, value: number, bytes: number): void
}

const MAX_AXES = 6
/** 32-bit words of an axis in the descriptor. */
const ENTRY_WORDS = 3
/** Rows between two outer gaps, and bytes of these rows, below which going from gap to gap is slow. */
const FEW_ROWS = 8
const FEW_BYTES = 64

/** The value as 32 bits of repeated elements. */
function repeated(value: number, dtype: DType): number {
  if (dtype === 'int8') return (value & 0xff) * 0x01010101
  if (dtype === 'int16') return (value & 0xffff) * 0x00010001
  return value
}

/**
 * PAD: rows of x in order, with a fill before, between and after them. Axes without padding inside the innermost padded
 * one are part of a row, so that a row is as long as can be. Where rows are short and few lie between two outer gaps, all
 * of the output is filled and x copied into it.
 */
export function createPadBody(module: KernelModule): ComputeBody {
  const { pad, fill } = module.exports as Exports
  const copy = createStridedCopy(module)
  let words = new Int32Array(module.memory.buffer, DESCRIPTOR, MAX_AXES * ENTRY_WORDS)
  let axes = 0
  let rowBytes = 0
  /** Bytes of a block of the output that the axes so far span. */
  let block = 0
  let leading = 0
  let trailing = 0
  const addAxis = (size: number, before: number, after: number) => {
    const padding = (before + after) * block
    if (axes === 0) rowBytes *= size
    else if (size > 1) {
      const entry = ENTRY_WORDS * (axes - 1)
      const gap = (leading + trailing) | 0
      if (axes > 1 && words[entry - ENTRY_WORDS + 1] === gap)
        words[entry - ENTRY_WORDS] = (words[entry - ENTRY_WORDS] as number) * size
      else {
        words[entry] = size
        words[entry + 1] = gap
        axes++
      }
    }
    if (axes === 0 && padding > 0) axes = 1
    leading += before * block
    trailing += after * block
    block = block * size + padding
  }
  const copyInside = (output: Tensor, x: Tensor, start: number) => {
    let stride = 1
    let sourceStride = 1
    copy.begin()
    for (let axis = x.shape.length - 1; axis >= 0; axis--) {
      const size = x.shape[axis] as number
      copy.axis(size, sourceStride, stride)
      sourceStride *= size
      stride *= output.shape[axis] as number
    }
    copy.run(output, start, x, 0)
  }
  return (operands, output) => {
    const { attributes, x } = operands as unknown as Operands
    const { shape } = x
    const rank = shape.length
    if (words.buffer !== module.memory.buffer)
      words = new Int32Array(module.memory.buffer, DESCRIPTOR, MAX_AXES * ENTRY_WORDS)
    axes = 0
    rowBytes = elementBytes[x.dtype]
    block = rowBytes
    leading = 0
    trailing = 0
    if (rank > 5) addAxis(shape[5] as number, attributes.before5, attributes.after5)
    if (rank > 4) addAxis(shape[4] as number, attributes.before4, attributes.after4)
    if (rank > 3) addAxis(shape[3] as number, attributes.before3, attributes.after3)
    if (rank > 2) addAxis(shape[2] as number, attributes.before2, attributes.after2)
    if (rank > 1) addAxis(shape[1] as number, attributes.before1, attributes.after1)
    addAxis(shape[0] as number, attributes.before0, attributes.after0)
    if (axes < 2) {
      words[0] = 1
      words[1] = 0
      axes = 2
    }
    const value = repeated(attributes.value, x.dtype)
    const rows = words[0] as number
    if (axes > 2 && rows < FEW_ROWS && rows * rowBytes < FEW_BYTES) {
      fill(output.data.byteOffset, value, output.data.byteLength)
      copyInside(output, x, leading / elementBytes[x.dtype])
      return
    }
    pad(output.data.byteOffset, x.data.byteOffset, value, rowBytes, axes - 1, leading, trailing)
  }
}
