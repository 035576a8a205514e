import { beforeAll, expect, test } from 'vitest'
import { type Chain, createChain, developmentAccounts } from '../../evm-ext/index.ts'
import { deployExample, type ExampleContract, int8Bytes } from '../../examples/exampleContract.ts'
import { printedLines } from './printedLines.ts'

const url = new URL('../../examples/attentionStep/AttentionFee.sol', import.meta.url)
const WINDOW = 32
const FEATURES = 8

type Trade = { readonly features: readonly number[]; readonly move: number }

let chain: Chain
let contract: ExampleContract

beforeAll(async () => {
  chain = await createChain()
  contract = await deployExample(chain, url)
}, 120_000)

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, x, index) => sum + x * (b[index] as number), 0)
}

/** The specification's rescaling in mode double, by multiplier * 2^(shift - 31). */
function rescale(x: number, multiplier: bigint, shift: bigint, low: number, high: number): number {
  const places = 31n - shift
  const rounding = (1n << (places - 1n)) + (places > 31n ? (x >= 0 ? 2n ** 30n : -(2n ** 30n)) : 0n)
  return Math.max(low, Math.min(high, Number((BigInt(x) * multiplier + rounding) >> places)))
}

/** e^(-1/16) to the powers 0..255 in Q0.31, each rounded from the one before. */
const exponentials = [2n ** 31n - 1n]
const DECAY = BigInt(Math.round(Math.exp(-1 / 16) * 2 ** 31))
while (exponentials.length < 256) exponentials.push(((exponentials.at(-1) as bigint) * DECAY + 2n ** 30n) >> 31n)

/** The specification's softmax in its form 2, in unbounded integers. */
function softmax(x: readonly number[]): number[] {
  const times = (a: bigint, b: bigint) => (a * b + 2n ** 30n) >> 31n
  const greatest = Math.max(...x)
  const e = x.map((value) => exponentials[greatest - value] as bigint)
  const sum = e.reduce((total, value) => total + ((value + 2048n) >> 12n), 0n)
  const zeros = BigInt(32 - sum.toString(2).length)
  const half = sum << (zeros - 1n)
  let v = 1515870810n + times(half, -1010580540n)
  for (let step = 0; step < 3; step++) v += 4n * times(v, 2n ** 29n - times(half, v))
  const inverse = 2n * v < 2n ** 31n ? 2n * v : 2n ** 31n - 1n
  const k = 28n - zeros
  return e.map((value) => Math.min(32767, Number((times(value, inverse) + (1n << (k - 1n))) >> k)))
}

function attentionOf(trades: readonly Trade[], query: readonly number[]): number[] {
  // 16 / 4096 is 2^30 * 2^(-7 - 31).
  return softmax(trades.map(({ features }) => rescale(dot(features, query), 2n ** 30n, -7n, -128, 127)))
}

function expectedMove(trades: readonly Trade[], query: readonly number[]): number {
  const weights = attentionOf(trades, query)
  const sum = dot(
    weights,
    trades.map(({ move }) => move),
  )
  // 100 / 32768 is 25/32 * 2^-8.
  return rescale(sum, 25n * 2n ** 26n, -8n, -32768, 32767)
}

/** What the step approximates, in hundredths of a basis point. */
function exactMove(trades: readonly Trade[], query: readonly number[]): number {
  const scores = trades.map(({ features }) => Math.exp(dot(features, query) / 64 ** 2))
  const total = scores.reduce((sum, score) => sum + score, 0)
  return (
    (100 *
      dot(
        scores,
        trades.map(({ move }) => move),
      )) /
    total
  )
}

function createNumbers(): (low: number, high: number) => number {
  let state = 3
  return (low, high) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return low + ((state >>> 8) % (high - low + 1))
  }
}

test('attention and fees are those of the specification in integers, and near the exact ones', async () => {
  const number = createNumbers()
  const features = (most: number) => Array.from({ length: FEATURES }, () => number(-most, most))
  const window: Trade[] = []
  let farthest = 0
  for (let trade = 0; trade < 40; trade++) {
    if ([0, 1, 5, 31, 32, 33, 39].includes(trade))
      for (const query of [features(64), features(64), features(127), Array(FEATURES).fill(-128)]) {
        const bytes = int8Bytes(query)
        const attention = ((await contract.call('attention', bytes)) as bigint[]).map(Number)
        expect(attention).toEqual(trade === 0 ? [] : attentionOf(window, query))
        const move = Number(await contract.call('expectedMove', bytes))
        expect(move).toBe(trade === 0 ? 0 : expectedMove(window, query))
        expect(Number(await contract.call('quote', bytes))).toBe(500 + Math.max(0, move))
        const isInRange = window.every((known) => Math.abs(dot(known.features, query)) < 127 * 256)
        if (trade > 0 && isInRange) farthest = Math.max(farthest, Math.abs(move - exactMove(window, query)))
      }
    const next = { features: features(trade % 5 === 0 ? 127 : 64), move: number(-128, 127) }
    expect((await contract.send({}, 'record', int8Bytes(next.features), next.move)).failure).toBeUndefined()
    window[trade % WINDOW] = next
  }
  // Scores are rounded to sixteenths, so each weight is within e^(1/32), and the mean of up to 128 basis points within 4.
  expect(farthest).toBeGreaterThan(0)
  expect(farthest).toBeLessThan(400)
})

test('exponentials are within a millionth', () => {
  for (const [d, value] of exponentials.entries())
    expect(Math.abs(Number(value) / 2 ** 31 - Math.exp(-d / 16))).toBeLessThan(1e-6)
})

test('only the pool records', async () => {
  const from = developmentAccounts[1]?.privateKey as Uint8Array
  const { failure } = await contract.send({ from }, 'record', new Uint8Array(FEATURES), 1)
  expect(failure).toBe('NotPool()')
})

test('main', async () => {
  const lines = await printedLines('attentionStep/main.ts')
  expect(lines).toMatch(/^nothing remembered .* retail 5 bp, in between 5 bp, arbitrage 5 bp$/m)
  expect(lines).toMatch(/^a fourth is arbitrage .* retail 5 bp, in between 18.93 bp, arbitrage 45.19 bp$/m)
  expect(lines).toMatch(/more than 1 % to 8 of 32 trades/)
  expect(lines).toMatch(/^it costs nothing now .* in between 5 bp, arbitrage 7.19 bp$/m)
})
