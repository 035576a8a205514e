import { type AttributeValues, elementCount, type Tensor, type TensorType } from '../../isa/index.ts'
import { bindOperands } from '../../model/binding.ts'
import { type Program, type ProgramStep, valueTypes } from '../../model/index.ts'
import { type OperatorSpec, type TensorSpec, writeTflite } from './writer.ts'

const SAME = 0
const VALID = 1
const RELU = 1
const NO_ACTIVATION = 0

type Value = TensorType & { readonly value: number }
type Bound = Readonly<Record<string, Value>> & { readonly attributes: AttributeValues }

const isProduct = ({ instruction }: ProgramStep) =>
  ['CONV2D', 'DEPTHWISE_CONV2D', 'MATMUL'].includes(instruction.mnemonic)

/** Factor of each channel of a packed multiplier, as a single-precision number. */
function factorsOf({ data }: Tensor): number[] {
  const channels = data.length / 2
  return Array.from(data.slice(0, channels), (multiplier, channel) =>
    Math.fround(multiplier * 2 ** ((data[channels + channel] as number) - 31)),
  )
}

/**
 * A program of convolutions with equal padding, depthwise ones too, matrix products, mean pools without padding, and factors
 * for each channel, as a TFLite file: the same integers, but that factors are single-precision numbers there. A product
 * becomes a convolution of one pixel a row, which may have a factor for each channel.
 *
 * @throws {TypeError} on any other step
 */
export function tfliteOf(program: Program): Uint8Array {
  const types = valueTypes(program)
  const first = program.inputs.length
  const constantAt = (value: number) => program.constants[value - first] as Tensor
  const valuesOf = ({ value }: Value) => Array.from(constantAt(value).data)
  const tensors: Record<string, TensorSpec> = {}
  const operators: OperatorSpec[] = []
  const name = (value: number) => `value${value}`
  const bound = (step: ProgramStep) =>
    bindOperands(step, (value) => ({ value, ...(types[value] as TensorType) })) as unknown as Bound
  // Every activation has the scale 1: the factor of a channel is then the scale of its weights.
  const declare = (value: number, shape: readonly number[], zeroPoint: number) => {
    tensors[name(value)] = { shape, scale: 1, zeroPoint }
  }
  const pictureOf = ({ shape }: TensorType) => {
    if (shape.length === 4) return shape
    return shape.length === 2 ? [1, shape[0] as number, 1, shape[1] as number] : [1, 1, 1, elementCount(shape)]
  }

  const reshape = (x: Value, output: number) => {
    const shape = pictureOf(types[output] as TensorType)
    declare(output, shape, tensors[name(x.value)]?.zeroPoint as number)
    tensors[`shape${output}`] = { type: 'INT32', shape: [4], data: shape }
    const inputs = [name(x.value), `shape${output}`]
    operators.push({ name: 'RESHAPE', inputs, outputs: [name(output)], options: { newShape: shape } })
  }
  const pool = ({ attributes, x }: Bound, output: number) => {
    if (x === undefined) throw new TypeError('AVG_POOL2D: expected x')
    const { windowH, windowW, strideH, strideW, padTop, padLeft, padBottom, padRight } = attributes
    if (padTop || padLeft || padBottom || padRight) throw new TypeError('no TFLite operator is known for a padded mean')
    declare(output, (types[output] as TensorType).shape, tensors[name(x.value)]?.zeroPoint as number)
    operators.push({
      ...{ name: 'AVERAGE_POOL_2D', inputs: [name(x.value)], outputs: [name(output)] },
      options: { padding: VALID, strideW, strideH, windowW, windowH } as Record<string, number>,
    })
  }
  const convolution = (
    { instruction }: ProgramStep,
    sums: Bound,
    multiplier: Value,
    output: number,
    { outputZeroPoint, low, high }: AttributeValues,
  ) => {
    const isRectified = low === outputZeroPoint && high === 127
    if (!isRectified && (low !== -128 || high !== 127))
      throw new TypeError(`no TFLite activation is known for results in ${low}..${high}`)
    const isDepthwise = instruction.mnemonic === 'DEPTHWISE_CONV2D'
    const [source, weights, bias] = [sums.x ?? sums.a, sums.weights ?? sums.b, sums.bias] as [Value, Value, Value]
    const { zeroPoint = sums.attributes.zeroPointA, strideW = 1, strideH = 1 } = sums.attributes
    const scale = factorsOf(constantAt(multiplier.value))
    const factors = { scale, zeroPoint: scale.map(() => 0) }
    if (source.value < first) declare(source.value, pictureOf(source), zeroPoint as number)
    const [filters, ...window] = weights.shape as [number, ...number[]]
    const oneByOne = window.length === 3 ? weights.shape : [filters, 1, 1, ...window]
    const shape = isDepthwise ? [1, ...weights.shape] : oneByOne
    const dimension = isDepthwise ? 3 : 0
    tensors[name(weights.value)] = { shape, data: valuesOf(weights), dimension, ...factors }
    tensors[name(bias.value)] = { type: 'INT32', shape: bias.shape, data: valuesOf(bias), ...factors }
    declare(output, pictureOf(types[output] as TensorType), outputZeroPoint as number)
    operators.push({
      name: isDepthwise ? 'DEPTHWISE_CONV_2D' : 'CONV_2D',
      inputs: [source, weights, bias].map(({ value }) => name(value)),
      outputs: [name(output)],
      options: {
        ...{ padding: SAME, strideW, strideH, dilationW: 1, dilationH: 1 },
        ...(isDepthwise ? { multiplier: 1 } : {}),
        activation: isRectified ? RELU : NO_ACTIVATION,
      },
    })
  }

  const firstResult = first + program.constants.length
  program.steps.forEach((step, index) => {
    const { mnemonic } = step.instruction
    if (isProduct(step)) return
    const { attributes, x, multiplier } = bound(step)
    const sums = x && program.steps[x.value - firstResult]
    if (mnemonic === 'RESHAPE' && x) reshape(x, firstResult + index)
    else if (mnemonic === 'AVG_POOL2D') pool(bound(step), firstResult + index)
    else if (mnemonic === 'RESCALE' && multiplier?.shape !== undefined && sums && isProduct(sums))
      convolution(sums, bound(sums), multiplier, firstResult + index, attributes)
    else throw new TypeError(`no TFLite operator is known for step ${index}, ${mnemonic}`)
  })
  const inputs = program.inputs.map((_, value) => name(value))
  return writeTflite({ tensors, operators, inputs, outputs: program.outputs.map(name) })
}
