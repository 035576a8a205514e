import { describe, expect, it } from 'vitest'
import type { FloatGraph } from '../../../model/quantizer/floatGraph.ts'
import { measureQuantization } from '../../../model/quantizer/measure.ts'
import { quantize } from '../../../model/quantizer/quantize.ts'
import { calibrate } from '../../../model/quantizer/ranges.ts'
import { floats, linear, numbers } from './networks.ts'

/** A thousand values in [-1, 1), and one far away. */
function withOutlier(outlier: number): Float32Array {
  const next = numbers(9)
  return Float32Array.from({ length: 1000 }, (_, index) => (index === 500 ? outlier : next()))
}

const graph: FloatGraph = { inputShape: [1, 1000], layers: [{ name: 'all', op: 'clip', activation: 'none' }] }

describe('ranges', () => {
  it('cover all that is seen by minmax', () => {
    const { seen, chosen } = calibrate(graph, [withOutlier(50), withOutlier(-3)], { method: 'minmax' })
    expect(chosen).toEqual(seen)
    expect(chosen[0]).toEqual({ min: -3, max: 50 })
  })

  it('leave out a share at each end by percentile, but never 0', () => {
    const { seen, chosen } = calibrate(graph, [withOutlier(50)], { method: 'percentile', percentile: 99.8 })
    expect(seen[0]?.max).toBe(50)
    expect(chosen[0]?.max).toBeLessThan(1.1)
    expect(chosen[0]?.max).toBeGreaterThan(0.95)
    expect(chosen[0]?.min).toBeLessThan(-0.9)
    const positive = calibrate(graph, [withOutlier(50).map((x) => Math.abs(x) + 2)], {
      method: 'percentile',
      percentile: 99,
    })
    expect(positive.chosen[0]?.min).toBe(0)
    const everything = calibrate(graph, [withOutlier(50)], { method: 'percentile', percentile: 100 })
    expect(everything.chosen[0]?.max).toBe(50)
  })

  it('weigh what is cut off against finer steps by mse', () => {
    const near = calibrate(graph, [withOutlier(1.5)], { method: 'mse' }).chosen[0]
    expect(near?.max).toBeGreaterThan(1.3)
    const samples = Array.from({ length: 200 }, () => withOutlier(4))
    const total = (method: 'minmax' | 'mse') => {
      const quantized = quantize(graph, samples, { range: { method } })
      return measureQuantization(graph, quantized, samples.slice(0, 1))
    }
    expect(total('mse').meanError).toBeLessThanOrEqual(total('minmax').meanError)
  })

  it('take two passes but for minmax', () => {
    const passes = (method: 'minmax' | 'mse') => {
      let count = 0
      calibrate(graph, [withOutlier(2), withOutlier(3)], { method }, () => count++)
      return count
    }
    expect([passes('minmax'), passes('mse')]).toEqual([2, 4])
  })
})

describe('quality', () => {
  const dense: FloatGraph = {
    inputShape: [1, 2],
    layers: [
      {
        name: 'dense',
        op: 'dense',
        weights: floats([2, 2], [1, 0, 0, 1]),
        bias: new Float32Array(2),
        ...linear,
      },
    ],
  }

  it('counts agreement, accuracy, errors and what saturates', () => {
    const quantized = quantize(dense, [Float32Array.of(1, 0), Float32Array.of(0, 1)])
    const inputs = [Float32Array.of(1, 0), Float32Array.of(0.2, 0.8), Float32Array.of(1.5, 2)]
    const quality = measureQuantization(dense, quantized, inputs, { labels: [0, 0, 1] })
    // The last sample saturates to equal outputs, of which the first counts.
    expect(quality.agreement).toBeCloseTo(2 / 3)
    expect(quality.accuracy?.float).toBeCloseTo(2 / 3)
    expect(quality.accuracy?.int8).toBeCloseTo(1 / 3)
    expect(quality.maxError).toBeCloseTo(1, 2)
    expect(quality.layers[0]?.saturated).toBeCloseTo(2 / 6)
    expect(quality.layers[0]?.signalToNoise).toBeGreaterThan(5)
    expect(quality.layers[0]?.signalToNoise).toBeLessThan(12)
  })

  it('refuses other numbers of labels, and no samples', () => {
    const quantized = quantize(dense, [Float32Array.of(1, 0)])
    expect(() => measureQuantization(dense, quantized, [])).toThrow('at least one sample')
    const inputs = [Float32Array.of(1, 0)]
    expect(() => measureQuantization(dense, quantized, inputs, { labels: [1, 2] })).toThrow('labels: 2 for 1 samples')
  })
})
