import { Interface } from 'ethers'
import { beforeAll, describe, expect, it } from 'vitest'
import { commitment, int32s, int32Type, openWorld, twoOptimizers, type World } from './world.ts'

const FILE = 'Functions.sol'

const a = [5, -7, 2147483647, 40]
const b = [9, -9, 1, -100]
const wrap = (value: number) => value | 0
const zip = (f: (x: number, y: number) => number, xs = a, ys = b) => xs.map((x, i) => wrap(f(x, ys[i] as number)))
const [plus, minus] = [(x: number, y: number) => x + y, (x: number, y: number) => x - y]

describe.each(twoOptimizers)('functions: %o', (optimizer) => {
  let world: World
  beforeAll(async () => {
    world = await openWorld(FILE, { optimizer })
  }, 120_000)

  it('5: free-function UDVT operator as marker', async () => {
    const contract = await world.open('Operators')
    // a + b - max - min is 0 also where the sum wraps around; | binds weaker than &, and both weaker than -.
    const step = zip((x, y) => Math.max(wrap(0 - x + y), Math.min(x, y)))
    const expected = zip(
      (x, y) => Math.max(x, y),
      step,
      zip((x, y) => Math.min(x, y)),
    )
    expect(await contract.value('all', int32s(...a), int32s(...b))).toBe(int32s(...expected))
    expect(await contract.value('digest', int32s(1, 2, -3))).toBe(commitment(2, 4, -6))
  })

  it('6: marker as function pointer, in storage too', async () => {
    const contract = await world.open('Pointers')
    const c = [1, 1, 1, 1]
    const data = [a, b, c].map((values) => int32s(...values))
    const fold = (f: (x: number, y: number) => number) => int32s(...zip(f, zip(f), c))
    const folds = [plus, minus, Math.max, (x: number, y: number) => y - x, Math.min].map(fold)
    for (const [n, expected] of folds.entries()) expect(await contract.value('run', n, data), `${n}`).toBe(expected)
    // Panic 0x51: a call of an internal function that was not set.
    const unset = await contract.call('run', 5, data)
    expect(unset.data).toBe(`0x4e487b71${'51'.padStart(64, '0')}`)
    await contract.value('swap')
    const [added, subtracted, greatest] = folds
    for (const [n, expected] of [subtracted, greatest, added].entries())
      expect(await contract.value('run', n, data), `after the swap, ${n}`).toBe(expected)
  })

  it('7: base/super marker in diamond inheritance, modifiers using it', async () => {
    const [x, y] = [int32s(...a), int32s(...b)]
    const diamond = await world.open('Diamond')
    // Right takes the larger of Left's 2a + b and 2b, and Diamond takes b off.
    const left = zip(
      plus,
      zip(plus),
      a.map((value) => value),
    )
    const right = zip(
      Math.max,
      left,
      zip((_, v) => v + v),
    )
    expect(await diamond.value('run', x, y)).toBe(int32s(...zip(minus, right, b)))
    expect(await diamond.value('digest')).toBe(commitment(...a))
    expect(await diamond.value('entered')).toBe(0n)
    const single = await world.open('Single')
    expect(await single.value('run', x, y)).toBe(int32s(...left))
    // The part of the modifier after the placeholder runs though the function returned early.
    expect(await single.value('entered')).toBe(int32Type(4) + (int32Type(4) << 128n))
  })

  it('13: try/catch, custom errors, panics around ops', async () => {
    const contract = await world.open('Failing')
    const x = int32s(...a)
    const panic = (code: number) => `0x4e487b71${code.toString(16).padStart(64, '0')}`
    const errors = new Interface(['error Rejected(bytes32 digest, string reason)'])
    const rejected = (reason: string) => errors.encodeErrorResult('Rejected', [commitment(...a), reason])
    const reverts: [name: string, values: string[], data: string][] = [
      ['rejecting', [x], rejected('é')],
      ['requiring', [x], rejected('kind')],
      ['underflowing', [x], panic(0x11)],
      ['dividing', [x], panic(0x12)],
      ['indexing', [x], panic(0x32)],
      ['asserting', [x], panic(0x01)],
    ]
    // Codes of the calls in `around`: a panic 0x11, a custom error, a halt without data, and the value of the last.
    const codes = 0x01020311n
    const double = int32s(...zip(plus, a, a))
    for (const [name, values, data] of reverts) {
      expect(await contract.call(name, ...values), name).toEqual({ error: 'revert', data })
      const call = contract.abi.encodeFunctionData(name, values)
      expect(await contract.value('around', x, call), name).toEqual([double, codes, data])
    }
    const halting = await contract.call('halting')
    expect(halting.data).toBe('0x')
    expect(halting.error).not.toBe('revert')
    const call = contract.abi.encodeFunctionData('halting', [])
    expect(await contract.value('around', x, call)).toEqual([double, codes, '0x'])
    expect(await contract.value('writes')).toBe(0n)
  })

  it('14: transient and sload across an op', async () => {
    const contract = await world.open('Storage')
    // depth: 5, + 3 of the type, + 10 of the call; stored: 7, then 14 + 8, + 100 of the call, + depth * 2 of the type.
    const depth = 18n
    const stored = 22n + 100n + depth * 2n
    const expected = zip(
      Math.max,
      a,
      zip((x) => x + x + x),
    )
    expect(await contract.value('run', int32s(...a))).toEqual([depth, stored, int32s(...expected)])
    expect(await contract.value('stored')).toBe(stored)
  })
})
