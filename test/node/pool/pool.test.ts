import { createLegacyTx } from '@ethereumjs/tx'
import { bytesToHex, createAddressFromString } from '@ethereumjs/util'
import { describe, expect, test } from 'vitest'
import type { DefaultGenesisOptions, DevelopmentAccount, Hex } from '../../../evm-ext/index.ts'
import { createAccounts } from '../../../node/accounts/createAccounts.ts'
import { createPool, type PoolOptions } from '../../../node/pool/createPool.ts'
import { type PoolContent, PoolError, type PooledTransaction } from '../../../node/pool/pool.ts'
import { op } from '../../bytecode.ts'
import { creating } from '../../evm-ext/creation.ts'
import {
  FUNDS,
  first,
  mine,
  openChain,
  second,
  signed,
  type TransactionFields,
  third,
  unsigned,
} from '../chain/setup.ts'

const GWEI = 10n ** 9n
const to = third.address

async function openPool(genesis: DefaultGenesisOptions = {}, limits: Partial<PoolOptions> = {}) {
  const chain = await openChain(genesis)
  const accounts = createAccounts()
  const pool = createPool({ chain, accounts, ...limits })
  const add = (fields: TransactionFields) => pool.add(signed(chain, { to, ...fields }))
  return { chain, accounts, pool, add }
}

const nonces = (content: PoolContent) =>
  Object.fromEntries([...content].map(([from, transactions]) => [from, [...transactions.keys()]]))

const order = (transactions: readonly PooledTransaction[]) =>
  transactions.map(({ from, transaction }) => `${from === first.address ? 'a' : 'b'}${transaction.nonce}`)

describe('nonces', () => {
  test('transactions without a gap are pending, the others are queued until it is filled', async () => {
    const { pool, add } = await openPool()
    const told: bigint[] = []
    pool.onPending(({ transaction }) => told.push(transaction.nonce))
    await add({ nonce: 0n })
    await add({ nonce: 3n })
    await add({ nonce: 2n })
    expect(nonces(pool.content().pending)).toEqual({ [first.address]: [0n] })
    expect(nonces(pool.content().queued)).toEqual({ [first.address]: [2n, 3n] })
    expect([await pool.nextNonce(first.address), await pool.nextNonce(second.address)]).toEqual([1n, 0n])
    await add({ nonce: 1n })
    expect(nonces(pool.content().pending)).toEqual({ [first.address]: [0n, 1n, 2n, 3n] })
    expect(pool.content().queued.size).toBe(0)
    expect(await pool.nextNonce(first.address)).toBe(4n)
    expect(told).toEqual([0n, 1n, 2n, 3n])
  })

  test('what is added at the same time is in once', async () => {
    const { pool, add } = await openPool()
    const results = await Promise.allSettled([add({ nonce: 0n }), add({ nonce: 0n }), add({ nonce: 1n })])
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'fulfilled', 'rejected'])
    expect(await pool.nextNonce(first.address)).toBe(2n)
  })
})

describe('order', () => {
  test('the best paying come first, those that pay the same as they came, and a sender in order of nonce', async () => {
    const { pool, add } = await openPool()
    await add({ nonce: 1n, maxFeePerGas: 3n * GWEI, maxPriorityFeePerGas: 9n })
    await add({ nonce: 0n, maxFeePerGas: 3n * GWEI, maxPriorityFeePerGas: 2n })
    await add({ from: second, nonce: 0n, maxFeePerGas: 3n * GWEI, maxPriorityFeePerGas: 3n })
    await add({ from: second, nonce: 1n, maxFeePerGas: 3n * GWEI, maxPriorityFeePerGas: 2n })
    expect(order(pool.executable(GWEI))).toEqual(['b0', 'a0', 'a1', 'b1'])
    // At this base fee all give what is left to 3 gwei.
    expect(order(pool.executable(3n * GWEI - 1n))).toEqual(['a0', 'a1', 'b0', 'b1'])
    expect(pool.executable(3n * GWEI + 1n)).toEqual([])
  })

  test('one that does not pay the base fee holds up those after it', async () => {
    const { pool, add } = await openPool()
    await add({ nonce: 0n, maxFeePerGas: 2n * GWEI })
    await add({ nonce: 1n, maxFeePerGas: GWEI })
    await add({ nonce: 2n, maxFeePerGas: 2n * GWEI })
    expect(order(pool.executable(2n * GWEI))).toEqual(['a0'])
    expect(order(pool.executable(GWEI))).toEqual(['a0', 'a1', 'a2'])
  })
})

