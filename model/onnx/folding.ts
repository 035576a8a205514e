import { elementCount, type Shape } from '../../isa/index.ts'
import { broadcastShape } from '../quantizer/layers.ts'
import { ensureSupported } from './error.ts'
import {
  flattenedShape,
  permutationOf,
  resolvedShape,
  sliceRanges,
  squeezedShape,
  unsqueezedShape,
} from './layoutNodes.ts'
import type { OnnxNode } from './reader.ts'
import { type Constant, elementTypeOf, isReal } from './tensor.ts'
import { constantOf, isKnown, type Known, normalizeAxis, plainOrder, type Translation } from './translation.ts'
import { permuteKnown, reshapeKnown } from './weights.ts'

// Operators on tensors that are known: shape arithmetic, and weights that a file keeps in another form.

/** Most elements of a tensor that is made from constants. */
const MAX_FOLDED_ELEMENTS = 2 ** 26

type Fold = (translation: Translation, node: OnnxNode, operands: readonly Known[]) => Known

const plain = (fold: (node: OnnxNode, operands: readonly Constant[]) => Constant): Fold => {
  return (_, node, operands) => ({
    constant: fold(
      node,
      operands.map(({ constant }) => constant),
    ),
  })
}

/** Each element of a tensor repeated to a larger shape. */
function broadcast({ shape, values }: Constant, to: Shape): (index: number) => number {
  const strides = to.map((_, axis) => {
    const own = axis - to.length + shape.length
    return own < 0 || shape[own] === 1 ? 0 : elementCount(shape.slice(own + 1))
  })
  return (index) => {
    let [rest, at] = [index, 0]
    for (let axis = to.length - 1; axis >= 0; axis--) {
      at += (rest % (to[axis] as number)) * (strides[axis] as number)
      rest = Math.floor(rest / (to[axis] as number))
    }
    return values[at] as number
  }
}

function ensureFoldable(shape: Shape): void {
  ensureSupported(elementCount(shape) <= MAX_FOLDED_ELEMENTS, `it makes a constant of shape [${shape.join(',')}]`)
}

function binary(apply: (a: number, b: number) => number): Fold {
  return plain((_, [a, b]) => {
    ensureSupported(a !== undefined && b !== undefined, 'an operand is missing')
    const shape = broadcastShape(a.shape, b.shape)
    ensureSupported(shape !== undefined, `[${a.shape.join(',')}] and [${b.shape.join(',')}] do not broadcast`)
    ensureFoldable(shape)
    const [left, right] = [broadcast(a, shape), broadcast(b, shape)]
    const round = a.type === 'float32' ? Math.fround : Math.trunc
    const exact = isReal(a.type) && a.type !== 'float32' ? (x: number) => x : round
    return constantOf(
      a.type,
      shape,
      Float64Array.from({ length: elementCount(shape) }, (_unused, index) => exact(apply(left(index), right(index)))),
    )
  })
}

const unary = (apply: (x: number) => number) =>
  plain((_, [x]) => ({ ...(x as Constant), values: (x as Constant).values.map(apply) }))

const reshaped =
  (shapeOf: (translation: Translation, node: OnnxNode, shape: Shape) => Shape): Fold =>
  (translation, node, [x]) =>
    reshapeKnown(x as Known, shapeOf(translation, node, (x as Known).constant.shape))

/** Picks whole slices along an axis. */
function gather(node: OnnxNode, [x, indices]: readonly Constant[]): Constant {
  const { type, shape, values } = x as Constant
  const picked = indices as Constant
  const axis = normalizeAxis(node.attributes.integer('axis', 0), shape.length)
  const [size, inner] = [shape[axis] as number, elementCount(shape.slice(axis + 1))]
  const outer = elementCount(shape.slice(0, axis))
  const result: number[] = []
  ensureFoldable([outer, picked.values.length, inner])
  for (let block = 0; block < outer; block++)
    for (const index of picked.values) {
      const start = (block * size + normalizeAxis(index, size)) * inner
      for (let at = 0; at < inner; at++) result.push(values[start + at] as number)
    }
  return constantOf(type, [...shape.slice(0, axis), ...picked.shape, ...shape.slice(axis + 1)], result)
}

function concat(node: OnnxNode, operands: readonly Constant[]): Constant {
  const [first] = operands as readonly [Constant]
  const axis = normalizeAxis(node.attributes.integer('axis', 0), first.shape.length)
  const outer = elementCount(first.shape.slice(0, axis))
  const values = Array.from({ length: outer }, (_, block) =>
    operands.flatMap(({ values: own }) => {
      const run = own.length / outer
      return [...own.subarray(block * run, (block + 1) * run)]
    }),
  ).flat()
  const size = operands.reduce((sum, { shape }) => sum + (shape[axis] as number), 0)
  return constantOf(first.type, first.shape.with(axis, size), values)
}

