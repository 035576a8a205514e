import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { FloatGraph, Layer } from '../../../model/quantizer/floatGraph.ts'
import { simplify } from '../../../model/quantizer/simplify.ts'
import { lastOf, linear, numbers, randomTensor, relu } from './networks.ts'

const next = numbers(31)
const conv: Layer = {
  name: 'conv',
  op: 'conv2d',
  weights: randomTensor([4, 3, 3, 2], next),
  bias: randomTensor([4], next).data,
  stride: [1, 1],
  padding: 'valid',
  ...linear,
}
const affine: Layer = {
  name: 'norm',
  op: 'affine',
  factor: randomTensor([4], next).data,
  offset: randomTensor([4], next).data,
  ...linear,
}
const clip: Layer = { name: 'relu', op: 'clip', activation: 'relu' }
const pads: Layer = { name: 'pads', op: 'pad', before: [0, 1, 0, 0], after: [0, 2, 1, 0] }
const inputShape = [1, 6, 6, 2]

/** Names of the layers that are left, whose results are those of the whole graph. */
function left(layers: readonly Layer[], more: Partial<FloatGraph> = {}): string[] {
  const graph: FloatGraph = { inputShape, layers, ...more }
  const simple = simplify(graph)
  const sample = randomTensor(inputShape, next).data
  const [output = 0] = simple.graph.outputs ?? []
  expect(output).toBe(simple.graph.layers.length)
  const [before, after] = [lastOf(graph, sample), lastOf(simple.graph, sample)]
  expect(after).toHaveLength(before.length)
  before.forEach((value, index) => {
    expect(after[index]).toBeCloseTo(value, 4)
  })
  return simple.graph.layers.map(({ name }) => name)
}

describe('simplify', () => {
  it('takes pads, factors, offsets and activations into a convolution', () => {
    expect(left([pads, conv, affine, clip])).toEqual(['conv'])
  })

  it('joins factors and offsets, and keeps an activation between them', () => {
    expect(left([conv, affine, affine, clip, affine])).toEqual(['conv', 'norm'])
  })

  it('keeps what a second layer reads, and what a file quantizes', () => {
    expect(left([conv, clip, { name: 'sum', op: 'add', other: 1, ...relu }])).toEqual(['conv', 'relu', 'sum'])
    const given = new Map([[1, { scale: 1, zeroPoint: 0 }]])
    expect(left([conv, clip], { given })).toEqual(['conv', 'relu'])
  })

  it('reads an image in its own order where it was transposed to be flattened', () => {
    const dense: Layer = {
      name: 'dense',
      op: 'dense',
      weights: randomTensor([5, 72], next),
      bias: randomTensor([5], next).data,
      ...linear,
    }
    const transpose: Layer = { name: 'order', op: 'transpose', permutation: [0, 3, 1, 2] }
    expect(left([transpose, { name: 'flat', op: 'flatten' }, dense])).toEqual(['flat', 'dense'])
  })

  it('composes orders and shapes, and leaves out those that change nothing', () => {
    const order = (permutation: number[]): Layer => ({ name: 'order', op: 'transpose', permutation })
    expect(left([order([0, 2, 3, 1]), order([0, 3, 1, 2]), conv])).toEqual(['conv'])
    expect(
      left([
        { name: 'a', op: 'reshape', shape: [72] },
        { name: 'b', op: 'flatten' },
        { name: 'c', op: 'softmax' },
      ]),
    ).toEqual(['b', 'c'])
  })

  it('leaves out what no output needs, and says where values went', () => {
    const graph: FloatGraph = { inputShape, layers: [conv, affine, { ...conv, input: 0, name: 'other' }], outputs: [2] }
    const { graph: simple, values } = simplify(graph)
    expect(simple.layers.map(({ name }) => name)).toEqual(['conv'])
    expect(values).toEqual([0, 1, 1, undefined])
  })

  it('gives the same results whatever layers follow each other', () => {
    const onImages = [clip, { name: 'max', op: 'maxPool', window: [2, 2], stride: [1, 1], padding: 'same' }] as const
    const layer = fc.constantFrom<Layer>(affine, clip, ...onImages, {
      name: 'turn',
      op: 'transpose',
      permutation: [0, 2, 1, 3],
    })
    fc.assert(
      fc.property(fc.array(layer, { maxLength: 6 }), (layers) => {
        left([pads, conv, ...layers])
      }),
      { numRuns: 100 },
    )
  })
})
