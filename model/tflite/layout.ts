import { elementCount, type Shape } from '../../isa/index.ts'
import { quantizeMultiplier } from '../quantization.ts'
import { concatenate, gatherAxis, normalizeAxis, pad, rescale, reshape, sliceAxis, tile, transpose } from './emit.ts'
import { dtypeOf, ensureSupported, type Operation, quantizationOf, sameQuantization } from './operation.ts'

function ensureDTypeKept(operation: Operation, input: number): void {
  ensureSupported(
    dtypeOf(operation.source(input)) === dtypeOf(operation.target()),
    `"${operation.source(input).name}" is ${operation.source(input).type}, its output ${operation.target().type}`,
  )
}

/** Declares a RESHAPE's output; a scalar is a tensor of one element here. */
function resultReshaped(operation: Operation, value: number, shape: Shape, output = 0): void {
  operation.result(reshape(operation, value, shape.length === 0 ? [1] : shape), { output, shape })
}

/** RESHAPE: to a shape that an operand, an option or the output's declaration gives; -1 stands for what is left. */
export function lowerReshape(operation: Operation): void {
  ensureDTypeKept(operation, 0)
  const { newShape } = operation.operator.options('RESHAPE')
  const target = operation.target()
  const wanted = operation.has(1) ? operation.integers(1) : (newShape ?? target.shape)
  const count = elementCount(operation.shape(0))
  const open = wanted.filter((size) => size === -1).length
  ensureSupported(open <= 1, `its shape [${wanted.join(',')}] leaves ${open} dimensions open`)
  const known = elementCount(wanted.filter((size) => size !== -1))
  const shape = wanted.map((size) => (size === -1 ? count / known : size))
  ensureSupported(elementCount(shape) === count, `${count} elements do not fit the shape [${wanted.join(',')}]`)
  resultReshaped(operation, operation.value(0), shape)
}

/** SQUEEZE: takes away axes of one element. */
export function lowerSqueeze(operation: Operation): void {
  ensureDTypeKept(operation, 0)
  const shape = operation.shape(0)
  const { axes = [] } = operation.operator.options('SQUEEZE')
  const named = new Set(axes.map((axis) => normalizeAxis(axis, shape.length)))
  for (const axis of named) ensureSupported(shape[axis] === 1, `axis ${axis} has ${shape[axis]} elements, not one`)
  const kept = shape.filter((size, axis) => (named.size > 0 ? !named.has(axis) : size !== 1))
  resultReshaped(operation, operation.value(0), kept)
}

/** EXPAND_DIMS: puts in an axis of one element. */
export function lowerExpandDims(operation: Operation): void {
  ensureDTypeKept(operation, 0)
  const shape = operation.shape(0)
  const axis = normalizeAxis(operation.integers(1)[0] ?? 0, shape.length + 1)
  resultReshaped(operation, operation.value(0), [...shape.slice(0, axis), 1, ...shape.slice(axis)])
}

/** TRANSPOSE. */
export function lowerTranspose(operation: Operation): void {
  ensureDTypeKept(operation, 0)
  const rank = operation.shape(0).length
  const permutation = operation.integers(1).map((axis) => normalizeAxis(axis, rank))
  ensureSupported(
    new Set(permutation).size === rank,
    `its permutation [${permutation.join(',')}] is not one of ${rank} axes`,
  )
  operation.result(transpose(operation, operation.value(0), permutation), {
    shape: permutation.map((axis) => operation.shape(0)[axis] as number),
  })
}

/** Padding before and after each axis, from an operand of shape [rank, 2]. */
export function paddings(operation: Operation, input: number, rank: number): { before: number[]; after: number[] } {
  const values = operation.integers(input)
  ensureSupported(values.length === 2 * rank, `its ${values.length} pads are not 2 for each of ${rank} axes`)
  ensureSupported(
    values.every((count) => count >= 0),
    'it has a negative pad',
  )
  return {
    before: values.filter((_, index) => index % 2 === 0),
    after: values.filter((_, index) => index % 2 === 1),
  }
}

/** PAD and PADV2. A convolution that follows takes the padding over, if it is by the zero point. */
export function lowerPad(operation: Operation): void {
  ensureDTypeKept(operation, 0)
  const target = operation.target()
  const isInt32 = dtypeOf(target) === 'int32'
  const zeroPoint = isInt32 ? 0 : quantizationOf(target).zeroPoint
  if (!isInt32)
    ensureSupported(
      sameQuantization(quantizationOf(operation.source(0)), quantizationOf(target)),
      'the scales of its input and output differ',
    )
  const fill = operation.has(2) ? operation.integers(2)[0] : zeroPoint
  ensureSupported(fill !== undefined, 'its fill value is missing')
  const source = operation.value(0)
  const { before, after } = paddings(operation, 1, operation.typeOf(source).shape.length)
  const value = pad(operation, source, before, after, fill)
  if (!isInt32 && fill === zeroPoint && value !== source)
    operation.paddings.set(value, { source, zeroPoint, before, after })
  operation.result(value)
}

/** MIRROR_PAD: picks, along each axis, the indices that are mirrored. */
export function lowerMirrorPad(operation: Operation): void {
  ensureDTypeKept(operation, 0)
  const { mode } = operation.operator.options('MIRROR_PAD')
  // REFLECT (0) leaves the edge out, SYMMETRIC (1) repeats it.
  const edge = mode === 0 ? 1 : 0
  const shape = operation.shape(0)
  const { before, after } = paddings(operation, 1, shape.length)
  let value = operation.value(0)
  shape.forEach((size, axis) => {
    const [front, back] = [before[axis] as number, after[axis] as number]
    ensureSupported(
      Math.max(front, back) <= size - edge,
      `axis ${axis} of ${size} elements is mirrored by more than it has`,
    )
    const indices = [
      ...Array.from({ length: front }, (_, index) => front - 1 - index + edge),
      ...Array(size).keys(),
      ...Array.from({ length: back }, (_, index) => size - 1 - index - edge),
    ]
    value = gatherAxis(operation, value, axis, indices)
  })
  operation.result(value)
}

