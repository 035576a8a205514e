import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTxFromRLP } from '@ethereumjs/tx'
import { bytesToHex, hexToBytes } from '@ethereumjs/util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type DevelopmentAccount, defaultGenesis, developmentAccounts, type Hex } from '../../../evm-ext/index.ts'
import { modelRoot } from '../../../model/index.ts'
import { createNodeChain } from '../../../node/chain/createChain.ts'
import type { Space } from '../../../node/database/database.ts'
import { openDirectoryDatabase } from '../../../node/database/directory.ts'
import { digitsProgram } from '../../../scripts/conformance/digits.ts'
import { inspect } from '../../../scripts/conformance/kill/inspect.ts'
import type { SeenReceipt } from '../../../scripts/conformance/kill/traffic.ts'
import { signTransaction } from '../../../scripts/conformance/load/sender.ts'

const { privateKey } = developmentAccounts[0] as DevelopmentAccount
const program = digitsProgram()
const root = modelRoot(program)
const directory = mkdtempSync(join(tmpdir(), 'tensor-evm-inspect-'))
let seen: SeenReceipt

/** Takes an entry out of the database; runs what is given, and puts it back. */
async function without(space: Space, wanted: (key: string) => boolean, run: () => Promise<void>): Promise<void> {
  const change = async (action: (database: Awaited<ReturnType<typeof openDirectoryDatabase>>) => Promise<void>) => {
    const database = await openDirectoryDatabase(directory)
    await action(database)
    await database.close()
  }
  let taken: readonly [string, Uint8Array] | undefined
  await change(async (database) => {
    for await (const entry of database.entries(space)) if (wanted(entry[0])) taken = entry
    if (taken !== undefined) database.delete(space, taken[0])
  })
  if (taken === undefined) throw new Error(`no such entry in ${space}`)
  const [key, value] = taken
  try {
    await run()
  } finally {
    await change(async (database) => database.put(space, key, value))
  }
}

beforeAll(async () => {
  const chain = await createNodeChain({ genesis: defaultGenesis(), database: await openDirectoryDatabase(directory) })
  await chain.models.put(program)
  const to = `0x${'12'.repeat(20)}` as Hex
  const { hash, raw } = signTransaction({ nonce: 0, to, value: 1n, gasLimit: 21_000n }, privateKey)
  const transaction = createTxFromRLP(hexToBytes(raw), { common: chain.commonAt({ number: 1n, timestamp: 1n }) })
  const { block } = await chain.mine({ timestamp: 1n }, [transaction], true)
  await chain.mine({ timestamp: 2n }, [])
  seen = { hash, blockHash: bytesToHex(block.hash()), blockNumber: 1n }
  await chain.close()
})

afterAll(() => rmSync(directory, { recursive: true }))

describe('an inspection', () => {
  it('reads blocks, transactions and accounts', async () => {
    const { blocks, transactions, accounts } = await inspect(directory, [seen], root)
    // The development accounts, the registry, whom the value went to, and whom the fees.
    expect([blocks.length, transactions, accounts]).toEqual([3, 1, 13])
  })

  it('misses receipts that were seen', async () => {
    const other = `0x${'34'.repeat(32)}` as Hex
    await expect(inspect(directory, [seen, { ...seen, hash: other }], root)).rejects.toThrow(
      'was seen in block 1, and is gone',
    )
    await expect(inspect(directory, [{ ...seen, blockHash: other }], root)).rejects.toThrow(
      'in another block than was seen',
    )
  })

  it.each<readonly [Space, string, string]>([
    ['receipts', 'a block', 'block 1: not there'],
    ['transactions', 'the transaction', 'transaction 0 is not found by its hash'],
    ['models', 'the model', 'is gone'],
  ])('misses %s of %s', async (space, _, message) => {
    const wanted = (key: string) => space !== 'receipts' || seen.blockHash.endsWith(key.replace(/^0x/, ''))
    await without(space, wanted, () => expect(inspect(directory, [seen], root)).rejects.toThrow(message))
    await inspect(directory, [seen], root)
  })

  it('misses what the state is made of', async () => {
    const chain = await createNodeChain({ genesis: defaultGenesis(), database: await openDirectoryDatabase(directory) })
    const head = bytesToHex(chain.head().header.stateRoot)
    await chain.close()
    const wanted = (key: string) => head.endsWith(key)
    await without('state', wanted, () => expect(inspect(directory, [seen], root)).rejects.toThrow())
  })
})
