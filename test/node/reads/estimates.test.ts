import { bytesToHex } from '@ethereumjs/util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Hex } from '../../../evm-ext/index.ts'
import { createReads } from '../../../node/reads/createReads.ts'
import { CallFailure, type CallFields, type Reads } from '../../../node/reads/reads.ts'
import { op } from '../../bytecode.ts'
import { creating } from '../../evm-ext/creation.ts'
import { account, createReadableChain, type ReadableChain } from './readable.ts'

let readable: ReadableChain
let reads: Reads
beforeAll(async () => {
  readable = await createReadableChain()
  reads = createReads({ chain: readable.chain, threads: 1 })
})
afterAll(async () => {
  await reads.close()
  await readable.chain.close()
})

const from = account(0).address
const estimate = async (call: CallFields) => reads.estimateGas({ from, ...call }, await readable.at())

/** Whether a transaction with so much gas succeeds. */
async function succeeds(to: Hex, gasLimit: bigint): Promise<boolean> {
  return (await readable.mine({ to, gasLimit })).receipts[0]?.status === 1
}

describe('an estimate', () => {
  test('is exact, to the last gas: with refunds, and where a call keeps a 64th part of its gas', async () => {
    const sets = creating(op('SSTORE', 0, 5), op('SSTORE', 1, 5), op('SSTORE', 2, 5))
    const clears = creating(op('SSTORE', 0, 1), op('SSTORE', 0, 0))
    // Reverts unless what it calls succeeds.
    const called = op('CALL', 2n ** 256n - 1n, BigInt(await readable.deploy(sets)), 0, 0, 0, 0, 0)
    const end = called.length + 3 + 1 + 3
    const calls = creating(called, Uint8Array.of(0x61, 0, end), op('JUMPI'), op('REVERT', 0, 0), op('JUMPDEST'))
    for (const creation of [sets, clears, calls]) {
      const to = await readable.deploy(creation)
      const gas = await estimate({ to })
      const { number } = readable.chain.head().header
      expect(await succeeds(to, gas - 1n)).toBe(false)
      await readable.chain.rewind(number)
      expect(await succeeds(to, gas)).toBe(true)
    }
  })

  test('of a plain transfer is its intrinsic gas', async () => {
    expect(await estimate({ to: account(1).address, value: 1n })).toBe(21_000n)
    const accessList = [{ address: account(2).address as Hex, storageKeys: [] }]
    expect(await estimate({ to: account(1).address, accessList })).toBe(23_400n)
  })

  test('of a creation is what it costs', async () => {
    const data = creating(op('SSTORE', 0, 1))
    const gas = await estimate({ data })
    const { receipts } = await readable.mine({ data, gasLimit: gas })
    expect(receipts[0]).toMatchObject({ status: 1, gasUsed: gas })
  })

  test('is of what succeeds in the block: no more than a transaction may have', async () => {
    // More memory than any gas buys.
    const burns = await readable.deploy(creating(op('MLOAD', 2n ** 40n)))
    await expect(estimate({ to: burns })).rejects.toThrow('gas required exceeds allowance (16777216)')
    await expect(estimate({ to: burns, gas: 50_000n })).rejects.toThrow('gas required exceeds allowance (50000)')
    await expect(estimate({ to: burns, gas: 21_000n, data: new Uint8Array(1) })).rejects.toThrow(
      'gas required exceeds allowance (21000)',
    )
  })

  test('is of what the sender can pay', async () => {
    const poor = `0x${'99'.repeat(20)}` as const
    await readable.mine({ to: poor, value: 10n ** 14n })
    const to = await readable.deploy(creating(op('SSTORE', 0, 5)))
    await expect(estimate({ from: poor, to, gasPrice: 10n ** 10n })).rejects.toThrow(
      'gas required exceeds allowance (10000)',
    )
    await expect(estimate({ from: poor, to, value: 10n ** 14n, gasPrice: 1n })).rejects.toThrow(
      'insufficient funds for transfer',
    )
  })

  test('of what fails says why', async () => {
    const reverts = await readable.deploy(creating(op('MSTORE', 0, 0xbad), op('REVERT', 0, 32)))
    const failed = await estimate({ to: reverts }).then(undefined, (error) => error)
    expect(failed).toBeInstanceOf(CallFailure)
    expect(failed.result).toMatchObject({ error: 'revert', reason: 'execution reverted' })
    expect(BigInt(bytesToHex(failed.result.returnValue))).toBe(0xbadn)
  })
})

describe('an access list', () => {
  test('names what is touched besides what is warm anyway', async () => {
    const other = account(5).address as Hex
    const balance = Uint8Array.of(0x31, 0x50)
    const to = await readable.deploy(
      creating(
        op('SLOAD', 7),
        op('SSTORE', 9, 1),
        BigInt(other),
        balance,
        BigInt(from),
        balance,
        2,
        balance,
        op('POP'),
      ),
    )
    const word = (value: number): Hex => `0x${value.toString(16).padStart(64, '0')}`
    const list = [
      { address: to, storageKeys: [word(7), word(9)] },
      { address: other, storageKeys: [] },
    ]
    const at = await readable.at()
    const { accessList, gasUsed, error } = await reads.createAccessList({ from, to }, at)
    expect(accessList).toEqual(list)
    expect(error).toBeUndefined()
    const again = await reads.createAccessList({ from, to, accessList }, at)
    expect(again).toEqual({ accessList: list, gasUsed, error: undefined })
    const { receipts } = await readable.mine({ to })
    // Two slots and an account were 2000 + 2000 + 2500 dearer when cold, and the list costs 2 * 2400 + 2 * 1900.
    expect(gasUsed - (receipts[0]?.gasUsed ?? 0n)).toBe(2n * 2400n + 2n * 1900n - 2000n - 2100n - 2500n)
  })

  test('is there for what reverts, with the reason', async () => {
    const to = await readable.deploy(creating(op('SLOAD', 3), op('REVERT', 0, 0)))
    const { accessList, error } = await reads.createAccessList({ from, to }, await readable.at())
    expect(accessList).toHaveLength(1)
    expect(error).toBe('execution reverted')
  })
})