/** CONCATENATION. Operands of another scale than the output's are rescaled to it first. */
export function lowerConcatenation(operation: Operation): void {
  const { axis, activation } = operation.operator.options('CONCATENATION')
  ensureSupported(activation === 0, 'it has a fused activation')
  const dtype = dtypeOf(operation.target())
  const values = operation.operator.inputs.map((_, input) => {
    ensureDTypeKept(operation, input)
    const value = operation.value(input)
    if (dtype === 'int32') return value
    const [from, to] = [quantizationOf(operation.source(input)), quantizationOf(operation.target())]
    if (sameQuantization(from, to)) return value
    operation.note(
      `"${operation.source(input).name}" is rescaled to join "${operation.target().name}"; TFLite would refuse it.`,
    )
    return rescale(operation, value, [quantizeMultiplier(from.scale / to.scale)], {
      inputZeroPoint: from.zeroPoint,
      outputZeroPoint: to.zeroPoint,
    })
  })
  ensureSupported(values.length > 0, 'it joins nothing')
  operation.result(concatenate(operation, values, normalizeAxis(axis, operation.shape(0).length)))
}

/** PACK: joins operands along a new axis. */
export function lowerPack(operation: Operation): void {
  const { axis } = operation.operator.options('PACK')
  ensureSupported(operation.operator.inputs.length > 0, 'it joins nothing')
  const shape = operation.shape(0)
  const at = normalizeAxis(axis, shape.length + 1)
  const values = operation.operator.inputs.map((_, input) => {
    ensureDTypeKept(operation, input)
    return reshape(operation, operation.value(input), [...shape.slice(0, at), 1, ...shape.slice(at)])
  })
  operation.result(concatenate(operation, values, at))
}

/** UNPACK: one output for each index of an axis, without it. */
export function lowerUnpack(operation: Operation): void {
  ensureDTypeKept(operation, 0)
  const shape = operation.shape(0)
  const axis = normalizeAxis(operation.operator.options('UNPACK').axis, shape.length)
  const { outputs } = operation.operator
  ensureSupported(outputs.length === shape[axis], `it has ${outputs.length} outputs for ${shape[axis]} indices`)
  outputs.forEach((_, output) => {
    const part = sliceAxis(operation, operation.value(0), axis, output, 1)
    resultReshaped(
      operation,
      part,
      shape.filter((_size, index) => index !== axis),
      output,
    )
  })
}

/** Cuts an operand along an axis into consecutive parts, one for each output. */
function resultParts(operation: Operation, input: number, axis: number, sizes: readonly number[]): void {
  ensureSupported(
    sizes.length === operation.operator.outputs.length,
    `it has ${sizes.length} parts, not one for each output`,
  )
  let begin = 0
  sizes.forEach((size, output) => {
    operation.result(sliceAxis(operation, operation.value(input), axis, begin, size), { output })
    begin += size
  })
}

/** SPLIT (axis, x): equal parts. */
export function lowerSplit(operation: Operation): void {
  const shape = operation.shape(1)
  const axis = normalizeAxis(operation.integers(0)[0] ?? 0, shape.length)
  const parts = operation.operator.outputs.length
  const size = (shape[axis] as number) / parts
  ensureSupported(Number.isInteger(size), `${shape[axis]} elements do not divide into ${parts} parts`)
  resultParts(operation, 1, axis, Array<number>(parts).fill(size))
}

/** SPLIT_V (x, sizes, axis): parts of given sizes; -1 stands for what is left. */
export function lowerSplitV(operation: Operation): void {
  const shape = operation.shape(0)
  const axis = normalizeAxis(operation.integers(2)[0] ?? 0, shape.length)
  const wanted = operation.integers(1)
  const known = wanted.filter((size) => size !== -1).reduce((total, size) => total + size, 0)
  const sizes = wanted.map((size) => (size === -1 ? (shape[axis] as number) - known : size))
  const total = sizes.reduce((sum, size) => sum + size, 0)
  ensureSupported(total === shape[axis], `its parts have ${total} elements together, not ${shape[axis]}`)
  resultParts(operation, 0, axis, sizes)
}

/** TILE. */
export function lowerTile(operation: Operation): void {
  ensureDTypeKept(operation, 0)
  const multiples = operation.integers(1)
  ensureSupported(
    multiples.length === operation.shape(0).length,
    `it has ${multiples.length} multiples, not one for each axis`,
  )
  operation.result(tile(operation, operation.value(0), multiples))
}

/** BROADCAST_TO: TILE along the axes of one element. */
export function lowerBroadcastTo(operation: Operation): void {
  ensureDTypeKept(operation, 0)
  const wanted = operation.integers(1)
  const shape = operation.shape(0)
  ensureSupported(wanted.length >= shape.length, `rank ${shape.length} does not broadcast to rank ${wanted.length}`)
  const padded = [...Array<number>(wanted.length - shape.length).fill(1), ...shape]
  const multiples = wanted.map((size, axis) => size / (padded[axis] as number))
  ensureSupported(
    multiples.every((multiple, axis) => multiple === 1 || padded[axis] === 1),
    `[${shape.join(',')}] does not broadcast to [${wanted.join(',')}]`,
  )
  operation.result(tile(operation, reshape(operation, operation.value(0), padded), multiples))
}