describe('replacement', () => {
  test.each([
    ['both fees a tenth higher', 110n, 11n, true],
    ['one fee less than that', 109n, 11n, false],
    ['the other fee less than that', 110n, 10n, false],
    ['the same fees', 100n, 10n, false],
  ])('%s', async (_, fee, tip, isTaken) => {
    const { pool, add } = await openPool()
    const old = await add({ nonce: 0n, maxFeePerGas: 100n * GWEI, maxPriorityFeePerGas: 10n * GWEI })
    const adding = add({ nonce: 0n, value: 1n, maxFeePerGas: fee * GWEI, maxPriorityFeePerGas: tip * GWEI })
    if (!isTaken) await expect(adding).rejects.toMatchObject({ message: 'replacement transaction underpriced' })
    const expected = isTaken ? await adding : old
    expect(pool.executable(0n)).toEqual([expected])
    expect([pool.get(old.hash), pool.get(expected.hash)]).toEqual([isTaken ? undefined : old, expected])
  })

  test('needs no other funds than the one that it replaces had', async () => {
    const { add } = await openPool()
    const value = FUNDS - 10n ** 18n
    await add({ nonce: 0n, value })
    await add({ nonce: 0n, value, maxFeePerGas: 4n * GWEI, maxPriorityFeePerGas: 1n })
  })
})

describe('what is refused', () => {
  const refusal = async (adding: Promise<unknown>) => {
    const error = await adding.then(
      () => undefined,
      (reason: unknown) => reason,
    )
    expect(error).toBeInstanceOf(PoolError)
    const { code, message } = error as PoolError
    return [code, message]
  }

  test.each<[string, Partial<TransactionFields>, string | RegExp]>([
    ['gas below the intrinsic', { gasLimit: 20_999n }, 'intrinsic gas too low: gas 20999, minimum needed 21000'],
    [
      'gas below the floor of calldata',
      { data: new Uint8Array(100).fill(1), gasLimit: 24_000n },
      'insufficient gas for floor data gas cost: gas 24000, minimum needed 25000',
    ],
    ['gas above the block', { gasLimit: 10_000_001n }, 'exceeds block gas limit'],
    [
      'more bytes than a transaction may have',
      { data: new Uint8Array(131_072), gasLimit: 9_000_000n },
      /^oversized data: transaction size 1311\d\d, limit 131072$/,
    ],
    [
      'more than the sender has',
      { value: FUNDS },
      `insufficient funds for gas * price + value: balance ${FUNDS}, tx cost ${FUNDS + 42_000n * GWEI}, overshot ${42_000n * GWEI}`,
    ],
  ])('%s', async (_, fields, message) => {
    const { add, pool } = await openPool({ gasLimit: 10_000_000 })
    expect(await refusal(add({ nonce: 0n, ...fields }))).toEqual([
      ...[-32000, typeof message === 'string' ? message : expect.stringMatching(message)],
    ])
    expect(pool.content().pending.size).toBe(0)
  })

  test('code for a contract that is too long', async () => {
    const { chain, pool } = await openPool()
    const data = new Uint8Array(49_153)
    const transaction = createLegacyTx(
      { nonce: 0n, gasPrice: 2n * GWEI, gasLimit: 9_000_000n, data },
      { common: chain.commonAt({ number: 1n, timestamp: 1n }), allowUnlimitedInitCodeSize: true },
    ).sign(first.privateKey)
    expect(await refusal(pool.add(transaction))).toEqual([
      ...[-32000, 'max initcode size exceeded: code size 49153, limit 49152'],
    ])
  })

  test('a nonce of the past, and what is known', async () => {
    const { chain, pool, add } = await openPool()
    await mine(chain, signed(chain, { nonce: 0n, to }))
    expect(await refusal(add({ nonce: 0n }))).toEqual([-32000, 'nonce too low: next nonce 1, tx nonce 0'])
    const transaction = signed(chain, { nonce: 1n, to })
    await pool.add(transaction)
    expect(await refusal(pool.add(transaction))).toEqual([-32000, 'already known'])
  })

  test('what its sender can not pay besides what waits already', async () => {
    const { add } = await openPool()
    await add({ nonce: 0n, value: FUNDS / 2n })
    const [code, message] = await refusal(add({ nonce: 1n, value: FUNDS / 2n }))
    expect([code, message]).toEqual([-32000, expect.stringMatching(/^insufficient funds .* queued cost \d+, tx cost/)])
  })

  test('one more than the pool holds, and than may be queued for a sender', async () => {
    const { add } = await openPool({}, { maxTransactions: 3, maxQueuedPerSender: 1 })
    await add({ nonce: 5n })
    expect(await refusal(add({ nonce: 7n }))).toEqual([
      ...[-32003, `txpool is full: 1 transactions of ${first.address} are queued`],
    ])
    await add({ nonce: 0n })
    await add({ nonce: 1n })
    expect(await refusal(add({ nonce: 2n }))).toEqual([-32003, 'txpool is full'])
    await add({ nonce: 1n, maxFeePerGas: 3n * GWEI, maxPriorityFeePerGas: 1n })
  })

  test('one without a signature', async () => {
    const { chain, pool } = await openPool()
    const common = chain.commonAt({ number: 1n, timestamp: 1n })
    const { gasLimit, nonce } = { gasLimit: 21_000n, nonce: 0n }
    const other = createLegacyTx({ gasLimit, nonce, to, gasPrice: GWEI }, { common })
    expect(await refusal(pool.add(other))).toEqual([-32000, 'unknown account'])
  })

  test('a contract as sender', async () => {
    const { chain, pool, accounts } = await openPool()
    const key = new Uint8Array(32).fill(5)
    const probe = signed(chain, { nonce: 0n, to }).sign(key)
    const sender = probe.getSenderAddress()
    await chain.editState(async (state) => {
      await state.putCode(sender, Uint8Array.of(0))
      await state.modifyAccountFields(sender, { balance: FUNDS })
    })
    expect(await refusal(pool.add(probe))).toEqual([-32000, `sender not an eoa: address ${sender}`])
    accounts.impersonate(sender.toString())
    await pool.add(unsigned(chain, { nonce: 0n, to }), sender.toString())
    const delegation = createAddressFromString(second.address)
    await chain.editState((state) =>
      state.putCode(delegation, Uint8Array.of(0xef, 1, 0, ...createAddressFromString(third.address).bytes)),
    )
    await pool.add(signed(chain, { from: second, nonce: 0n, to }))
  })
})

