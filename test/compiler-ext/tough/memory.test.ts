import { keccak256 } from 'ethers'
import { beforeAll, describe, expect, it } from 'vitest'
import { disassemble } from '../../../compiler-ext/index.ts'
import { contractOf } from '../setup.ts'
import { commitment, int32s, int32Type, openWorld, optimizers, type World } from './world.ts'

const FILE = 'Memory.sol'

const wrap = (value: number) => value | 0

describe.each(optimizers)('memory and stack: %o', (optimizer) => {
  let world: World
  beforeAll(async () => {
    world = await openWorld(FILE, { optimizer })
  }, 120_000)

  it('8: mstore / memory-read op / mstore / op again', async () => {
    const contract = await world.open('Memory')
    const [x, y] = [0x01000000, 0x02000000]
    // Big-endian words into a little-endian tensor: 1 and 2; then single bytes.
    expect(await contract.value('reads', x, y)).toBe(int32s(1, 2, 0, 3))
    expect(await contract.value('reads', 0x78, 0x0b000001)).toBe(
      int32s(0x78000000, 0x0100000b, 0x0178, wrap(0x78000000 + 0x0100000b - 0x0178)),
    )
  })

  it('9: memory-write op then mload of older values', async () => {
    const contract = await world.open('Memory')
    const [old, first, second, hash] = (await contract.value('writes', int32s(1, -2))) as string[]
    const ones = (bytes: number) => 'ff'.repeat(bytes)
    const tensor = int32s(1, -2).slice(2)
    expect(old).toBe(`0x${ones(32)}`)
    expect(first).toBe(`0x${ones(4)}${tensor}${ones(20)}`)
    // 8 bytes from byte 28: the last four of the word that was cleared, the first four of the next.
    const double = int32s(2, -4).slice(2)
    const next = `${double.slice(8)}${'1234'.padStart(56, '0')}`
    expect(second).toBe(`0x${next}`)
    expect(hash).toBe(keccak256(`0x${'00'.repeat(28)}${double.slice(0, 8)}${next}`))
    const [word, growth] = (await contract.value('scratch', int32s(7, 8, 9))) as [string, bigint]
    expect(word).toBe(`0x${ones(12)}${int32s(7, 8, 9).slice(2)}${ones(8)}`)
    expect(growth).toBe(0n)
  })

  it('10: multi-return split in unchecked loops', async () => {
    const contract = await world.open('Loops')
    let [a, b] = [
      [3, -5],
      [1, 2],
    ] as [number[], number[]]
    let [sum, mixed, handle] = [0n, 0n, 2n]
    for (let i = 0; i < 7; i++) {
      const before = a
      const larger = a.map((x, j) => Math.max(x, b[j] as number))
      ;[a, b] = [a.map((x, j) => wrap(x + (b[j] as number))), larger]
      // Handles count what was made in the frame: the larger, the sum, their double, the difference.
      const h = handle + 1n
      handle += 3n
      if (i % 3 === 1) {
        mixed ^= BigInt(commitment(...b))
        continue
      }
      b = b.map((x, j) => wrap(2 * x - (before[j] as number)))
      handle += 1n
      sum += int32Type(2) * BigInt(i) - h
    }
    const digest = `0x${mixed.toString(16).padStart(64, '0')}`
    expect(await contract.value('run', int32s(3, -5), int32s(1, 2), 7)).toEqual([
      int32s(...a),
      int32s(...b),
      sum & (2n ** 256n - 1n),
      digest,
    ])
  })

  it('11: 24+ live locals; optimizer off', async () => {
    const contract = await world.open('Wide')
    const v = [1, 20, 3, 40, 5, 60, 7, 80].map(BigInt) as bigint[]
    const first = v.map((x, i) => x + BigInt(i + 1))
    const at = (values: readonly bigint[], i: number) => values[i % values.length] as bigint
    const second = first.map((x, i) => x * at(first, i + 1))
    const third = [0, 2, 4, 6].map((i) => at(second, i) * at(second, i + 1))
    const [q, s, w, y] = third as [bigint, bigint, bigint, bigint]
    const all = [...first, ...second, ...third, q + s, w + y, q ^ w, s ^ y]
    const primes = [1, 2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83]
    const r = all.reduce((sum, value, i) => sum + value * BigInt(primes[i] as number), 0n)
    expect(await contract.value('run', int32s(5, -6), v)).toEqual([r, int32s(15, -12)])
  })

  it('19: two identical blocks differing only in the opcode', async () => {
    const contract = await world.open('Equal')
    const pairs: [x: number, y: number][] = [
      [7, 3],
      [-2, 9],
      [2147483647, 1],
      [0, 0],
    ]
    const one = [(x: number, y: number) => x + y, (x: number, y: number) => x - y, Math.max, Math.min]
    const again = (f: (x: number, y: number) => number, x: number, y: number) => wrap(f(wrap(f(x, y)), x))
    for (const [x, y] of pairs)
      for (const [n, f] of one.entries()) {
        const [tx, ty] = [int32s(x), int32s(y)]
        expect(await contract.value('branches', n, tx, ty), `branch ${n}`).toBe(int32s(wrap(f(x, y))))
        expect((await contract.call('returning', n, tx, ty)).data, `returning ${n}`).toBe(int32s(wrap(f(x, y))))
        expect(await contract.value('calls', n, tx, ty), `call ${n}`).toBe(int32s(again(f, x, y)))
      }
    expect(await contract.value('words', true, int32s(4, 5))).toBe(int32Type(2))
    expect(await contract.value('words', false, int32s(4, 5))).toBe(BigInt(commitment(4, 5)))
    const { object = '' } = contractOf(world.output, 'Equal', FILE).evm?.deployedBytecode ?? {}
    const found = new Set(disassemble(object).flatMap(({ instruction }) => instruction?.mnemonic ?? []))
    expect([...found].sort()).toEqual(['MAXIMUM', 'MINIMUM', 'TADD', 'TMLOAD', 'TMSTORE', 'TROOT', 'TSUB', 'TTYPE'])
  })
})
