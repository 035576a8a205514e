import { createHash } from 'node:crypto'
import { createBlob4844Tx } from '@ethereumjs/tx'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Hex } from '../../../evm-ext/index.ts'
import { createAccounts } from '../../../node/accounts/createAccounts.ts'
import type { NodeChain } from '../../../node/chain/chain.ts'
import { createPool } from '../../../node/pool/createPool.ts'
import type { TransactionPool } from '../../../node/pool/pool.ts'
import { first, mine, openChain, second } from '../chain/setup.ts'

const GWEI = 10n ** 9n

// Of a blob of zeros the commitment and every proof are the point at infinity (EIP-4844, EIP-7594).
const infinity: Hex = `0xc0${'00'.repeat(47)}`
const zeros: Hex = `0x${'00'.repeat(131_072)}`
const hash = createHash('sha256')
  .update(Buffer.from(infinity.slice(2), 'hex'))
  .digest('hex')
const sidecar = {
  blobVersionedHashes: [`0x01${hash.slice(2)}` as Hex],
  blobs: [zeros],
  kzgCommitments: [infinity],
  kzgProofs: Array.from({ length: 128 }, () => infinity),
}

describe('a transaction with blobs', () => {
  let chain: NodeChain
  let pool: TransactionPool
  beforeAll(async () => {
    chain = await openChain()
    pool = createPool({ chain, accounts: createAccounts() })
  })
  afterAll(() => chain.close())

  const transaction = (fields: Partial<Parameters<typeof createBlob4844Tx>[0]> = {}) =>
    createBlob4844Tx(
      {
        ...{ nonce: 0n, to: second.address, gasLimit: 21_000n, maxFeePerBlobGas: GWEI },
        ...{ maxFeePerGas: 2n * GWEI, maxPriorityFeePerGas: 1n, ...sidecar, ...fields },
      },
      { common: chain.commonAt({ number: 1n, timestamp: 1n }) },
    ).sign(first.privateKey)

  test('without them is refused', async () => {
    const { blobVersionedHashes } = sidecar
    const bare = createBlob4844Tx(
      {
        nonce: 0n,
        to: second.address,
        gasLimit: 21_000n,
        maxFeePerGas: GWEI,
        maxFeePerBlobGas: 1n,
        blobVersionedHashes,
      },
      { common: chain.commonAt({ number: 1n, timestamp: 1n }) },
    ).sign(first.privateKey)
    await expect(pool.add(bare)).rejects.toThrow('missing sidecar in blob transaction')
  })

  test('whose blobs are not proven is refused', async () => {
    const blobs: Hex[] = [`0x${'00'.repeat(31)}01${'00'.repeat(131_040)}`]
    await expect(pool.add(transaction({ blobs }))).rejects.toMatchObject({
      ...{ code: -32000, message: expect.stringMatching(/^invalid blobs: /) },
    })
    const blobVersionedHashes: Hex[] = [`0x01${'00'.repeat(31)}`]
    await expect(pool.add(transaction({ blobVersionedHashes }))).rejects.toThrow('invalid blobs: ')
    expect(pool.content().pending.size).toBe(0)
  })

  test('keeps them while it waits, and needs twice the fees to be replaced', async () => {
    const pooled = await pool.add(transaction())
    expect(pool.get(pooled.hash)?.transaction).toMatchObject({ blobs: [zeros] })
    const more = { maxFeePerGas: 4n * GWEI, maxPriorityFeePerGas: 2n }
    await expect(pool.add(transaction({ ...more, maxFeePerBlobGas: GWEI }))).rejects.toThrow(
      'replacement transaction underpriced',
    )
    const better = await pool.add(transaction({ ...more, maxFeePerBlobGas: 2n * GWEI }))
    expect(pool.executable(GWEI)).toEqual([better])
    const { receipts } = await mine(chain, better.transaction)
    expect(receipts).toMatchObject([{ transactionHash: better.hash, blobGasUsed: 131_072n, type: 3 }])
  })

  test('that does not pay for blobs waits', async () => {
    await pool.refreshed()
    await chain.mine({ timestamp: 50n }, [])
    const pooled = await pool.add(transaction({ nonce: 1n, maxFeePerBlobGas: 0n }))
    expect(pool.content().pending.get(first.address)?.get(1n)).toEqual(pooled)
    expect(pool.executable(GWEI)).toEqual([])
  })
})
