import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import {
  type Digit,
  drawDigit,
  heldOutDigits,
  PIXEL_QUANTIZATION,
  trainingDigits,
} from '../../../examples/mnist/digits.ts'
import { decodeModel } from '../../../model/file.ts'
import type { FloatGraph } from '../../../model/quantizer/floatGraph.ts'
import { dequantizeValues, quantize } from '../../../model/quantizer/quantize.ts'
import { argmax, floats, lastOf, linear, numbers, randomTensor, relu, run } from './networks.ts'

describe('on digits', () => {
  const pixelsOf = (pixels: Int8Array) => dequantizeValues(pixels, PIXEL_QUANTIZATION)

  /** Random convolutions, and the mean features of each class as a linear classifier: a network without training. */
  function classMeans(digits: readonly Digit[]): FloatGraph {
    const next = numbers(3)
    const conv = {
      name: 'conv',
      op: 'conv2d',
      weights: randomTensor([6, 5, 5, 1], next),
      bias: new Float32Array(6),
      stride: [2, 2],
      padding: 'same',
      ...relu,
    } as const
    const pool = { name: 'pool', op: 'maxPool', window: [2, 2], stride: [2, 2], padding: 'valid' } as const
    const features: FloatGraph = { inputShape: [1, 28, 28, 1], layers: [conv, pool, { name: 'flat', op: 'flatten' }] }
    const means = Array.from({ length: 10 }, (_, label) => {
      const own = digits.filter((digit) => digit.label === label).slice(0, 20)
      const sum = new Float32Array(7 * 7 * 6)
      for (const { pixels } of own)
        lastOf(features, pixelsOf(pixels)).forEach((value, index) => {
          sum[index] = (sum[index] as number) + value / own.length
        })
      return sum
    })
    const bias = Float32Array.from(means, (mean) => -mean.reduce((sum, value) => sum + value * value, 0) / 2)
    const weights = floats(
      [10, 7 * 7 * 6],
      means.flatMap((mean) => [...mean]),
    )
    return { ...features, layers: [...features.layers, { name: 'dense', op: 'dense', weights, bias, ...linear }] }
  }

  it('loses at most one digit in a hundred to quantization', () => {
    const training = trainingDigits()
    const graph = classMeans(training)
    const calibration = training.filter((_, index) => index % 180 === 0)
    const { program, input } = quantize(
      graph,
      calibration.map(({ pixels }) => pixelsOf(pixels)),
    )
    expect(input).toEqual(PIXEL_QUANTIZATION)
    const digits = heldOutDigits(200)
    const right = (classify: (pixels: Int8Array) => ArrayLike<number>) =>
      digits.filter(({ pixels, label }) => argmax(classify(pixels)) === label).length
    const float = right((pixels) => lastOf(graph, pixelsOf(pixels)))
    const int8 = right((pixels) => run(program, pixels))
    expect(float).toBeGreaterThan(120)
    expect(float - int8).toBeLessThanOrEqual(2)
  })

  it('classifies held-out digits with the committed model as its summary says', () => {
    const folder = new URL('../../../examples/mnist/', import.meta.url)
    const program = decodeModel(readFileSync(new URL('model.tensor', folder)))
    const { accuracy } = JSON.parse(readFileSync(new URL('model.json', folder), 'utf8')) as {
      accuracy: { digits: number; float: number; int8: number }
    }
    const digits = heldOutDigits(accuracy.digits)
    const right = digits.filter(({ pixels, label }) => argmax(run(program, pixels)) === label).length
    expect(right / digits.length).toBe(accuracy.int8)
    expect(accuracy.float - accuracy.int8).toBeLessThanOrEqual(0.01)
    expect(accuracy.int8).toBeGreaterThanOrEqual(0.975)
  })

  it('keeps held-out digits apart from those to learn from, and deals them class by class', () => {
    const seen = new Set(trainingDigits().map(({ pixels }) => pixels.join()))
    const heldOut = heldOutDigits(1000)
    expect(seen.size).toBe(9000)
    expect(heldOut.some(({ pixels }) => seen.has(pixels.join()))).toBe(false)
    expect(heldOut.slice(0, 12).map(({ label }) => label)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1])
    expect(() => heldOutDigits(1001)).toThrow('count: 1001 is not in 0..1000')
  })

  it('draws ink darker than paper', () => {
    const pixels = new Int8Array(28 * 28).fill(-128)
    pixels.fill(127, 0, 14)
    pixels.fill(127, 28, 42)
    const lines = drawDigit(pixels).split('\n')
    expect(lines).toHaveLength(14)
    expect(lines[0]).toBe('@'.repeat(14) + ' '.repeat(14))
    expect(lines[1]).toBe(' '.repeat(28))
  })
})
