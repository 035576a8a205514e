import { attributeLayout } from '../attributes.ts'
import { broadcastShapes, broadcastStrides, ensureAttribute, ensureDType, ensureShape } from '../check.ts'
import { matrixWork } from '../contraction.ts'
import { ensure } from '../halt.ts'
import { defineCompute } from '../instruction.ts'
import { oneElement } from '../reach.ts'
import { elementCount, tensorType } from '../tensor.ts'

const attributes = attributeLayout([
  { name: 'zeroPointA', bits: 16, signed: true, doc: 'zero point of a; -128..127 for int8, 0 for int16' },
  { name: 'zeroPointB', bits: 16, signed: true, doc: 'zero point of b, -128..127' },
])

/**
 * Integer matrix product with int32 accumulation. The contracted axis is innermost in both operands.
 *
 * Sums wrap modulo 2^32, so the order of summation cannot be observed.
 */
export const matmul = defineCompute({
  opcode: 0x10,
  mnemonic: 'MATMUL',
  summary: 'output[..,m,n] = wrap32(bias[n] + sum_k (a[..,m,k] - zeroPointA) * (b[..,n,k] - zeroPointB))',
  description: `Multiplies matrices whose contracted axis is innermost in both operands, with int32 accumulation modulo
2^32. Leading axes broadcast against each other. Either operand may be an activation.

Halts with TypeMismatch unless a is int8 or int16, b is int8 and bias is int32 or none; with ShapeMismatch when a or b has
rank 1, when K differs, when leading axes do not broadcast, or when bias is not of shape [N]; with BadAttribute when a zero
point is outside -128..127, or zeroPointA is not 0 for an int16 a.`,
  attributes,
  inputs: [
    { name: 'attributes', kind: 'attributes', doc: 'zero points' },
    { name: 'a', kind: 'tensor', doc: 'int8 or int16 [..,M,K]' },
    { name: 'b', kind: 'tensor', doc: 'int8 [..,N,K]' },
    { name: 'bias', kind: 'optionalTensor', doc: 'int32 [N], or 0 for none' },
  ],
  output: { name: 'output', kind: 'tensor', doc: 'int32 [..,M,N]' },
  infer({ attributes, a, b, bias }) {
    ensureDType('a', a, 'int8', 'int16')
    ensureDType('b', b, 'int8')
    if (bias) ensureDType('bias', bias, 'int32')
    ensureAttribute('zeroPointA', attributes.zeroPointA, a.dtype === 'int8' ? -128 : 0, a.dtype === 'int8' ? 127 : 0)
    ensureAttribute('zeroPointB', attributes.zeroPointB, -128, 127)
    ensure(a.shape.length >= 2 && b.shape.length >= 2, 'ShapeMismatch', 'a and b need rank 2 or more')
    const [rows, depthA] = a.shape.slice(-2) as [number, number]
    const [columns, depthB] = b.shape.slice(-2) as [number, number]
    ensure(depthA === depthB, 'ShapeMismatch', `inner dimensions ${depthA} and ${depthB} differ`)
    if (bias) ensureShape('bias', bias, [columns])
    return tensorType('int32', [...broadcastShapes(a.shape.slice(0, -2), b.shape.slice(0, -2)), rows, columns])
  },
  reads({ a, b, bias }) {
    const depth = a.shape.at(-1) as number
    return [
      { of: a, runs: 1, elements: depth },
      { of: b, runs: 1, elements: depth },
      ...(bias ? [oneElement(bias)] : []),
    ]
  },
  work({ a, b }, output) {
    const [rows, columns] = output.shape.slice(-2) as [number, number]
    const depth = a.shape.at(-1) as number
    const product = {
      columns,
      depth,
      left: elementCount(a.shape),
      right: elementCount(b.shape),
      isByte: a.dtype === 'int8',
    }
    // With one matrix b, the matrices of a are one of more rows.
    if (product.right === columns * depth) return matrixWork({ ...product, count: 1, rows: product.left / depth })
    return matrixWork({ ...product, count: elementCount(output.shape.slice(0, -2)), rows })
  },
  element({ attributes, a, b, bias }, output) {
    const { zeroPointA, zeroPointB } = attributes
    const depth = a.shape.at(-1) as number
    const [rows, columns] = output.shape.slice(-2) as [number, number]
    const batchShape = output.shape.slice(0, -2)
    const stridesA = broadcastStrides(a.shape.slice(0, -2), batchShape)
    const stridesB = broadcastStrides(b.shape.slice(0, -2), batchShape)
    return (index) => {
      const n = index % columns
      const m = Math.floor(index / columns) % rows
      let batch = Math.floor(index / (columns * rows))
      let matrixA = 0
      let matrixB = 0
      for (let axis = batchShape.length - 1; axis >= 0; axis--) {
        const size = batchShape[axis] as number
        matrixA += (batch % size) * (stridesA[axis] as number)
        matrixB += (batch % size) * (stridesB[axis] as number)
        batch = Math.floor(batch / size)
      }
      const rowA = (matrixA * rows + m) * depth
      const rowB = (matrixB * columns + n) * depth
      let sum = bias ? (bias.data[n] as number) : 0
      for (let k = 0; k < depth; k++)
        sum =
          (sum + Math.imul((a.data[rowA + k] as number) - zeroPointA, (b.data[rowB + k] as number) - zeroPointB)) | 0
      return sum
    }
  },
})
