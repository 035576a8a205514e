import type { TensorType } from '../../isa/index.ts'
import { type Quantization, quantizeMultiplier } from '../quantization.ts'
import { rescale } from './emit.ts'
import {
  bindingOf,
  declaredType,
  dtypeOf,
  ensureSupported,
  type Lowering,
  type Operation,
  quantizationOf,
  sameQuantization,
} from './operation.ts'
import type { TfliteTensor } from './reader.ts'

// Where a graph meets the outside. Models often take and give float32 or uint8 around an int8 graph. Programs are integer
// only: the int8 tensor takes the place of the float one, and int8 that of uint8, less by 128.

/** An input or output of a program, and how its integers stand for real numbers: `(q - zeroPoint) * scale`. */
export type Port = {
  readonly name: string
  readonly type: TensorType
  readonly scale: number
  readonly zeroPoint: number
}

const UINT8_OFFSET = 128

/** Quantization of a tensor in the program: a uint8 one is int8 there. */
function programQuantization(tensor: TfliteTensor): Quantization {
  const { scale, zeroPoint } = quantizationOf(tensor)
  return { scale, zeroPoint: tensor.type === 'UINT8' ? zeroPoint - UINT8_OFFSET : zeroPoint }
}

/** What stands for the real numbers of a port; integers without a scale stand for themselves. */
function portQuantization(tensor: TfliteTensor): Quantization {
  return tensor.type !== 'UINT8' && tensor.quantization === undefined
    ? { scale: 1, zeroPoint: 0 }
    : programQuantization(tensor)
}

/**
 * Declares an input of the graph.
 *
 * @throws {UnsupportedError} on a float input that the graph doesn't quantize first
 */
export function lowerInput({ model, builder, bindings, notes }: Lowering, number: number): Port {
  const tensor = model.tensors[number] as TfliteTensor
  ensureSupported(!bindings.has(number), 'it is an input twice')
  const quantize = model.operators.find(({ name, inputs }) => name === 'QUANTIZE' && inputs[0] === number)
  const behind = tensor.type === 'FLOAT32' ? model.tensors[quantize?.outputs[0] ?? -1] : undefined
  ensureSupported(
    tensor.type !== 'FLOAT32' || behind !== undefined,
    'it is FLOAT32 and the graph does not quantize it; convert the model with int8 quantization',
  )
  const inside = behind ?? tensor
  const type = declaredType(tensor, inside.type === 'UINT8' ? 'int8' : dtypeOf(inside))
  const value = builder.input(type)
  bindings.set(number, behind ? { value, shape: tensor.shape, behind } : { value, shape: tensor.shape })
  if (behind) notes.add(`Input "${tensor.name}" takes the integers that QUANTIZE would make of it.`)
  if (inside.type === 'UINT8') notes.add(`Input "${tensor.name}" is UINT8 in the file; give int8, less by 128.`)
  if (tensor.isDynamic)
    notes.add(`Input "${tensor.name}" has an open dimension in the file; it is ${tensor.shape.join('x')} here.`)
  return { name: tensor.name, type, ...portQuantization(inside) }
}

/** Declares an output of the graph. @throws {UnsupportedError} when it isn't integers, or dequantized integers */
export function lowerOutput(lowering: Lowering, number: number): Port {
  const tensor = lowering.model.tensors[number] as TfliteTensor
  const { value, behind } = bindingOf(lowering, number)
  const inside = behind ?? tensor
  ensureSupported(inside.type !== 'FLOAT32', 'it is FLOAT32 and not made by DEQUANTIZE')
  lowering.builder.output(value)
  if (behind) lowering.notes.add(`Output "${tensor.name}" gives the integers that DEQUANTIZE would take.`)
  if (inside.type === 'UINT8')
    lowering.notes.add(`Output "${tensor.name}" is UINT8 in the file; int8, less by 128, comes out.`)
  return { name: tensor.name, type: lowering.builder.typeOf(value), ...portQuantization(inside) }
}

/** QUANTIZE: dropped on a float input of the graph, a rescale between integers. */
export function lowerQuantize(operation: Operation): void {
  const [source, target] = [operation.source(0), operation.target()]
  const output = programQuantization(target)
  const behind = operation.behind(0)
  if (behind) {
    ensureSupported(
      behind.type === target.type && sameQuantization(programQuantization(behind), output),
      `"${source.name}" is quantized in two ways, and its real numbers are not there to do so`,
    )
    operation.result(operation.rawValue(0), { shape: operation.shape(0) })
    return
  }
  ensureSupported(source.type !== 'FLOAT32', `"${source.name}" is FLOAT32`)
  const input = programQuantization(source)
  const value = rescale(operation, operation.rawValue(0), [quantizeMultiplier(input.scale / output.scale)], {
    dtype: target.type === 'UINT8' ? 'int8' : dtypeOf(target),
    inputZeroPoint: input.zeroPoint,
    outputZeroPoint: output.zeroPoint,
  })
  operation.result(value, { shape: operation.shape(0) })
}

/** DEQUANTIZE: dropped; only an output of the graph may be what it makes. */
export function lowerDequantize(operation: Operation): void {
  const source = operation.source(0)
  ensureSupported(operation.target().type === 'FLOAT32', `it makes ${operation.target().type}`)
  ensureSupported(source.type === 'INT8' || source.type === 'INT16', `"${source.name}" is ${source.type}`)
  operation.result(operation.value(0), { shape: operation.shape(0), behind: source })
}
