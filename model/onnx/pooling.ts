import type { LayerOperation } from '../quantizer/layers.ts'
import { ensureSupported } from './error.ts'
import type { OnnxNode } from './reader.ts'
import { type Computed, channelsLast, layerName, normalizeAxis, plainOrder, type Translation } from './translation.ts'
import { asImage, readWindow } from './window.ts'

/** MaxPool and AveragePool, in one or two dimensions. */
export function translatePool(op: 'maxPool' | 'avgPool'): (translation: Translation, node: OnnxNode) => void {
  return (translation, node) => {
    ensureSupported(node.outputs.length <= 1 || node.outputs[1] === '', 'it gives indices too')
    const x = op === 'maxPool' ? translation.anything(node, 0) : translation.computed(node, 0)
    const { image, restore } = asImage(translation, node, x)
    const window = readWindow(node, image.shape)
    ensureSupported(
      window.dilation.every((step) => step === 1),
      `its dilations are [${window.dilation}]`,
    )
    const { padding } = window
    const isPadded = typeof padding === 'object' && Object.values(padding).some((size) => size > 0)
    const countsPads = op === 'avgPool' && node.attributes.integer('count_include_pad', 0) === 1 && isPadded
    const name = layerName(node)
    let input = translation.arranged(image, channelsLast(4))
    if (countsPads && typeof padding === 'object') {
      ensureSupported(node.attributes.integer('ceil_mode', 0) === 0, 'it counts pads and rounds sizes up')
      input = translation.add(
        `${name} pads`,
        { op: 'pad', before: [0, padding.top, padding.left, 0], after: [0, padding.bottom, padding.right, 0] },
        input,
      )
    }
    const operation: LayerOperation = countsPads ? { op, ...window, padding: 'valid' } : { op, ...window }
    const value = translation.add(name, operation, input)
    const [, height = 0, width = 0, channels = 0] = translation.shapes[value] ?? []
    const integers = image.integers ? { integers: image.integers } : {}
    translation.bind(node, restore({ value, order: channelsLast(4), shape: [1, channels, height, width], ...integers }))
  }
}

/** A result without axes, or with those of one element. */
function reduced(x: Computed, value: number, axes: readonly number[], keepDims: boolean): Computed {
  if (keepDims) return { ...x, value, shape: x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size)) }
  const kept = plainOrder(x.shape.length).filter((axis) => !axes.includes(axis))
  if (kept.length === 0) return { ...x, value, order: [0], shape: [1] }
  return {
    ...x,
    value,
    order: x.order.filter((axis) => kept.includes(axis)).map((axis) => kept.indexOf(axis)),
    shape: kept.map((axis) => x.shape[axis] as number),
  }
}

function addReduction(
  translation: Translation,
  node: OnnxNode,
  op: 'mean' | 'max',
  x: Computed,
  axes: readonly number[],
  keepDims: boolean,
): void {
  const own = axes.map((axis) => x.order.indexOf(axis)).sort((a, b) => a - b)
  const value = translation.add(layerName(node), { op, axes: own, keepDims }, x.value)
  translation.bind(node, reduced(x, value, axes, keepDims))
}

/** GlobalAveragePool and GlobalMaxPool: over all axes but the first two. */
export function translateGlobalPool(op: 'mean' | 'max'): (translation: Translation, node: OnnxNode) => void {
  return (translation, node) => {
    const x = translation.computed(node, 0)
    ensureSupported(x.shape.length >= 3, `its input has rank ${x.shape.length}`)
    const arranged = { ...x, order: channelsLast(x.shape.length), value: 0 }
    arranged.value = translation.arranged(x, arranged.order)
    addReduction(translation, node, op, arranged, plainOrder(x.shape.length).slice(2), true)
  }
}

/** ReduceMean and ReduceMax. Axes are an operand from operator set 18 on (13 for none here), an attribute before. */
export function translateReduce(op: 'mean' | 'max'): (translation: Translation, node: OnnxNode) => void {
  return (translation, node) => {
    const x = translation.computed(node, 0)
    const rank = x.shape.length
    const named = translation.has(node, 1) ? translation.numbers(node, 1) : node.attributes.integers('axes')
    if ((named ?? []).length === 0 && node.attributes.integer('noop_with_empty_axes', 0) === 1) {
      translation.bind(node, x)
      return
    }
    const axes = named && named.length > 0 ? named.map((axis) => normalizeAxis(axis, rank)) : plainOrder(rank)
    addReduction(translation, node, op, x, axes, node.attributes.integer('keepdims', 1) === 1)
  }
}

/** ArgMax: positions as int32, where the file has int64. */
export function translateArgMax(translation: Translation, node: OnnxNode): void {
  const x = translation.computed(node, 0)
  const axis = normalizeAxis(node.attributes.integer('axis', 0), x.shape.length)
  ensureSupported(node.attributes.integer('select_last_index', 0) === 0, 'of equals it takes the last')
  const value = translation.add(layerName(node), { op: 'argMax', axis: x.order.indexOf(axis) }, x.value)
  const without = reduced(x, value, [axis], false)
  translation.notes.add(`"${node.outputs[0]}" is int64 in the file and int32 in the program.`)
  if (node.attributes.integer('keepdims', 1) === 0) {
    translation.bind(node, without)
    return
  }
  const shape = x.shape.map((size, at) => (at === axis ? 1 : size))
  const plain = translation.arranged(without, plainOrder(without.shape.length))
  const kept = translation.add(`${layerName(node)} axis`, { op: 'reshape', shape }, plain)
  translation.bind(node, { value: kept, order: plainOrder(shape.length), shape })
}
