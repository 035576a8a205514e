import { broadcastStrides } from '../../isa/check.ts'
import { type ComputeBody, elementBytes, type Tensor } from '../../isa/index.ts'
import type { KernelModule } from '../module.ts'
import type { PackedWeights } from '../packedWeights.ts'
import { readLimit } from './readLimit.ts'

type Operands = {
  readonly attributes: { readonly zeroPointA: number; readonly zeroPointB: number }
  readonly a: Tensor
  readonly b: Tensor
  readonly bias: Tensor | undefined
}

type Exports = {
  packMatrix(b: number, columns: number, depth: number, zeroPoint: number, to: number): void
  matmul(
    a: number,
    sizeA: number,
    zeroPointA: number,
    limitA: number,
    panels: number,
    b: number,
    zeroPointB: number,
    limitB: number,
    bias: number,
    to: number,
    rows: number,
    columns: number,
    depth: number,
  ): void
}

const FEW_ROWS = 4
const LARGE_PANEL_BYTES = 2 ** 20

/** Bytes of packed panels: columns padded to 4, depth to pairs of int16. */
export function panelBytes(columns: number, depth: number): number {
  return 16 * Math.ceil(columns / 4) * Math.ceil(depth / 2)
}

/** Key of a stack of packed matrices, less a zero point. Other bodies' keys are not multiples of 4. */
function keyOf(zeroPointB: number): number {
  return (zeroPointB + 128) * 4
}

/**
 * Whether a product gains from packed panels, twice as large as the matrix itself: a few rows do not once panels leave the
 * second level of the cache.
 */
export function gainsFromPanels(rows: number, panelBytes: number): boolean {
  return rows >= FEW_ROWS || panelBytes <= LARGE_PANEL_BYTES
}

/** The body of MATMUL. Constant matrices b are kept packed in `packed`. */
export function createMatmulBody(module: KernelModule, packed: PackedWeights): ComputeBody {
  const { packMatrix, matmul } = module.exports as Exports

  const packedMatrices = (
    b: Tensor,
    source: object,
    zeroPointB: number,
    columns: number,
    depth: number,
    bytes: number,
  ): number => {
    const key = keyOf(zeroPointB)
    const kept = packed.find(source, key)
    if (kept !== 0) return kept
    const matrices = b.data.length / (columns * depth)
    const address = packed.add(source, key, bytes * matrices)
    if (address === 0) return 0
    for (let matrix = 0; matrix < matrices; matrix++)
      packMatrix(b.data.byteOffset + matrix * columns * depth, columns, depth, zeroPointB, address + matrix * bytes)
    return address
  }

  return (operands, output) => {
    const { attributes, a, b, bias } = operands as unknown as Operands
    const { zeroPointA, zeroPointB } = attributes
    const depth = a.shape[a.shape.length - 1] as number
    const columns = b.shape[b.shape.length - 2] as number
    const sizeA = elementBytes[a.dtype]
    const atA = a.data.byteOffset
    const atB = b.data.byteOffset
    const to = output.data.byteOffset
    const atBias = bias === undefined ? 0 : bias.data.byteOffset
    const lengthA = a.data.length
    const lengthB = b.data.length
    const limitA = readLimit(atA, lengthA * sizeA)
    const limitB = readLimit(atB, lengthB)
    const matrixB = columns * depth
    // With one matrix b, the matrices of a are one of more rows.
    const rows = lengthB === matrixB ? lengthA / depth : (a.shape[a.shape.length - 2] as number)
    let panels = 0
    let bytes = 0
    if (b.source !== undefined) {
      bytes = panelBytes(columns, depth)
      if (gainsFromPanels(rows, bytes)) panels = packedMatrices(b, b.source, zeroPointB, columns, depth, bytes)
    }
    if (lengthB === matrixB) {
      matmul(atA, sizeA, zeroPointA, limitA, panels, atB, zeroPointB, limitB, atBias, to, rows, columns, depth)
      return
    }
    const batchShape = output.shape.slice(0, -2)
    const stridesA = broadcastStrides(a.shape.slice(0, -2), batchShape)
    const stridesB = broadcastStrides(b.shape.slice(0, -2), batchShape)
    const matrices = output.data.length / (rows * columns)
    for (let matrix = 0; matrix < matrices; matrix++) {
      let left = matrix
      let indexA = 0
      let indexB = 0
      for (let axis = batchShape.length - 1; axis >= 0; axis--) {
        const size = batchShape[axis] as number
        const index = left % size
        indexA += index * (stridesA[axis] as number)
        indexB += index * (stridesB[axis] as number)
        left = (left - index) / size
      }
      matmul(
        atA + indexA * rows * depth * sizeA,
        sizeA,
        zeroPointA,
        limitA,
        panels === 0 ? 0 : panels + indexB * bytes,
        atB + indexB * matrixB,
        zeroPointB,
        limitB,
        atBias,
        to + matrix * rows * columns * 4,
        rows,
        columns,
        depth,
      )
    }
  }
}
