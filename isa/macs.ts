import { elementCount, type TensorType } from './tensor.ts'

/**
 * Multiply-accumulates of a contraction, padding included but no tile: one for each output element and each product that
 * sums into it. 0 for every other instruction.
 *
 * @param operands - by name, as bound; only tensors are looked at
 */
export function contractionMacs(
  mnemonic: string,
  operands: Readonly<Record<string, unknown>>,
  output: TensorType,
): number {
  const shapeOf = (name: string) => (operands[name] as TensorType).shape
  const outputs = elementCount(output.shape)
  if (mnemonic === 'MATMUL') return outputs * (shapeOf('a').at(-1) as number)
  if (mnemonic === 'CONV2D') return outputs * elementCount(shapeOf('weights').slice(1))
  if (mnemonic === 'DEPTHWISE_CONV2D') return outputs * elementCount(shapeOf('weights').slice(0, 2))
  if (mnemonic === 'TRANSPOSE_CONV2D') return elementCount(shapeOf('x').slice(0, 3)) * elementCount(shapeOf('weights'))
  return 0
}
