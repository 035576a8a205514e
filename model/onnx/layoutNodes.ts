import { elementCount, type Shape } from '../../isa/index.ts'
import { ensureSupported } from './error.ts'
import type { OnnxNode } from './reader.ts'
import { type Computed, layerName, normalizeAxis, plainOrder, type Translation } from './translation.ts'

function bindReshaped(translation: Translation, node: OnnxNode, x: Computed, shape: Shape): void {
  const own = shape.length === 0 ? [1] : shape
  const plain = translation.arranged(x, plainOrder(x.shape.length))
  const value = translation.add(layerName(node), { op: 'reshape', shape: own }, plain)
  translation.bind(node, { ...x, value, order: plainOrder(own.length), shape: own })
}

/** The shape that a list with -1 (what is left) and 0 (as it is) stands for. */
export function resolvedShape(from: Shape, wanted: readonly number[], allowsZero: boolean): Shape {
  const sizes = wanted.map((size, axis) => (size === 0 && !allowsZero ? (from[axis] ?? 0) : size))
  const open = sizes.filter((size) => size === -1).length
  ensureSupported(open <= 1, `its shape [${wanted.join(',')}] leaves ${open} dimensions open`)
  const known = elementCount(sizes.filter((size) => size !== -1))
  const shape = sizes.map((size) => (size === -1 ? elementCount(from) / known : size))
  ensureSupported(
    elementCount(shape) === elementCount(from) && shape.every((size) => Number.isInteger(size) && size > 0),
    `[${from.join(',')}] does not fit the shape [${wanted.join(',')}]`,
  )
  return shape
}

/** The shape of Flatten's result. */
export function flattenedShape(node: OnnxNode, shape: Shape): Shape {
  const axis = node.attributes.integer('axis', 1)
  const at = axis === shape.length ? axis : normalizeAxis(axis, shape.length)
  return [elementCount(shape.slice(0, at)), elementCount(shape.slice(at))]
}

/** Axes of Squeeze, Unsqueeze and their like: an operand from operator set 13 on, an attribute before. */
function axesOf(translation: Translation, node: OnnxNode): readonly number[] | undefined {
  return translation.has(node, 1) ? translation.numbers(node, 1) : node.attributes.integers('axes')
}

/** The shape of Squeeze's result. */
export function squeezedShape(translation: Translation, node: OnnxNode, shape: Shape): Shape {
  const axes = axesOf(translation, node)?.map((axis) => normalizeAxis(axis, shape.length))
  for (const axis of axes ?? []) ensureSupported(shape[axis] === 1, `axis ${axis} has ${shape[axis]} elements, not one`)
  return shape.filter((size, axis) => (axes ? !axes.includes(axis) : size !== 1))
}

/** The shape of Unsqueeze's result. */
export function unsqueezedShape(translation: Translation, node: OnnxNode, shape: Shape): Shape {
  const axes = axesOf(translation, node) ?? []
  const rank = shape.length + axes.length
  const added = new Set(axes.map((axis) => normalizeAxis(axis, rank)))
  const sizes = shape[Symbol.iterator]()
  return plainOrder(rank).map((axis) => (added.has(axis) ? 1 : (sizes.next().value ?? 1)))
}

/** Reshape. */
export function translateReshape(translation: Translation, node: OnnxNode): void {
  const x = translation.anything(node, 0)
  const allowsZero = node.attributes.integer('allowzero', 0) === 1
  bindReshaped(translation, node, x, resolvedShape(x.shape, translation.numbers(node, 1), allowsZero))
}

/** Flatten. */
export function translateFlatten(translation: Translation, node: OnnxNode): void {
  const x = translation.anything(node, 0)
  bindReshaped(translation, node, x, flattenedShape(node, x.shape))
}

/** Squeeze. */
export function translateSqueeze(translation: Translation, node: OnnxNode): void {
  const x = translation.anything(node, 0)
  bindReshaped(translation, node, x, squeezedShape(translation, node, x.shape))
}

/** Unsqueeze. */
export function translateUnsqueeze(translation: Translation, node: OnnxNode): void {
  const x = translation.anything(node, 0)
  bindReshaped(translation, node, x, unsqueezedShape(translation, node, x.shape))
}

