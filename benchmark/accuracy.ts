import { type Tensor, type TensorType, tensorView } from '../isa/index.ts'
import type { Program } from '../model/index.ts'

/** Tensor at the beginning of canonical bytes. */
function tensorAt(type: TensorType, bytes: Uint8Array): Tensor {
  return tensorView(type, Uint8Array.from(bytes).buffer, 0)
}

/** Class that the first output says: the position of its greatest element, the lowest of equals. */
function classOf(program: Program, types: readonly TensorType[], output: Uint8Array): number {
  const { data } = tensorAt(types[program.outputs[0] as number] as TensorType, output)
  let best = 0
  for (let index = 1; index < data.length; index++) if ((data[index] as number) > (data[best] as number)) best = index
  return best
}

/** Part of outputs whose greatest element is at the label. */
export function accuracyOf(
  program: Program,
  types: readonly TensorType[],
  outputs: readonly Uint8Array[],
  labels: readonly number[],
): number {
  const right = outputs.filter((output, index) => classOf(program, types, output) === labels[index]).length
  return right / outputs.length
}
