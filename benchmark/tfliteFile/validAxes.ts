import { ByteBuffer } from 'flatbuffers'

// Slots of the public TFLite schema.
const MODEL_SUBGRAPHS = 2
const GRAPH_TENSORS = 0
const TENSOR_SHAPE = 0
const TENSOR_QUANTIZATION = 4
const QUANTIZED_DIMENSION = 6

/**
 * A TFLite file whose biases are quantized along an axis that they have. Some converters give a bias the axis of its
 * weights, which TensorFlow Lite Micro overlooks and TensorFlow Lite refuses. Nothing else changes.
 */
export function withValidAxes(file: Uint8Array): Uint8Array {
  const copy = file.slice()
  const buffer = new ByteBuffer(copy)
  const field = (table: number, slot: number): number | undefined => {
    const offset = buffer.__offset(table, 4 + 2 * slot)
    return offset === 0 ? undefined : table + offset
  }
  const tables = (table: number, slot: number): number[] => {
    const at = field(table, slot)
    if (at === undefined) return []
    const start = buffer.__indirect(at) + 4
    return Array.from({ length: buffer.readInt32(start - 4) }, (_, index) => buffer.__indirect(start + 4 * index))
  }
  const root = buffer.__indirect(0)
  for (const tensor of tables(root, MODEL_SUBGRAPHS).flatMap((graph) => tables(graph, GRAPH_TENSORS))) {
    const [shape, quantization] = [field(tensor, TENSOR_SHAPE), field(tensor, TENSOR_QUANTIZATION)]
    if (shape === undefined || quantization === undefined) continue
    const rank = buffer.readInt32(buffer.__indirect(shape))
    const axis = field(buffer.__indirect(quantization), QUANTIZED_DIMENSION)
    if (axis !== undefined && buffer.readInt32(axis) >= rank) buffer.writeInt32(axis, 0)
  }
  return copy
}
