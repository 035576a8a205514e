import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { mnemonics, numbers } from '../quantizer/networks.ts'
import { type Bytes, drawn, offset, quantized, reals, run, type Scale, scaleConstants } from './definition.ts'
import { broadcast, conv, fill, matmul, type Reals, read } from './independent.ts'
import { onnxModel } from './writer.ts'

const scales = fc.record({
  scale: fc.integer({ min: 1, max: 400 }).map((n) => Math.fround(n / 4096)),
  zeroPoint: fc.integer({ min: -40, max: 40 }),
})
const seeds = fc.integer({ min: 0, max: 2 ** 32 - 1 })
const types = fc.constantFrom<Bytes>('int8', 'uint8')

const forType = ({ scale, zeroPoint }: Scale, type: Bytes) => ({
  scale,
  zeroPoint: type === 'uint8' ? zeroPoint + 128 : zeroPoint,
})

describe('QLinear operators', () => {
  test('convolve as ONNX defines it, by channel, in groups and with a bias', () => {
    fc.assert(
      fc.property(seeds, types, scales, scales, (seed, type, inScale, outScale) => {
        const next = numbers(seed)
        const [xs, ys] = [forType(inScale, type), forType({ ...outScale, scale: outScale.scale * 16 }, type)]
        const x = drawn(next, type, 1, 4, 5, 6)
        const w = drawn(next, 'int8', 6, 2, 3, 2)
        const bias = fill([6], () => Math.floor(next() * 5000))
        const channelScales = [1, 2, 3, 4, 5, 6].map((n) => Math.fround(n / 512))
        const bytes = onnxModel({
          input: x.shape,
          inputType: type,
          constants: {
            ...scaleConstants('x', xs, type),
            ...scaleConstants('y', ys, type),
            w: { type: 'int8', shape: w.shape, values: w.data },
            w_s: { shape: [6], values: channelScales },
            w_z: { type: 'int8', shape: [6], values: [0, 0, 0, 0, 0, 0] },
            b: { type: 'int32', shape: [6], values: bias.data },
          },
          nodes: [
            {
              op: 'QLinearConv',
              inputs: ['x', 'x_s', 'x_z', 'w', 'w_s', 'w_z', 'y_s', 'y_z', 'b'],
              attributes: { group: 2, pads: [1, 0, 1, 1] },
            },
          ],
        })
        const { data, shape, program } = run(bytes, x, type)
        const sums = conv(reals(x, { scale: 1, zeroPoint: xs.zeroPoint }), w, bias.data, 2, { pads: [1, 0, 1, 1] })
        const area = (sums.shape[2] as number) * (sums.shape[3] as number)
        const steps = sums.data.map(
          (sum, index) => (sum * xs.scale * (channelScales[Math.floor(index / area)] as number)) / ys.scale,
        )
        const expected = quantized({ ...sums, data: steps }, { scale: 1, zeroPoint: ys.zeroPoint }, type)
        expect(shape).toEqual(sums.shape)
        expect(mnemonics(program)).toEqual(['TRANSPOSE', 'CONV2D', 'RESCALE', 'TRANSPOSE'])
        data.forEach((q, index) => {
          const step = steps[index] as number
          // Only at an exact half do the two ways of rounding differ.
          const isHalf = Math.abs(Math.abs(step - Math.floor(step)) - 0.5) < 1e-5 * (1 + Math.abs(step))
          const distance = Math.abs(q - offset[type] - (expected.data[index] as number))
          expect(distance).toBeLessThanOrEqual(isHalf ? 1 : 0)
        })
      }),
      { numRuns: 60 },
    )
  })

  test('multiply matrices whose weights have a zero point', () => {
    const next = numbers(5)
    const x = drawn(next, 'uint8', 3, 7)
    const w = drawn(next, 'uint8', 7, 4)
    const constants = {
      ...scaleConstants('x', { scale: 0.02, zeroPoint: 120 }, 'uint8'),
      ...scaleConstants('w', { scale: 0.01, zeroPoint: 3 }, 'uint8'),
      ...scaleConstants('y', { scale: 0.06, zeroPoint: 100 }, 'uint8'),
      w: { type: 'uint8', shape: w.shape, values: w.data } as const,
    }
    const nodes = [{ op: 'QLinearMatMul', inputs: ['x', 'x_s', 'x_z', 'w', 'w_s', 'w_z', 'y_s', 'y_z'] }]
    const { data } = run(onnxModel({ input: x.shape, inputType: 'uint8', constants, nodes }), x, 'uint8')
    const product = matmul(
      reals(x, { scale: Math.fround(0.02), zeroPoint: 120 }),
      reals(w, { scale: Math.fround(0.01), zeroPoint: 3 }),
    )
    const expected = quantized(product, { scale: Math.fround(0.06), zeroPoint: 100 }, 'uint8')
    expect(data.map((q) => q + 128)).toEqual(expected.data)
  })

  test('give int32 sums where nothing rescales them', () => {
    const next = numbers(6)
    const x = drawn(next, 'int8', 1, 2, 4, 4)
    const w = drawn(next, 'int8', 3, 2, 2, 2)
    const constants = {
      w: { type: 'int8', shape: w.shape, values: w.data } as const,
      z: { type: 'int8', shape: [], values: [7] } as const,
    }
    const nodes = [{ op: 'ConvInteger', inputs: ['x', 'w', 'z'] }]
    const { data } = run(onnxModel({ input: x.shape, inputType: 'int8', constants, nodes }), x, 'int8')
    expect(data).toEqual(conv(reals(x, { scale: 1, zeroPoint: 7 }), w, [], 1, {}).data)
  })

  test('take a zero point for each output channel', () => {
    const next = numbers(7)
    const x = drawn(next, 'int8', 1, 2, 4, 4)
    const w = fill([3, 2, 2, 2], () => Math.floor(20 * next()))
    const zeroPoints = [1, -30, 60]
    const constants = {
      w: { type: 'int8', shape: w.shape, values: w.data } as const,
      xz: { type: 'int8', shape: [], values: [-3] } as const,
      wz: { type: 'int8', shape: [3], values: zeroPoints } as const,
    }
    const nodes = [{ op: 'ConvInteger', inputs: ['x', 'w', 'xz', 'wz'] }]
    const { data } = run(onnxModel({ input: x.shape, inputType: 'int8', constants, nodes }), x, 'int8')
    const centred = fill(w.shape, (m, ...rest) => read(w, [m, ...rest]) - (zeroPoints[m] as number))
    expect(data).toEqual(conv(reals(x, { scale: 1, zeroPoint: -3 }), centred, [], 1, {}).data)
  })

  test("do what ONNX Runtime's own do", () => {
    const next = numbers(8)
    const x = drawn(next, 'int8', 1, 3, 4, 4)
    const other = drawn(next, 'int8', 1, 3, 4, 4)
    const [xs, bs, ys] = [
      { scale: 0.05, zeroPoint: 3 },
      { scale: 0.03, zeroPoint: -9 },
      { scale: 0.07, zeroPoint: 4 },
    ].map(({ scale, zeroPoint }) => ({ scale: Math.fround(scale), zeroPoint })) as [Scale, Scale, Scale]
    const constants = {
      ...scaleConstants('x', xs, 'int8'),
      ...scaleConstants('b', bs, 'int8'),
      ...scaleConstants('y', ys, 'int8'),
      b: { type: 'int8', shape: other.shape, values: other.data } as const,
    }
    const results: [string, Reals][] = [
      ['QLinearAdd', broadcast(reals(x, xs), reals(other, bs), (a, b) => a + b)],
      ['QLinearMul', broadcast(reals(x, xs), reals(other, bs), (a, b) => a * b)],
    ]
    for (const [op, expected] of results) {
      const inputs = ['x', 'x_s', 'x_z', 'b', 'b_s', 'b_z', 'y_s', 'y_z']
      const nodes = [{ op, domain: 'com.microsoft', inputs }]
      const { data } = run(onnxModel({ input: x.shape, inputType: 'int8', constants, nodes }), x, 'int8')
      quantized(expected, ys, 'int8').data.forEach((q, index) => {
        expect(Math.abs(q - (data[index] as number))).toBeLessThanOrEqual(1)
      })
    }
  })
})
