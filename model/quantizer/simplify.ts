import { elementCount, type Shape } from '../../isa/index.ts'
import { transposed } from './evaluateShape.ts'
import { valueShapes } from './floatGraph.ts'
import { foldActivation, foldAffine, foldPad, reorderInputs } from './foldLayers.ts'
import {
  type FloatGraph,
  type GivenQuantization,
  type Layer,
  outputsOf,
  sameShape,
  usesOf,
  withUses,
} from './layers.ts'

/** A graph under simplification. Value numbers stay as they are; a replaced value stands for another. */
type Rewriting = {
  readonly shapes: readonly Shape[]
  readonly layers: (Layer | undefined)[]
  readonly uses: number[][]
  readonly given: Map<number, GivenQuantization>
  /** Which value a value was replaced by. */
  readonly replaced: Map<number, number>
  readonly outputs: number[]
}

function startRewriting(graph: FloatGraph): Rewriting {
  return {
    shapes: valueShapes(graph),
    layers: [...graph.layers],
    uses: graph.layers.map((_, index) => [...usesOf(graph, index)]),
    given: new Map(graph.given),
    replaced: new Map(),
    outputs: [...outputsOf(graph)],
  }
}

function isUsedOnce({ layers, uses, outputs }: Rewriting, value: number): boolean {
  if (outputs.includes(value)) return false
  const readers = uses.flatMap((values, index) => (layers[index] ? values.filter((used) => used === value) : []))
  return readers.length === 1
}

/** The layer that makes a value which nothing else reads and no file quantizes. */
function foldable(rewriting: Rewriting, value: number): Layer | undefined {
  if (value === 0 || rewriting.given.has(value) || !isUsedOnce(rewriting, value)) return undefined
  return rewriting.layers[value - 1]
}

/** Takes layer `index` out: its readers read its input. */
function bypass(rewriting: Rewriting, index: number): boolean {
  const { given, layers, uses, outputs, replaced } = rewriting
  const [value, input] = [index + 1, uses[index]?.[0] as number]
  const [own, before] = [given.get(value), given.get(input)]
  if (own && before && (own.scale !== before.scale || own.zeroPoint !== before.zeroPoint)) return false
  if (own) given.set(input, own)
  layers[index] = undefined
  replaced.set(value, input)
  for (const values of uses)
    values.forEach((used, at) => {
      if (used === value) values[at] = input
    })
  outputs.forEach((output, at) => {
    if (output === value) outputs[at] = input
  })
  return true
}

/** The order in which a dense layer's input reads an image that was transposed before it was flattened. */
function flattenedOrder(rewriting: Rewriting, value: number): { order: Float32Array; source: number } | undefined {
  const flat = foldable(rewriting, value)
  if (flat?.op !== 'flatten' && flat?.op !== 'reshape') return undefined
  const moved = rewriting.uses[value - 1]?.[0] as number
  const transpose = foldable(rewriting, moved)
  const source = rewriting.uses[moved - 1]?.[0]
  if (transpose?.op !== 'transpose' || source === undefined) return undefined
  const shape = rewriting.shapes[source] as Shape
  const count = elementCount(shape)
  if (!sameShape(rewriting.shapes[value] as Shape, [1, count])) return undefined
  const positions = { shape, data: Float32Array.from({ length: count }, (_, index) => index) }
  return { order: transposed(positions, transpose.permutation).data, source: moved }
}

/** Tries one rule on layer `index`; gives whether it changed anything. */
function rewrite(rewriting: Rewriting, index: number): boolean {
  const { layers, uses, shapes } = rewriting
  const layer = layers[index]
  if (!layer || layer.op === 'constant') return false
  const input = uses[index]?.[0] as number
  const producer = foldable(rewriting, input)
  const intoProducer = (folded: Layer | undefined) => {
    if (!folded) return false
    layers[input - 1] = folded
    return bypass(rewriting, index)
  }
  const isSame = sameShape(shapes[input] as Shape, shapes[index + 1] as Shape)
  switch (layer.op) {
    case 'clip':
      if (layer.activation === 'none') return bypass(rewriting, index)
      return producer !== undefined && intoProducer(foldActivation(producer, layer))
    case 'affine':
      return producer !== undefined && intoProducer(foldAffine(producer, layer))
    case 'reshape':
    case 'flatten':
      if (isSame) return bypass(rewriting, index)
      if (producer?.op !== 'reshape' && producer?.op !== 'flatten') return false
      layers[index] = { name: layer.name, op: 'reshape', shape: shapes[index + 1] as Shape }
      return bypass(rewriting, input - 1)
    case 'transpose': {
      if (layer.permutation.every((axis, position) => axis === position)) return bypass(rewriting, index)
      if (producer?.op !== 'transpose') return false
      const permutation = layer.permutation.map((axis) => producer.permutation[axis] as number)
      layers[index] = { ...layer, permutation }
      return bypass(rewriting, input - 1)
    }
    case 'conv2d':
    case 'depthwiseConv2d': {
      const folded = producer?.op === 'pad' ? foldPad(producer, layer) : undefined
      if (!folded) return false
      layers[index] = folded
      return bypass(rewriting, input - 1)
    }
    case 'dense': {
      const flattened = flattenedOrder(rewriting, input)
      if (!flattened) return false
      layers[index] = reorderInputs(layer, flattened.order)
      return bypass(rewriting, flattened.source - 1)
    }
    default:
      return false
  }
}

/** Values that outputs need. */
function liveValues({ layers, uses, outputs }: Rewriting): Set<number> {
  const live = new Set([0, ...outputs])
  for (let value = layers.length; value > 0; value--)
    if (live.has(value)) for (const used of uses[value - 1] as number[]) live.add(used)
  return live
}

/** A simpler graph, and for each value of the old one its number in it; undefined where it is gone. */
export type SimplifiedGraph = { readonly graph: FloatGraph; readonly values: readonly (number | undefined)[] }

/**
 * Takes out what changes nothing in a graph and what another layer can do at once: factors, offsets and activations go
 * into the layer before, zeros around an image into the convolution after, orders of axes into dense weights. Values that
 * a file quantizes stay. Layers whose results nothing reads are left out.
 */
export function simplify(graph: FloatGraph): SimplifiedGraph {
  const rewriting = startRewriting(graph)
  for (let changed = true; changed; ) {
    changed = false
    for (const index of graph.layers.keys()) if (rewrite(rewriting, index)) changed = true
  }
  const { layers, uses, given, replaced, outputs } = rewriting
  const live = liveValues(rewriting)
  const kept = [...live].sort((a, b) => a - b)
  const numbers = new Map(kept.map((value, number) => [value, number]))
  const numberOf = (value: number) => numbers.get(value) as number
  const simplified = kept.slice(1).map((value) => {
    const layer = layers[value - 1] as Layer
    return withUses(layer, (uses[value - 1] as number[]).map(numberOf))
  })
  const standsFor = (value: number): number => {
    const by = replaced.get(value)
    return by === undefined ? value : standsFor(by)
  }
  return {
    graph: {
      inputShape: graph.inputShape,
      layers: simplified,
      outputs: outputs.map(numberOf),
      given: new Map([...given].filter(([value]) => live.has(value)).map(([value, q]) => [numberOf(value), q])),
    },
    values: [0, ...graph.layers.map((_, index) => index + 1)].map((value) => numbers.get(standsFor(value))),
  }
}
