import { describe, expect, test, vi } from 'vitest'
import { encodeRegistration, type Hex, MissingModelError } from '../../../evm-ext/index.ts'
import { registrationOf } from '../../../model/index.ts'
import { createAccounts } from '../../../node/accounts/createAccounts.ts'
import { createMiner, type MinerOptions } from '../../../node/mining/createMiner.ts'
import type { MiningMode } from '../../../node/mining/miner.ts'
import { createPool } from '../../../node/pool/createPool.ts'
import { op } from '../../bytecode.ts'
import { creating } from '../../evm-ext/creation.ts'
import { constantsModel } from '../../evm-ext/models.ts'
import { first, openChain, second, signed, type TransactionFields, third } from '../chain/setup.ts'

const GWEI = 10n ** 9n
const to = third.address

async function openMiner(mode: MiningMode = { kind: 'automatic' }, options: Partial<MinerOptions> = {}) {
  const chain = await openChain({ gasLimit: 10_000_000 })
  const pool = createPool({ chain, accounts: createAccounts() })
  let seconds = 1000
  const miner = createMiner({ chain, pool, mode, now: () => seconds, ...options })
  const add = (fields: TransactionFields) => pool.add(signed(chain, { to, ...fields }))
  /** Adds a transaction and waits for its block. */
  const send = async (fields: TransactionFields) => {
    const pooled = await add(fields)
    await miner.settled(pooled)
    return pooled
  }
  const pass = (more: number) => {
    seconds += more
  }
  const timestamp = () => chain.head().header.timestamp
  return { chain, pool, miner, add, send, pass, timestamp }
}

describe('automatic', () => {
  test('a transaction is in a block when it is settled', async () => {
    const { chain, send } = await openMiner()
    const { hash } = await send({ nonce: 0n })
    expect(await chain.transaction(hash)).toMatchObject({ index: 0, receipt: { status: 1 } })
    await send({ nonce: 1n })
    expect(chain.head().header.number).toBe(2n)
  })

  test('those that come while a block is made go into the next one together', async () => {
    const { chain, send } = await openMiner()
    await Promise.all(Array.from({ length: 20 }, (_, index) => send({ nonce: BigInt(index) })))
    expect(chain.head().header.number).toBeLessThanOrEqual(3n)
    expect(await chain.transaction((await send({ nonce: 20n })).hash)).toBeDefined()
  })

  test('more than a block holds are in several', async () => {
    const { chain, pool, miner, send } = await openMiner()
    const created = await pool.add(signed(chain, { nonce: 0n, data: creating(op('INVALID')), gasLimit: 100_000n }))
    await miner.settled(created)
    const takesAll = (await chain.transaction(created.hash))?.receipt.contractAddress as Hex
    await Promise.all([1n, 2n, 3n].map((nonce) => send({ nonce, to: takesAll, gasLimit: 6_000_000n })))
    expect(chain.head().header.number).toBe(4n)
    expect(pool.content().pending.size).toBe(0)
  })

  test('one that has to wait for a nonce does not hold up who waits for it', async () => {
    const { chain, send, miner, add } = await openMiner()
    const later = await send({ nonce: 1n })
    expect(await chain.transaction(later.hash)).toBeUndefined()
    const waiting = miner.settled(later)
    await miner.settled(await add({ nonce: 0n }))
    await waiting
    expect(await chain.transaction(later.hash)).toMatchObject({ index: 1 })
  })

  test('one that does not pay the base fee waits in the pool', async () => {
    const { chain, pool, send, miner } = await openMiner()
    const cheap = await send({ nonce: 0n, maxFeePerGas: 1n })
    expect([chain.head().header.number, pool.get(cheap.hash)]).toEqual([0n, cheap])
    miner.setNextBaseFeePerGas(1n)
    await miner.mine()
    expect(await chain.transaction(cheap.hash)).toBeDefined()
  })

  test('the reason of a refusal reaches who waits, and the node goes on', async () => {
    const { chain, pool, send, add, miner } = await openMiner()
    const registration = registrationOf(constantsModel())
    const data = creating(op('TMODELLOAD', BigInt(registration.root), 1, 0, 4), op('STOP'))
    const { to: _, ...creation } = { to: undefined, nonce: 0n, data, gasLimit: 200_000n }
    const created = await pool.add(signed(chain, creation))
    await miner.settled(created)
    const contract = (await chain.transaction(created.hash))?.receipt.contractAddress as Hex
    await send({ nonce: 1n, to: chain.genesis.registry, data: encodeRegistration(registration), gasLimit: 200_000n })
    const asks = await add({ nonce: 2n, to: contract, gasLimit: 300_000n })
    await expect(miner.settled(asks)).rejects.toThrow(MissingModelError)
    expect(pool.get(asks.hash)).toBeUndefined()
    await expect(miner.settled(asks)).rejects.toThrow(MissingModelError)
    await send({ nonce: 2n })
    await chain.models.put(constantsModel())
    const served = await send({ nonce: 3n, to: contract, gasLimit: 300_000n })
    expect((await chain.transaction(served.hash))?.receipt.status).toBe(1)
  })

  test('a failure of the chain reaches who waits, and later transactions are mined', async () => {
    const { chain, send } = await openMiner()
    const commit = vi.spyOn(chain.database, 'commit').mockRejectedValue(new Error('no space left'))
    await expect(send({ nonce: 0n })).rejects.toThrow('no space left')
    commit.mockRestore()
    await send({ from: second, nonce: 0n })
    expect((await chain.recordAt(1n))?.receipts.map(({ from }) => from).sort()).toEqual(
      [first.address, second.address].sort(),
    )
  })

  test('what waits is mined as soon as the mode is automatic', async () => {
    const { chain, add, miner } = await openMiner({ kind: 'manual' })
    const pooled = await add({ nonce: 0n })
    await miner.settled(pooled)
    expect(chain.head().header.number).toBe(0n)
    miner.setMode({ kind: 'automatic' })
    await miner.settled(pooled)
    expect(await chain.transaction(pooled.hash)).toBeDefined()
  })
})

