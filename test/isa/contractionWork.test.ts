import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type AnyTypedOperands, instructionByMnemonic, type Shape, type Work } from '../../isa/index.ts'

const workOf = (mnemonic: string, operands: Readonly<Record<string, unknown>>): Work => {
  const instruction = instructionByMnemonic.get(mnemonic)
  if (instruction === undefined) throw new RangeError(mnemonic)
  const typed = operands as AnyTypedOperands
  return instruction.work(typed, instruction.infer(typed) as NonNullable<ReturnType<typeof instruction.infer>>)
}
const int8 = (...shape: number[]) => ({ dtype: 'int8', shape })
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)

describe('MATMUL', () => {
  const attributes = { zeroPointA: 0, zeroPointB: 0 }
  const product = (a: Shape, b: Shape, dtype = 'int8') =>
    workOf('MATMUL', { attributes, a: { dtype, shape: a }, b: int8(...b), bias: undefined })

  it('packs weights for 4 rows and more', () => {
    expect(product([5, 7], [21, 7])).toEqual({
      // 24 columns, and 8 for each of the panels of 16 and of 8.
      tileMacs: 5 * (8 + 2) * (24 + 2 * 8),
      tileOutputs: 5 * 24,
      panelBytes: 24 * (8 + 8),
      widenedElements: 5 * 8,
      productSteps: 3,
    })
  })

  it('counts two panels for 9 to 12 columns that are left over', () => {
    const panels = (columns: number) =>
      ((product([4, 2], [columns, 2]).tileMacs as number) / 16 - roundUp4(columns)) / 8
    const roundUp4 = (columns: number) => Math.ceil(columns / 4) * 4
    expect([8, 9, 12, 13, 16, 25, 32].map(panels)).toEqual([1, 2, 2, 1, 1, 3, 2])
  })

  it('takes fewer rows one by one, and a column of weights as the vector', () => {
    expect(product([3, 7], [6, 7])).toEqual({
      tileOutputs: 2 * 3 * 8,
      vectorMacs: 3 * 8 * 8,
      widenedElements: 9 * 7,
      productSteps: 4,
    })
    expect(product([9, 7], [1, 7])).toEqual({
      tileOutputs: 2 * 12,
      vectorMacs: 12 * 8,
      widenedElements: 10 * 7,
      productSteps: 2,
    })
    expect(product([9, 7], [1, 7], 'int16')).toMatchObject({ panelBytes: 4 * 16, productSteps: 3 })
  })

  it('is one product when all rows meet one matrix', () => {
    expect(product([5, 2, 7], [6, 7])).toEqual(product([10, 7], [6, 7]))
    expect(product([1, 4, 7], [5, 6, 7])).toMatchObject({ tileOutputs: 5 * 4 * 8, productSteps: 15 })
  })
})

const axis = fc.record({
  input: fc.integer({ min: 1, max: 9 }),
  window: fc.integer({ min: 1, max: 5 }),
  stride: fc.integer({ min: 1, max: 7 }),
  dilation: fc.integer({ min: 1, max: 6 }),
  pad: fc.integer({ min: 0, max: 24 }),
})
type Axis = typeof axis extends fc.Arbitrary<infer T> ? T : never

