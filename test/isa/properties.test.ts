import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type ComputeInstruction,
  dtypeCode,
  dtypeRange,
  dtypes,
  evaluateElement,
  INT32_MAX,
  type Tensor,
  tensorOf,
} from '../../isa/index.ts'
import { computeInstruction } from '../instructionCase.ts'
import { apply } from './apply.ts'
import { shapes, tensors } from './arbitraries.ts'
import { int32, multiplier, shift } from './integers.ts'

const runs = { numRuns: 300 }

function values({ data }: Tensor): number[] {
  return [...data]
}

/** The low 32 bits as int32. */
function wrap32(exact: bigint): number {
  return Number(BigInt.asIntN(32, exact))
}

describe('RESCALE', () => {
  const maxInputShift = { int8: 22, int16: 15, int32: 0 }
  const operands = fc.tuple(fc.constantFrom(...dtypes), fc.constantFrom(...dtypes)).chain(([from, to]) => {
    const point = (dtype: 'int8' | 'int16' | 'int32') => {
      const [min, max] = dtype === 'int32' ? [0, 0] : dtypeRange[dtype]
      return fc.oneof(fc.integer({ min, max }), fc.constantFrom(min, max))
    }
    const [min, max] = dtypeRange[to]
    const bound = fc.oneof(fc.constantFrom(min, max), fc.integer({ min, max }))
    return fc.record({
      x: tensors(from, [2, 3]),
      multipliers: fc.array(fc.oneof(multiplier, int32), { minLength: 3, maxLength: 3 }),
      shifts: fc.array(fc.oneof(shift, fc.integer({ min: -128, max: 127 })), { minLength: 3, maxLength: 3 }),
      bounds: fc.tuple(bound, bound),
      attributes: fc.record({
        dtype: fc.constant(dtypeCode[to]),
        rounding: fc.nat(1),
        inputShift: fc.nat(maxInputShift[from]),
        inputZeroPoint: point(from),
        outputZeroPoint: point(to),
      }),
    })
  })

  /** The formula of SPEC.md over unbounded integers. */
  function expectedOf(x: number, m: number, s: number, attributes: Readonly<Record<string, number>>): number {
    const { rounding, inputShift, inputZeroPoint, outputZeroPoint, low, high } = attributes as Record<
      'rounding' | 'inputShift' | 'inputZeroPoint' | 'outputZeroPoint' | 'low' | 'high',
      number
    >
    const value = BigInt(x - inputZeroPoint) << BigInt(inputShift)
    const bits = 31n - BigInt(Math.min(30, Math.max(-31, s)))
    let round = 1n << (bits - 1n)
    if (rounding === 0 && bits > 31n) round += value >= 0n ? 2n ** 30n : -(2n ** 30n)
    const result = BigInt(outputZeroPoint) + ((value * (BigInt(m) & 0x7fffffffn) + round) >> bits)
    return result < BigInt(low) ? low : result > BigInt(high) ? high : Number(result)
  }

  it.each(['per channel', 'packed', 'per tensor'])('%s is the formula over unbounded integers', (form) => {
    fc.assert(
      fc.property(operands, ({ x, multipliers, shifts, bounds, attributes: given }) => {
        const perChannel = ['per tensor', 'per channel', 'packed'].indexOf(form)
        const attributes = { ...given, perChannel, low: Math.min(...bounds), high: Math.max(...bounds) }
        const word = {
          multiplier: (multipliers[0] as number) & 0x7fffffff,
          shift: Math.min(30, Math.max(-31, shifts[0] as number)),
        }
        const factors = [
          { multiplier: BigInt(word.multiplier), shift: BigInt.asUintN(256, BigInt(word.shift)) },
          { multiplier: tensorOf('int32', [3], multipliers), shift: tensorOf('int8', [3], shifts) },
          { multiplier: tensorOf('int32', [2, 3], [...multipliers, ...shifts]), shift: 0n },
        ][perChannel]
        const expected = Array.from(x.data, (value, index) => {
          const channel = perChannel === 0 ? 0 : index % 3
          return expectedOf(value, multipliers[channel] as number, shifts[channel] as number, attributes)
        })
        expect(values(apply('RESCALE', { attributes, x, ...factors }))).toEqual(expected)
      }),
      { numRuns: 2000 },
    )
  })
})

