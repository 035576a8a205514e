import { elementCount, type Shape } from '../../isa/index.ts'
import { layerShape } from './layerShape.ts'
import { type FloatGraph, isWeighted, usesOf } from './layers.ts'

export * from './layers.ts'
export * from './window.ts'

/**
 * Shapes of all values of a graph, after checking every layer.
 *
 * @throws {RangeError} naming the layer whose input, weights or bias do not fit
 */
export function valueShapes(graph: FloatGraph): readonly Shape[] {
  if (graph.layers.length === 0) throw new RangeError('layers: a graph needs at least one')
  const shapes: Shape[] = [graph.inputShape]
  graph.layers.forEach((layer, index) => {
    try {
      const used = usesOf(graph, index).map((value) => {
        const shape = shapes[value]
        if (!shape) throw new RangeError(`value ${value} is not known before layer ${index}`)
        return shape
      })
      shapes.push(layerShape(layer, used))
    } catch (error) {
      throw new RangeError(`layer ${layer.name} (${layer.op}): ${(error as Error).message}`, { cause: error })
    }
  })
  return shapes
}

/** Multiply-accumulates of one run: a product for each output element and weight that it reads, padding included. */
export function countMacs(graph: FloatGraph): number {
  const shapes = valueShapes(graph)
  return graph.layers.reduce((sum, layer, index) => {
    const outputs = elementCount(shapes[index + 1] as Shape)
    if (layer.op === 'matmul') return sum + outputs * (shapes[usesOf(graph, index)[0] as number]?.at(-1) ?? 0)
    if (!isWeighted(layer)) return sum
    return sum + (outputs * layer.weights.data.length) / layer.bias.length
  }, 0)
}
