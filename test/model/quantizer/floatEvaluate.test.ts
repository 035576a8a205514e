import { describe, expect, it } from 'vitest'
import type { Shape } from '../../../isa/index.ts'
import { evaluateFloat } from '../../../model/quantizer/floatEvaluate.ts'
import { countMacs, type FloatGraph, type Layer } from '../../../model/quantizer/floatGraph.ts'
import { floats, lastOf, linear, relu, sliding } from './networks.ts'

describe('float evaluator', () => {
  const layer = (shape: Shape, layer: Layer, values: readonly number[]) => [
    ...lastOf({ inputShape: shape, layers: [layer] }, Float32Array.from(values)),
  ]
  const image = [1, 2, 3, 4, 5, 6, 7, 8, 9]

  it('convolves without padding', () => {
    const weights = floats([1, 2, 2, 1], [1, 0, 0, -1])
    const conv: Layer = { name: 'c', op: 'conv2d', weights, bias: Float32Array.of(10), ...sliding, ...linear }
    expect(layer([1, 3, 3, 1], conv, image)).toEqual([6, 6, 6, 6])
  })

  it('pads the odd row and column at the end', () => {
    const weights = floats([1, 2, 2, 1], [1, 10, 100, 1000])
    const conv: Layer = {
      name: 'c',
      op: 'conv2d',
      weights,
      bias: Float32Array.of(0),
      stride: [1, 1],
      padding: 'same',
      ...linear,
    }
    expect(layer([1, 3, 3, 1], conv, image)).toEqual([5421, 6532, 603, 8754, 9865, 906, 87, 98, 9])
  })

  it('reads one input channel for each output channel of a depthwise convolution', () => {
    const weights = floats([1, 1, 4], [1, 2, 3, 4])
    const bias = Float32Array.of(0, 0, 0, 0.5)
    const conv: Layer = { name: 'd', op: 'depthwiseConv2d', weights, bias, ...sliding, ...linear }
    expect(layer([1, 1, 2, 2], conv, [1, 10, 2, 20])).toEqual([1, 2, 30, 40.5, 2, 4, 60, 80.5])
  })

  it('averages only positions inside the image', () => {
    const pool: Layer = { name: 'p', op: 'avgPool', window: [2, 2], stride: [2, 2], padding: 'same' }
    expect(layer([1, 3, 3, 1], pool, image)).toEqual([3, 4.5, 7.5, 9])
    expect(layer([1, 3, 3, 1], { ...pool, op: 'maxPool' }, image)).toEqual([5, 6, 8, 9])
  })

  it('adds, clamps, pools and normalises', () => {
    const add: Layer = { name: 'a', op: 'add', other: 0, activation: 'relu6' }
    expect(layer([1, 4], add, [-1, 2, 3, 4])).toEqual([0, 4, 6, 6])
    expect(layer([1, 2, 1, 2], { name: 'g', op: 'globalAveragePool' }, [1, 10, 3, 30])).toEqual([2, 20])
    const [a, b] = layer([1, 2], { name: 's', op: 'softmax' }, [Math.log(3), 0])
    expect(a).toBeCloseTo(0.75, 6)
    expect(b).toBeCloseTo(0.25, 6)
  })

  it('counts a product for each output and weight', () => {
    const weights = floats([2, 3, 3, 1], new Array(18).fill(0))
    const conv: Layer = { name: 'c', op: 'conv2d', weights, bias: new Float32Array(2), ...sliding, ...relu }
    expect(countMacs({ inputShape: [1, 5, 5, 1], layers: [conv] })).toBe(3 * 3 * 2 * 9)
  })

  it('names the layer that does not fit', () => {
    const dense: Layer = {
      name: 'head',
      op: 'dense',
      weights: floats([2, 3], new Array(6).fill(1)),
      bias: new Float32Array(2),
      ...relu,
    }
    const graph = (layer: Layer, inputShape: Shape): FloatGraph => ({ inputShape, layers: [layer] })
    expect(() => evaluateFloat(graph(dense, [1, 4]), new Float32Array(4))).toThrow(
      'layer head (dense): weights are [2,3], expected [2,4]',
    )
    expect(() => evaluateFloat(graph(dense, [1, 3]), new Float32Array(4))).toThrow('input: 4 numbers, [1,3] has 3')
    expect(() => evaluateFloat(graph({ name: 'x', op: 'flatten', input: 1 }, [1, 3]), new Float32Array(3))).toThrow(
      'layer x (flatten): value 1 is not known before layer 0',
    )
  })
})