describe('an impersonated sender', () => {
  test('needs no signature, and others do', async () => {
    const { chain, pool, accounts } = await openPool()
    const from: Hex = second.address
    const transaction = unsigned(chain, { nonce: 0n, to })
    await expect(pool.add(transaction, from)).rejects.toThrow('unknown account')
    accounts.impersonate(from)
    const pooled = await pool.add(transaction, from)
    expect(pooled).toMatchObject({ from, hash: bytesToHex(pooled.transaction.hash()) })
    const { receipts } = await mine(chain, ...pool.executable(GWEI).map((one) => one.transaction))
    expect(receipts).toMatchObject([{ from, transactionHash: pooled.hash, status: 1 }])
    await pool.refreshed()
    expect(pool.get(pooled.hash)).toBeUndefined()
  })
})

describe('the chain goes on', () => {
  test('a block takes out what it has and what can not be mined any more', async () => {
    const { chain, pool, add } = await openPool()
    await add({ nonce: 0n })
    const stale = await add({ nonce: 1n })
    const kept = await add({ nonce: 2n })
    await mine(chain, signed(chain, { nonce: 0n, to }), signed(chain, { nonce: 1n, to, value: 1n }))
    await pool.refreshed()
    expect(pool.get(stale.hash)).toBeUndefined()
    expect(pool.executable(GWEI)).toEqual([kept])
  })

  test('funds that go make transactions wait, and funds that come let them go on', async () => {
    const { chain, pool, add } = await openPool()
    const told: bigint[] = []
    await add({ nonce: 0n })
    await add({ nonce: 1n, value: 10n ** 18n })
    pool.onPending(({ transaction }) => told.push(transaction.nonce))
    const setBalance = async (balance: bigint) => {
      await chain.editState((state) => state.modifyAccountFields(createAddressFromString(first.address), { balance }))
      await pool.refreshed()
    }
    await setBalance(10n ** 17n)
    expect(nonces(pool.content().queued)).toEqual({ [first.address]: [1n] })
    expect(order(pool.executable(GWEI))).toEqual(['a0'])
    await setBalance(FUNDS)
    expect(order(pool.executable(GWEI))).toEqual(['a0', 'a1'])
    expect(told).toEqual([])
  })

  test('a rewind brings nothing back, and leaves what waits', async () => {
    const { chain, pool, add } = await openPool()
    const { receipts } = await mine(chain, (await add({ nonce: 0n })).transaction)
    const later = await add({ nonce: 1n })
    await chain.rewind(0n)
    await pool.refreshed()
    expect(pool.get(receipts[0]?.transactionHash as Hex)).toBeUndefined()
    expect(nonces(pool.content().queued)).toEqual({ [first.address]: [1n] })
    await add({ nonce: 0n })
    expect(order(pool.executable(GWEI))).toEqual(['a0', 'a1'])
    pool.remove([later.hash])
    expect(order(pool.executable(GWEI))).toEqual(['a0'])
    pool.clear()
    expect(pool.executable(0n)).toEqual([])
  })

  test('a nonce that is set moves on what waits', async () => {
    const { chain, pool } = await openPool()
    const code = creating(op('STOP'))
    const poor: DevelopmentAccount = second
    await pool.add(signed(chain, { from: poor, nonce: 1n, data: code, gasLimit: 100_000n }))
    await chain.editState((state) => state.modifyAccountFields(createAddressFromString(poor.address), { nonce: 1n }))
    await pool.refreshed()
    expect(nonces(pool.content().pending)).toEqual({ [poor.address]: [1n] })
  })
})
