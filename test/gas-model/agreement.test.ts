import { beforeAll, describe, expect, test } from 'vitest'
import { instructions } from '../../isa/index.ts'
import { type Agreement, callInProcess, compareRandomPrices } from './agreement.ts'
import { compilePriceContract } from './priceContract.ts'

// `npm run test:prices` does the same with a million cases.
const CASES = 3700

const pipelines = [
  { name: 'legacy code, not optimised', settings: { optimizer: { enabled: false } } },
  { name: 'legacy code, optimised', settings: { optimizer: { enabled: true } } },
  { name: 'IR, not optimised', settings: { viaIR: true, optimizer: { enabled: false } } },
  { name: 'IR, optimised', settings: { viaIR: true, optimizer: { enabled: true } } },
]

describe('TypeScript, Solidity and the EVM agree on prices', () => {
  let agreement: Agreement
  beforeAll(async () => {
    const code = compilePriceContract('solc', { optimizer: { enabled: true } })
    agreement = await compareRandomPrices({ seed: 1, cases: CASES, call: await callInProcess(code) })
  }, 120_000)

  test('of random instructions', () => {
    expect(agreement.differences).toEqual([])
  })

  test('of every instruction, mostly such that gas can pay for', () => {
    expect([...agreement.tallies.keys()].toSorted()).toEqual(instructions.map(({ mnemonic }) => mnemonic).toSorted())
    for (const [mnemonic, { cases, unpayable }] of agreement.tallies) {
      expect(cases, mnemonic).toBeGreaterThan(90)
      expect(cases - unpayable, mnemonic).toBeGreaterThan(cases / 2)
    }
  })

  test.each(pipelines)('however solc compiles the library: $name', async ({ settings }) => {
    const code = compilePriceContract('solc', settings)
    const { differences } = await compareRandomPrices({ seed: 370, cases: 111, call: await callInProcess(code) })
    expect(differences).toEqual([])
  })
})
