import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type AnyTypedOperands, type DType, elementBytes, instructionByMnemonic, type Work } from '../../isa/index.ts'

const workOf = (mnemonic: string, operands: Readonly<Record<string, unknown>>): Work => {
  const instruction = instructionByMnemonic.get(mnemonic)
  if (instruction === undefined) throw new RangeError(mnemonic)
  const typed = operands as AnyTypedOperands
  return instruction.work(typed, instruction.infer(typed) as NonNullable<ReturnType<typeof instruction.infer>>)
}

const axis = fc
  .record({ input: fc.integer({ min: 1, max: 9 }), window: fc.integer({ min: 1, max: 9 }) })
  .chain((size) =>
    fc.record({
      input: fc.constant(size.input),
      window: fc.constant(size.window),
      stride: fc.integer({ min: 1, max: 10 }),
      before: fc.integer({ min: 0, max: size.window - 1 }),
      after: fc.integer({ min: 0, max: size.window - 1 }),
    }),
  )
type Axis = typeof axis extends fc.Arbitrary<infer T> ? T : never

/** Taps inside the input of each window along an axis. */
const tapsOf = ({ input, window, stride, before, after }: Axis): number[] => {
  const taps: number[] = []
  for (let start = -before; start + window <= input + after; start += stride)
    taps.push(Math.min(start + window, input) - Math.max(start, 0))
  return taps
}
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)

const poolOperands = (height: Axis, width: Axis, channels: number, dtype: DType) => ({
  attributes: {
    padTop: height.before,
    padLeft: width.before,
    padBottom: height.after,
    padRight: width.after,
    windowH: height.window,
    windowW: width.window,
    strideH: height.stride,
    strideW: width.stride,
  },
  x: { dtype, shape: [2, height.input, width.input, channels] },
})

describe('work of pools', () => {
  it('counts the taps inside x, vector by vector of channels', () => {
    fc.assert(
      fc.property(axis, axis, fc.integer({ min: 16, max: 70 }), (height, width, channels) => {
        const [rows, columns] = [tapsOf(height), tapsOf(width)]
        fc.pre(rows.length > 0 && columns.length > 0)
        const parts = Math.ceil(channels / 16)
        const vectors = 2 * sum(rows) * sum(columns) * parts
        const windows = 2 * rows.length * columns.length
        const largest = workOf('MAX_POOL2D', poolOperands(height, width, channels, 'int8'))
        expect(largest).toMatchObject({
          pooledVectors: vectors,
          pooledFolds: windows * parts,
          pooledWindows: windows,
        })

        const whole = columns.filter((taps) => taps === width.window).length
        const divisors = columns.length - whole + Math.min(whole, 1)
        expect(workOf('AVG_POOL2D', poolOperands(height, width, channels, 'int8'))).toEqual({
          pooledBytes: largest.pooledBytes,
          pooledVectors: 2 * vectors,
          pooledFolds: 3 * windows * parts,
          pooledWindows: windows + 2 * rows.length * divisors,
        })
      }),
    )
  })

  it('counts rows of windows of few channels', () => {
    // Windows of 2, 3 and 2 rows. A row of 4 pixels fits one vector, and so do its 3 windows.
    const width = { input: 7, window: 2, stride: 1, before: 0, after: 0 }
    const height = { input: 5, window: 3, stride: 2, before: 1, after: 1 }
    expect(workOf('MAX_POOL2D', poolOperands(height, { ...width, input: 4 }, 3, 'int8'))).toEqual({
      pooledBytes: 128,
      pooledVectors: 2 * (7 * 1 + 3 * 1 * 2),
      pooledFolds: 2 * 3 * (1 + 1),
      pooledWindows: 2 * 2 * 3,
    })
    // A row of 7 pixels takes two vectors, and so do windows at every column, of which 4 are gathered; the last is half.
    expect(workOf('AVG_POOL2D', poolOperands(height, { ...width, stride: 2, after: 1 }, 3, 'int8'))).toEqual({
      pooledBytes: 224,
      pooledVectors: 2 * 2 * (7 * 2 + 3 * (2 * 2 + 4)),
      pooledFolds: 3 * 2 * 3 * (2 + 2),
      pooledWindows: 2 * 2 * 3 + 2 * 3 * 2,
    })
  })

  it('reads gaps of up to 2048 bytes, and skips longer ones', () => {
    const height = { input: 10, window: 1, stride: 9, before: 0, after: 0 }
    const width = { input: 11, window: 1, stride: 10, before: 0, after: 0 }
    const bytesOf = (channels: number) =>
      workOf('MAX_POOL2D', poolOperands(height, width, channels, 'int8')).pooledBytes
    expect(bytesOf(16)).toBe(2 * Math.min(110 * 16, 2 * 11 * 16 + 2 * 2048))
    expect(bytesOf(1000)).toBe(2 * (2 * (2 * 1000 + 2 * 2048) + 2 * 2048))
  })
})

describe('work of reductions', () => {
  const shapes = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 6 })
  const dtypes = fc.constantFrom<DType>('int8', 'int16', 'int32')

  it('does not change with axes of dimension 1', () => {
    fc.assert(
      fc.property(shapes, dtypes, fc.nat(), (shape, dtype, bits) => {
        const kept = shape.filter((size) => size > 1)
        const axes = 1 + (bits % (2 ** shape.length - 1))
        let left = 0
        let next = 0
        shape.forEach((size, index) => {
          if (size === 1) return
          left |= ((axes >> index) & 1) << next
          next++
        })
        fc.pre(left > 0)
        const work = workOf('REDUCE_MAX', { attributes: { axes, keepDims: 0 }, x: { dtype, shape } })
        expect(work).toEqual(
          workOf('REDUCE_MAX', { attributes: { axes: left, keepDims: 0 }, x: { dtype, shape: kept } }),
        )
      }),
    )
  })

  it('is that of runs that are folded one by one, or onto each other', () => {
    const x = { dtype: 'int16' as const, shape: [4, 6, 1, 9] }
    const vectors = Math.ceil((9 * elementBytes.int16) / 16)
    const reduced = (axes: number) => workOf('REDUCE_SUM', { attributes: { axes, keepDims: 0, zeroPoint: 0 }, x })
    expect(reduced(0b1000)).toEqual({ reducedVectors: 24 * vectors, reducedRuns: 48 })
    expect(reduced(0b1110)).toEqual({ reducedVectors: 4 * Math.ceil((54 * 2) / 16), reducedRuns: 8 })
    expect(reduced(0b0010)).toEqual({ reducedVectors: 24 * vectors, reducedRuns: 4 * vectors })
    expect(reduced(0b0100)).toEqual({ reducedVectors: 27, reducedRuns: 27 })
    expect(workOf('ARGMAX', { attributes: { axis: 3 }, x })).toEqual({ reducedVectors: 48 * vectors, reducedRuns: 48 })
    expect(workOf('ARGMAX', { attributes: { axis: 1 }, x })).toEqual({
      reducedVectors: 24 * vectors,
      reducedRuns: 4 * vectors,
    })
    expect(workOf('ARGMAX', { attributes: { axis: 2 }, x })).toEqual({})
  })
})