describe('manual and interval', () => {
  test('blocks on demand, so many seconds apart', async () => {
    const { chain, miner, add } = await openMiner({ kind: 'manual' })
    await add({ nonce: 0n })
    const records = await miner.mine(3, 60)
    expect(records.map(({ block }) => [block.header.number, block.header.timestamp])).toEqual([
      ...[
        [1n, 1000n],
        [2n, 1060n],
        [3n, 1120n],
      ],
    ])
    expect(records.map(({ receipts }) => receipts.length)).toEqual([1, 0, 0])
    expect(chain.head()).toBe(records[2]?.block)
  })

  test('a block every so often, with what is there, until it is closed', async () => {
    const { chain, miner, add } = await openMiner({ kind: 'interval', seconds: 0.01 })
    const pooled = await add({ nonce: 0n })
    await miner.settled(pooled)
    await vi.waitFor(() => expect(chain.head().header.number).toBeGreaterThanOrEqual(3n))
    expect(await chain.transaction(pooled.hash)).toBeDefined()
    await miner.close()
    const { number } = chain.head().header
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(chain.head().header.number).toBe(number)
  })

  test('a failure is no end', async () => {
    const { chain, miner } = await openMiner({ kind: 'interval', seconds: 0.01 })
    const commit = vi.spyOn(chain.database, 'commit').mockRejectedValueOnce(new Error('no space left'))
    await vi.waitFor(() => expect(chain.head().header.number).toBeGreaterThanOrEqual(2n))
    commit.mockRestore()
    await miner.close()
  })

  test.each([0, -1, Number.NaN, 1e9])('an interval of %s seconds is refused', async (seconds) => {
    const { miner } = await openMiner({ kind: 'manual' })
    expect(() => miner.setMode({ kind: 'interval', seconds })).toThrow(RangeError)
    expect(miner.mode()).toEqual({ kind: 'manual' })
  })
})

describe('time', () => {
  test('goes with the clock, and on where blocks come faster', async () => {
    const { miner, pass, timestamp } = await openMiner({ kind: 'manual' })
    await miner.mine()
    expect(timestamp()).toBe(1000n)
    await miner.mine()
    expect(timestamp()).toBe(1001n)
    pass(10)
    await miner.mine()
    expect(timestamp()).toBe(1010n)
  })

  test('can be moved, set, and set for one block, from which it goes on', async () => {
    const { miner, pass, timestamp } = await openMiner({ kind: 'manual' })
    expect([miner.increaseTime(100), miner.increaseTime(5)]).toEqual([100, 105])
    await miner.mine()
    expect(timestamp()).toBe(1105n)
    miner.setNextBlockTimestamp(5000n)
    expect(miner.nextFields().timestamp).toBe(5000n)
    await miner.mine()
    pass(7)
    await miner.mine()
    expect(timestamp()).toBe(5007n)
    expect(() => miner.setNextBlockTimestamp(5007n)).toThrow(
      "timestamp: expected at least 5008, after the head's, found 5007",
    )
    miner.setTime(9000n)
    pass(1)
    await miner.mine()
    expect(timestamp()).toBe(9001n)
  })

  test('can go in steps', async () => {
    const { miner, timestamp } = await openMiner({ kind: 'manual' })
    await miner.mine()
    miner.setBlockTimestampInterval(30)
    await miner.mine(2)
    expect(timestamp()).toBe(1060n)
    miner.setBlockTimestampInterval(undefined)
    await miner.mine()
    expect(timestamp()).toBe(1061n)
  })
})

test('wishes hold for the next block, or for all', async () => {
  const { chain, miner } = await openMiner({ kind: 'manual' }, { gasLimit: 20_000_000n })
  const prevRandao: Hex = `0x${'56'.repeat(32)}`
  miner.setCoinbase(second.address)
  miner.setNextBaseFeePerGas(5n * GWEI)
  miner.setNextPrevRandao(prevRandao)
  const header = () => chain.head().header
  await miner.mine()
  expect(header()).toMatchObject({ gasLimit: 20_000_000n, baseFeePerGas: 5n * GWEI })
  expect([header().coinbase.toString(), `0x${Buffer.from(header().prevRandao).toString('hex')}`]).toEqual([
    ...[second.address, prevRandao],
  ])
  miner.setGasLimit(9_000_000n)
  const { prevRandao: before } = header()
  await miner.mine()
  expect(header()).toMatchObject({ gasLimit: 9_000_000n })
  expect(header().coinbase.toString()).toBe(second.address)
  expect(header().baseFeePerGas).toBeLessThan(5n * GWEI)
  expect(header().prevRandao).not.toEqual(before)
})

test('closing waits for the block that is under way', async () => {
  const { chain, miner, add } = await openMiner()
  const settled = miner.settled(await add({ nonce: 0n }))
  await miner.close()
  await settled
  const { number } = chain.head().header
  await add({ nonce: number })
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect(chain.head().header.number).toBe(number)
  await chain.close()
})