/** The permutation of a Transpose; axes are reversed where none is given. */
export function permutationOf(node: OnnxNode, rank: number): readonly number[] {
  const permutation = node.attributes.integers('perm') ?? plainOrder(rank).reverse()
  ensureSupported(
    permutation.length === rank && plainOrder(rank).every((axis) => permutation.includes(axis)),
    `its permutation [${permutation.join(',')}] is not one of ${rank} axes`,
  )
  return permutation
}

/** Transpose: the value stays where it is, its axes get other names. */
export function translateTranspose(translation: Translation, node: OnnxNode): void {
  const x = translation.anything(node, 0)
  const permutation = permutationOf(node, x.shape.length)
  translation.bind(node, {
    ...x,
    order: x.order.map((axis) => permutation.indexOf(axis)),
    shape: permutation.map((axis) => x.shape[axis] as number),
  })
}

/** Identity, Dropout of a trained network, and Cast between real types. */
export function translateIdentity(translation: Translation, node: OnnxNode): void {
  ensureSupported(
    node.operator !== 'Cast' || [1, 10, 11, 16].includes(node.attributes.integer('to', 0)),
    `it casts to element type ${node.attributes.integer('to', 0)}`,
  )
  const isTraining = node.operator === 'Dropout' && translation.has(node, 2) && translation.numbers(node, 2)[0] !== 0
  ensureSupported(!isTraining, 'it is in training mode')
  translation.bind(node, translation.bound(node, 0))
}

/** Pad by zeros. */
export function translatePad(translation: Translation, node: OnnxNode): void {
  const x = translation.computed(node, 0)
  const rank = x.shape.length
  const mode = node.attributes.text('mode', 'constant')
  ensureSupported(mode === 'constant', `it pads by ${mode}`)
  const fill = translation.has(node, 2) ? translation.numbers(node, 2)[0] : node.attributes.float('value', 0)
  ensureSupported(fill === 0, `it pads by ${fill}, not 0`)
  const pads = translation.has(node, 1) ? translation.numbers(node, 1) : (node.attributes.integers('pads') ?? [])
  const axes = translation.has(node, 3)
    ? translation.numbers(node, 3).map((axis) => normalizeAxis(axis, rank))
    : plainOrder(rank)
  ensureSupported(
    pads.length === 2 * axes.length && pads.every((count) => count >= 0),
    `its pads [${pads.join(',')}] are not two for each of ${axes.length} axes, or one is negative`,
  )
  const padOf = (axis: number, after: number) => {
    const at = axes.indexOf(axis)
    return at === -1 ? 0 : (pads[at + after * axes.length] as number)
  }
  const [before, after] = [0, 1].map((side) => x.order.map((axis) => padOf(axis, side))) as [number[], number[]]
  const value = translation.add(layerName(node), { op: 'pad', before, after }, x.value)
  const shape = x.shape.map((size, axis) => size + padOf(axis, 0) + padOf(axis, 1))
  translation.bind(node, { ...x, value, shape })
}

/** Concat; known tensors among others become layers. */
export function translateConcat(translation: Translation, node: OnnxNode): void {
  const operands = node.inputs.map((_, input) => translation.computed(node, input))
  const [first] = operands
  ensureSupported(first !== undefined, 'it joins nothing')
  const rank = first.shape.length
  const axis = normalizeAxis(node.attributes.integer('axis', 0), rank)
  ensureSupported(
    operands.every(({ shape }) => shape.length === rank),
    'its operands have different ranks',
  )
  const shape = first.shape.with(
    axis,
    operands.reduce((sum, operand) => sum + (operand.shape[axis] as number), 0),
  )
  const others = operands.slice(1).map((operand) => translation.arranged(operand, first.order))
  if (others.length === 0) {
    translation.bind(node, first)
    return
  }
  const value = translation.add(layerName(node), { op: 'concat', others, axis: first.order.indexOf(axis) }, first.value)
  translation.bind(node, { value, order: first.order, shape })
}