describe('CONV2D', () => {
  const convolution = (height: Axis, width: Axis, channels: number, outputs: number, groups = 1) =>
    workOf('CONV2D', {
      attributes: {
        zeroPoint: 0,
        padTop: height.pad,
        padBottom: height.pad,
        padLeft: width.pad,
        padRight: width.pad,
        strideH: height.stride,
        strideW: width.stride,
        dilationH: height.dilation,
        dilationW: width.dilation,
        groups,
      },
      x: int8(1, height.input, width.input, channels * groups),
      weights: int8(outputs * groups, height.window, width.window, channels),
      bias: undefined,
    })

  it('widens the lines that windows reach', () => {
    const size = { input: 8, window: 3, stride: 1, dilation: 1, pad: 1 }
    expect(convolution(size, size, 5, 7)).toEqual({
      tileMacs: 64 * (8 + 8) * 3 * (16 + 2),
      tileOutputs: 64 * 8,
      panelBytes: 8 * 3 * (16 + 8),
      // 10 lines of 10 pixels.
      widenedElements: 10 * (64 + 64),
      productSteps: 3,
    })
  })

  it('multiplies groups of few outputs together, whose outputs lie between one another', () => {
    const size = { input: 4, window: 1, stride: 1, dilation: 1, pad: 0 }
    // 5 groups of 2 outputs: 3 products of 4 columns and 2 * 3 channels.
    expect(convolution(size, size, 3, 2, 5)).toEqual({
      tileMacs: 3 * 16 * (4 + 8) * (6 + 2),
      tileOutputs: 2 * 3 * 16 * 4,
      panelBytes: 3 * 4 * (8 + 8),
      widenedElements: 4 * (64 + 64),
      productSteps: 9,
    })
  })

  it('finds at least the runs of neighbours that lie in x', () => {
    fc.assert(
      fc.property(axis, axis, (height, width) => {
        const far = { ...height, dilation: height.dilation * 300, pad: height.pad * 300 }
        fc.pre(far.pad * 2 + far.input > (far.window - 1) * far.dilation && 2 * width.pad + width.input > 30)
        const extent = ((far.window - 1) * far.dilation + 1) * ((width.window - 1) * width.dilation + 1)
        fc.pre(extent * 64 > 2 ** 18)
        const reads = (a: Axis) => {
          const starts: number[] = []
          for (let at = -a.pad; at + (a.window - 1) * a.dilation < a.input + a.pad; at += a.stride) starts.push(at)
          const inside = (at: number) => at >= 0 && at < a.input
          const taps = Array.from({ length: a.window }, (_, tap) => tap * a.dilation)
          const pairs = sum(starts.map((start) => taps.filter((tap) => inside(start + tap)).length))
          const reached = starts.filter((start) => taps.some((tap) => inside(start + tap))).length
          return { positions: starts.length, pairs, reached }
        }
        const [h, w] = [reads(far), reads(width)]
        const isRun = width.dilation === 1
        const runs = isRun ? far.window : far.window * width.window
        const copied = h.positions * w.positions * runs * (isRun ? width.window * 64 : 64)
        const found = h.pairs * (isRun ? w.reached : w.pairs)
        expect(convolution(far, width, 64, 1).widenedElements).toBeGreaterThanOrEqual(copied + 128 * found)
      }),
    )
  })
})

describe('TRANSPOSE_CONV2D', () => {
  const sizes = fc.record({
    window: fc.integer({ min: 1, max: 7 }),
    stride: fc.integer({ min: 1, max: 9 }),
    output: fc.integer({ min: 1, max: 30 }),
    pad: fc.integer({ min: 0, max: 20 }),
  })

  it('counts what the phases of the output read', () => {
    fc.assert(
      fc.property(sizes, sizes, fc.constantFrom(5, 6), (height, width, channels) => {
        const phases = ({ window, stride, output, pad }: typeof height) =>
          Array.from({ length: stride }, (_, phase) => ({
            taps: Math.ceil((window - phase) / stride),
            positions: Array.from({ length: output }, (_, at) => at + pad).filter((at) => at % stride === phase).length,
          })).filter(({ taps, positions }) => taps > 0 && positions > 0)
        const pairs = phases(height).flatMap((h) => phases(width).map((w) => [h, w] as const))
        const work = workOf('TRANSPOSE_CONV2D', {
          attributes: {
            zeroPoint: 0,
            padTop: height.pad,
            padLeft: width.pad,
            strideH: height.stride,
            strideW: width.stride,
            outputH: height.output,
            outputW: width.output,
          },
          x: int8(2, 3, 4, channels),
          weights: int8(17, height.window, width.window, channels),
          bias: undefined,
        })
        // Taps of a row make one run where their channels are whole pairs.
        const rowDepth = (taps: number) => (channels === 6 ? taps * 6 + 2 : taps * (6 + 2))
        const depth = sum(pairs.map(([h, w]) => h.positions * w.positions * h.taps * rowDepth(w.taps)))
        const positions = sum(pairs.map(([h, w]) => h.positions * w.positions))
        expect(work).toEqual({
          tileMacs: 2 * depth * (20 + 2 * 8),
          tileOutputs: 2 * positions * 20 * (pairs.length > 1 ? 2 : 1),
          panelBytes: sum(pairs.map(([h, w]) => h.taps * w.taps)) * 20 * (8 + 8),
          widenedElements:
            2 * sum(pairs.map(([h, w]) => (h.positions + h.taps - 1) * ((w.positions + w.taps - 1) * channels + 64))),
          productSteps: 2 * 3 * pairs.length,
        })
      }),
    )
  })
})