describe('elementwise instructions', () => {
  const pair = shapes(1, 4, 3).chain((shape) => {
    const partner = fc
      .tuple(fc.integer({ min: 1, max: shape.length }), fc.array(fc.boolean(), { minLength: 6, maxLength: 6 }))
      .map(([rank, keep]) => shape.slice(-rank).map((size, axis) => (keep[axis] ? size : 1)))
    return partner.chain((other) =>
      fc.tuple(tensors('int32', shape), tensors('int32', other), fc.boolean(), fc.constant(shape)),
    )
  })

  /** Value of `x` at an index of the shape it broadcasts to, axis by axis. */
  function broadcastAt(x: Tensor, shape: readonly number[], index: number): bigint {
    let position = 0
    let stride = 1
    let rest = index
    for (let axis = shape.length - 1, own = x.shape.length - 1; own >= 0; axis--, own--) {
      const size = shape[axis] as number
      if (x.shape[own] !== 1) position += (rest % size) * stride
      stride *= x.shape[own] as number
      rest = Math.floor(rest / size)
    }
    return BigInt(x.data[position] as number)
  }

  const formulas: readonly [string, number | undefined, (a: bigint, b: bigint) => bigint][] = [
    ['TADD', undefined, (a, b) => a + b],
    ['TSUB', undefined, (a, b) => a - b],
    ['TMUL', 0, (a, b) => a * b],
    ['TMUL', 1, (a, b) => (a * b + 1n) >> 1n],
    ['TMUL', 31, (a, b) => (a * b + 2n ** 30n) >> 31n],
    ['TMUL', 62, (a, b) => (a * b + 2n ** 61n) >> 62n],
    ['MAXIMUM', undefined, (a, b) => (a > b ? a : b)],
    ['MINIMUM', undefined, (a, b) => (a < b ? a : b)],
    ['ARITHMETIC_RIGHT_SHIFT', undefined, (a, b) => a >> BigInt.asUintN(5, b)],
  ]

  it.each(formulas)('%s (shift %s) is its formula modulo 2^32, broadcast', (mnemonic, bits, formula) => {
    fc.assert(
      fc.property(pair, ([larger, smaller, swap, shape]) => {
        const [a, b] = swap ? [smaller, larger] : [larger, smaller]
        const result = apply(mnemonic, { attributes: { shift: bits ?? 0 }, a, b })
        expect(result.shape).toEqual(shape)
        const expected = Array.from(result.data, (_, index) =>
          wrap32(formula(broadcastAt(a, shape, index), broadcastAt(b, shape, index))),
        )
        expect(values(result)).toEqual(expected)
      }),
      runs,
    )
  })
})

describe('RSQRT', () => {
  it('is the largest y with y * y * x <= 2^62', () => {
    fc.assert(
      fc.property(tensors('int32', [8]), (x) => {
        values(apply('RSQRT', { x })).forEach((y, index) => {
          const value = BigInt(x.data[index] as number)
          const root = BigInt(y)
          if (value <= 1n) expect(y).toBe(INT32_MAX)
          else {
            expect(root * root * value <= 2n ** 62n).toBe(true)
            expect((root + 1n) ** 2n * value > 2n ** 62n).toBe(true)
          }
        })
      }),
      { numRuns: 2000 },
    )
  })
})

describe('TABLE', () => {
  it('of int16 lies on the line between two entries', () => {
    fc.assert(
      fc.property(tensors('int16', [8]), tensors('int16', [513]), (x, table) => {
        values(apply('TABLE', { x, table })).forEach((y, index) => {
          const value = x.data[index] as number
          const entry = Math.floor((value + 32768) / 128)
          const fraction = (value + 32768) % 128
          const [from, to] = [table.data[entry] as number, table.data[entry + 1] as number]
          expect(y).toBe((128 - fraction) * from + fraction * to)
        })
      }),
      runs,
    )
  })
})

describe('SOFTMAX', () => {
  const operands = fc.tuple(tensors('int8', [3, 5]), tensors('int32', [256]), fc.nat(2))

  it('gives an element the same value in whatever order elements are asked for', () => {
    const softmax: ComputeInstruction = computeInstruction('SOFTMAX')
    fc.assert(
      fc.property(
        operands,
        fc.shuffledSubarray([...Array(15).keys()], { minLength: 15 }),
        ([x, table, form], order) => {
          const result = apply('SOFTMAX', { attributes: { form }, x, table })
          const named = { attributes: { form }, x, table } as unknown as Parameters<typeof softmax.element>[0]
          const element = softmax.element(named, result)
          for (const index of order) {
            expect(element(index)).toBe(result.data[index])
            expect(evaluateElement(softmax, named, result, index)).toBe(result.data[index])
          }
        },
      ),
      runs,
    )
  })

  it('falls as the distance to the greatest grows, where the table does', () => {
    const falling = fc.array(fc.nat(INT32_MAX), { minLength: 256, maxLength: 256 }).map((entries) =>
      tensorOf(
        'int32',
        [256],
        entries.sort((a, b) => b - a),
      ),
    )
    fc.assert(
      fc.property(tensors('int8', [9]), falling, fc.nat(2), (x, table, form) => {
        const result = apply('SOFTMAX', { attributes: { form }, x, table })
        for (let i = 0; i < 9; i++)
          for (let j = 0; j < 9; j++)
            if ((x.data[i] as number) >= (x.data[j] as number))
              expect(result.data[i]).toBeGreaterThanOrEqual(result.data[j] as number)
      }),
      runs,
    )
  })
})