/** A part of a tensor along its axes, as the file names them. */
function addSlice(
  translation: Translation,
  name: string,
  x: Computed,
  begin: readonly number[],
  size: Shape,
  stride: readonly number[],
): Computed {
  const along = (values: readonly number[]) => x.order.map((axis) => values[axis] as number)
  const operation = { op: 'slice', begin: along(begin), size: along(size), stride: along(stride) } as const
  return { ...x, value: translation.add(name, operation, x.value), shape: size }
}

/** Ranges of a Slice: operands from operator set 10 on, attributes before. */
export function sliceRanges(translation: Translation, node: OnnxNode, shape: Shape) {
  const list = (input: number, name: string) =>
    translation.has(node, input) ? translation.numbers(node, input) : node.attributes.integers(name)
  const [starts, ends] = [list(1, 'starts') ?? [], list(2, 'ends') ?? []]
  const axes = (list(3, 'axes') ?? starts.map((_, index) => index)).map((axis) => normalizeAxis(axis, shape.length))
  const steps = list(4, 'steps') ?? starts.map(() => 1)
  const begin = shape.map(() => 0)
  const stride = shape.map(() => 1)
  const size = [...shape]
  axes.forEach((axis, index) => {
    const [whole, step] = [shape[axis] as number, steps[index] ?? 1]
    ensureSupported(step > 0, `it has a step of ${step}`)
    const inside = (at: number) => Math.min(Math.max(at < 0 ? at + whole : at, 0), whole)
    const [first, last] = [inside(starts[index] ?? 0), inside(ends[index] ?? whole)]
    begin[axis] = first
    stride[axis] = step
    size[axis] = Math.max(0, Math.ceil((last - first) / step))
    ensureSupported((size[axis] as number) > 0, `it takes nothing of axis ${axis}`)
  })
  return { begin, stride, size }
}

/** Slice. */
export function translateSlice(translation: Translation, node: OnnxNode): void {
  const x = translation.anything(node, 0)
  const { begin, stride, size } = sliceRanges(translation, node, x.shape)
  translation.bind(node, addSlice(translation, layerName(node), x, begin, size, stride))
}

/** Split: sizes are an operand from operator set 13 on, an attribute before, equal where there are none. */
export function translateSplit(translation: Translation, node: OnnxNode): void {
  const x = translation.anything(node, 0)
  const axis = normalizeAxis(node.attributes.integer('axis', 0), x.shape.length)
  const whole = x.shape[axis] as number
  const count = node.outputs.length
  const given = translation.has(node, 1) ? translation.numbers(node, 1) : node.attributes.integers('split')
  const part = Math.ceil(whole / count)
  const sizes = given ?? node.outputs.map((_, index) => Math.min(part, whole - index * part))
  ensureSupported(
    sizes.length === count && sizes.reduce((a, b) => a + b, 0) === whole,
    `[${sizes.join(',')}] are not ${count} parts of ${whole}`,
  )
  let first = 0
  sizes.forEach((size, output) => {
    const begin = x.shape.map((_, at) => (at === axis ? first : 0))
    const shape = x.shape.with(axis, size)
    const ones = x.shape.map(() => 1)
    translation.bind(node, addSlice(translation, `${layerName(node)} ${output}`, x, begin, shape, ones), output)
    first += size
  })
}

/** Gather of one known index: a slice, whose axis disappears. */
export function translateGather(translation: Translation, node: OnnxNode): void {
  const x = translation.anything(node, 0)
  const axis = normalizeAxis(node.attributes.integer('axis', 0), x.shape.length)
  const indices = translation.known(node, 1)
  ensureSupported(
    indices !== undefined && indices.constant.values.length === 1,
    'it picks by more than one known index',
  )
  const at = normalizeAxis(indices.constant.values[0] as number, x.shape[axis] as number)
  const begin = x.shape.map((_, own) => (own === axis ? at : 0))
  const ones = x.shape.map(() => 1)
  const picked = addSlice(translation, `${layerName(node)} slice`, x, begin, x.shape.with(axis, 1), ones)
  const shape = indices.constant.shape.length === 0 ? picked.shape.toSpliced(axis, 1) : picked.shape
  bindReshaped(translation, node, picked, shape)
}