const cast = plain((node, [x]) => {
  const type = elementTypeOf(node.attributes.integer('to', 0))
  const { shape, values } = x as Constant
  if (isReal(type)) return { type, shape, values: type === 'float32' ? values.map(Math.fround) : values }
  return { type, shape, values: values.map(type === 'bool' ? (value) => Number(value !== 0) : Math.trunc) }
})

const slice: Fold = (translation, node, [x]) => {
  const { type, shape, values } = (x as Known).constant
  const { begin, stride, size } = sliceRanges(translation, node, shape)
  const strides = shape.map((_, axis) => elementCount(shape.slice(axis + 1)))
  const picked = Array.from({ length: elementCount(size) }, (_, index) => {
    let [rest, at] = [index, 0]
    for (let axis = size.length - 1; axis >= 0; axis--) {
      const along = rest % (size[axis] as number)
      at += ((begin[axis] as number) + along * (stride[axis] as number)) * (strides[axis] as number)
      rest = Math.floor(rest / (size[axis] as number))
    }
    return values[at] as number
  })
  return { constant: constantOf(type, size, picked) }
}

const fill = plain((node, [shape]) => {
  const sizes = [...(shape as Constant).values]
  ensureFoldable(sizes)
  const value = node.attributes.tensor('value') ?? constantOf('float32', [1], [0])
  return constantOf(value.type, sizes, new Float64Array(elementCount(sizes)).fill(value.values[0] as number))
})

const range = plain((_, [start, limit, step]) => {
  const [first = 0, last = 0, by = 1] = [start, limit, step].map((operand) => operand?.values[0])
  const count = Math.max(0, Math.ceil((last - first) / by))
  ensureSupported(Number.isFinite(count), `it counts from ${first} to ${last} by ${by}`)
  ensureFoldable([count])
  return constantOf(
    (start as Constant).type,
    [count],
    Array.from({ length: count }, (_unused, i) => first + i * by),
  )
})

const folds: Readonly<Record<string, Fold>> = {
  Add: binary((a, b) => a + b),
  Sub: binary((a, b) => a - b),
  Mul: binary((a, b) => a * b),
  Div: binary((a, b) => a / b),
  Max: binary(Math.max),
  Min: binary(Math.min),
  Neg: unary((x) => -x),
  Sqrt: unary((x) => Math.fround(Math.sqrt(x))),
  Floor: unary(Math.floor),
  Ceil: unary(Math.ceil),
  Cast: cast,
  Concat: plain(concat),
  ConstantOfShape: fill,
  Flatten: reshaped((_, node, shape) => flattenedShape(node, shape)),
  Gather: plain(gather),
  Identity: (_, __, [x]) => x as Known,
  Dropout: (_, __, [x]) => x as Known,
  Range: range,
  Reshape: reshaped((translation, node, shape) =>
    resolvedShape(shape, translation.numbers(node, 1), node.attributes.integer('allowzero', 0) === 1),
  ),
  Slice: slice,
  Squeeze: reshaped(squeezedShape),
  Transpose: (_, node, [x]) => permuteKnown(x as Known, permutationOf(node, (x as Known).constant.shape.length)),
  Unsqueeze: reshaped(unsqueezedShape),
}

/** Constant: its value may be a tensor, or a number or a list of its own. */
function foldConstant(node: OnnxNode): Constant {
  const { attributes } = node
  const tensor = attributes.tensor('value')
  if (tensor) return tensor
  if (attributes.has('value_float')) return constantOf('float32', [], [attributes.float('value_float', 0)])
  if (attributes.has('value_int')) return constantOf('int64', [], [attributes.integer('value_int', 0)])
  const floats = attributes.floats('value_floats')
  if (attributes.has('value_floats') && floats) return constantOf('float32', [floats.length], floats)
  const integers = attributes.integers('value_ints')
  ensureSupported(attributes.has('value_ints') && integers !== undefined, 'it has no numbers')
  return constantOf('int64', [integers.length], integers)
}

/** Works out a node whose operands are known; gives whether it did. Shape needs no known operand. */
export function foldNode(translation: Translation, node: OnnxNode): boolean {
  if (node.operator === 'Constant') {
    translation.bind(node, { constant: foldConstant(node) })
    return true
  }
  if (node.operator === 'Shape') {
    const bound = translation.bound(node, 0)
    const shape = isKnown(bound) ? bound.constant.shape : bound.shape
    const end = node.attributes.integer('end', shape.length)
    const part = shape.slice(node.attributes.integer('start', 0), end)
    translation.bind(node, { constant: constantOf('int64', [part.length], part) })
    return true
  }
  const fold = folds[node.operator]
  if (!fold || node.inputs.length === 0) return false
  const operands = plainOrder(node.inputs.length)
    .filter((input) => translation.has(node, input))
    .map((input) => translation.bound(node, input))
  if (!operands.every(isKnown)) return false
  translation.bind(node, fold(translation, node, operands))
  return true
}
