import { beforeAll, expect, test } from 'vitest'
import { type Chain, createChain, developmentAccounts } from '../../evm-ext/index.ts'
import { deployExample, type ExampleContract } from '../../examples/exampleContract.ts'
import { printedLines } from './printedLines.ts'

const url = new URL('../../examples/gatedTransfer/GatedTransfer.sol', import.meta.url)

let chain: Chain
let vault: ExampleContract

beforeAll(async () => {
  chain = await createChain()
  vault = await deployExample(chain, url, [], 10_000n)
}, 120_000)

/** Half away from zero, in the range of an int8. */
function toInt8(x: number): number {
  return Math.max(-128, Math.min(127, Math.sign(x) * Math.round(Math.abs(x))))
}

/** Logistic regression in floating point, rounded where the contract rounds: the log-odds and the likelihood. */
function riskOf([share, known, today, quiet]: readonly [number, number, number, number]): number {
  const logOdds = toInt8((13 * share - 64 * known + 100 * today - 8 * quiet - 320) / 10) / 16
  return toInt8(256 / (1 + Math.exp(-logOdds)) - 128) + 128
}

test('risks are those of logistic regression', async () => {
  const risks = new Set<number>()
  const check = async (...values: [number, number, number, number]) => {
    const risk = riskOf(values)
    risks.add(risk)
    expect(Number(await vault.call('riskOf', values)), values.join()).toBe(risk)
  }
  for (let share = 0; share <= 100; share += 4)
    for (const [known, today] of [
      [0, 0],
      [0, 3],
      [2, 1],
      [10, 20],
    ] as const)
      await check(share, known, today, (share * 7) % 49)
  await check(-128, 127, -128, 127)
  await check(127, -128, 127, -128)
  expect(risks.size).toBeGreaterThan(50)
  expect(Math.min(...risks)).toBe(0)
  expect(Math.max(...risks)).toBe(255)
})

test('features of another number or size are refused', async () => {
  await expect(vault.call('riskOf', [1, 2, 3])).rejects.toThrow('ElementCountMismatch(3, 1,4)')
  await expect(vault.call('riskOf', [1, 2, 3, 128])).rejects.toThrow('ValueOutOfRange(values, 128, -128, 127)')
})

test('payments count, and what is refused leaves nothing', async () => {
  const to = `0x${'ab'.repeat(20)}`
  const at = (hours: number) => chain.setNextBlockTimestamp((500_000 + hours) * 3600)
  const features = async (amount: number) => ((await vault.call('features', to, amount)) as bigint[]).map(Number)

  // 500,000 hours are no whole number of days: 8 hours into one.
  at(0)
  expect((await vault.send({}, 'pay', to, 200)).failure).toBeUndefined()
  expect(await features(4900)).toEqual([50, 1, 1, 0])
  expect(await features(20_000)).toEqual([100, 1, 1, 0])
  at(5)
  expect((await vault.send({}, 'pay', to, 9800)).failure).toBe(`Refused(${riskOf([100, 1, 1, 5])}, 128)`)
  expect(await features(4900)).toEqual([50, 1, 1, 5])
  at(6)
  expect((await vault.send({}, 'pay', to, 98)).failure).toBeUndefined()
  expect(await features(97)).toEqual([0, 2, 2, 0])
  at(16)
  await chain.mine()
  expect(await features(9702)).toEqual([100, 2, 0, 10])
  expect(await chain.balance(to)).toBe(298n)

  const from = developmentAccounts[1]?.privateKey as Uint8Array
  expect((await vault.send({ from }, 'pay', to, 1)).failure).toBe('NotOwner()')
})

test('main', async () => {
  const lines = await printedLines('gatedTransfer/main.ts')
  expect(lines).toMatch(/^1 % to a new recipient .* paid, .* recipient has 1000 wei/m)
  expect(lines).toMatch(/^90 % to a stranger .* Refused\(252, 128\), .* recipient has 0 wei/m)
  expect(lines.match(/^5 % to one more stranger .* paid/gm)).toHaveLength(3)
  expect(lines.match(/^5 % to one more stranger .* Refused\(\d+, 128\), .* recipient has 0 wei/gm)).toHaveLength(1)
  expect(lines).toMatch(/^1 % to the same, a day later .* paid, .* recipient has 3000 wei/m)
})
