import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Block } from '@ethereumjs/block'
import { bytesToHex, createAddressFromString } from '@ethereumjs/util'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { defaultGenesis, type Hex } from '../../../evm-ext/index.ts'
import { modelRoot, type Program } from '../../../model/index.ts'
import type { BlockRecord, NodeChain } from '../../../node/chain/chain.ts'
import { openDirectoryDatabase } from '../../../node/database/directory.ts'
import { createMemoryDatabase } from '../../../node/database/memory.ts'
import { createStagedDatabase } from '../../../node/database/staged.ts'
import { constantsModel } from '../../evm-ext/models.ts'
import { balanceOf, FUNDS, first, mine, openChain, second, signed } from './setup.ts'

let room: string
let count = 0
beforeAll(() => {
  room = mkdtempSync(join(tmpdir(), 'tensor-evm-chain-'))
})
afterAll(() => rmSync(room, { recursive: true }))
const newDirectory = () => join(room, String(count++))

const setBalance = (chain: NodeChain, address: Hex, balance: bigint) =>
  chain.editState((state) => state.modifyAccountFields(createAddressFromString(address), { balance }))

const transfer = (chain: NodeChain, nonce: bigint, value = 1n) =>
  mine(chain, signed(chain, { nonce, to: second.address, value }))

describe('a chain in a directory', () => {
  test('goes on at its head, with its states, receipts, models and edits', async () => {
    const directory = newDirectory()
    const chain = await openChain({}, await openDirectoryDatabase(directory))
    const root = await chain.models.put(constantsModel())
    const { receipts } = await transfer(chain, 0n, 5n)
    await transfer(chain, 1n, 6n)
    await setBalance(chain, second.address, 99n)
    const hash = chain.head().hash()
    await chain.close()

    const again = await openChain({}, await openDirectoryDatabase(directory))
    expect(again.head().hash()).toEqual(hash)
    expect((await again.recordAt(1n))?.receipts).toEqual(receipts)
    expect(await again.transaction(receipts[0]?.transactionHash as Hex)).toMatchObject({ index: 0 })
    expect(await balanceOf(again, second.address)).toBe(99n)
    const past = await again.stateAt((await again.blockAt(1n)) as Block)
    expect((await past.getAccount(createAddressFromString(second.address)))?.balance).toBe(FUNDS + 5n)
    expect(modelRoot((await again.models.get(root)) as Program)).toBe(root)
    await transfer(again, 2n, 1n)
    expect(await balanceOf(again, second.address)).toBe(100n)
    await again.close()
    await expect(again.mine({ timestamp: 100n }, [])).rejects.toThrow('the chain is closed')
  })

  test('of another genesis is refused, naming directory and both', async () => {
    const directory = newDirectory()
    await (await openChain({}, await openDirectoryDatabase(directory))).close()
    const database = await openDirectoryDatabase(directory)
    await expect(openChain({ timestamp: 5 }, database)).rejects.toThrow(
      new RegExp(`^${directory}: expected the blocks of this configuration, genesis 0x\\w{64}, found 0x\\w{64}$`),
    )
    await database.close()
  })

  test('that is copied at any moment while blocks are made is a whole chain up to some block', async () => {
    const directory = newDirectory()
    const chain = await openChain({}, await openDirectoryDatabase(directory))
    const copies: string[] = []
    for (let nonce = 0n; nonce < 6n; nonce++) {
      const mined = transfer(chain, nonce)
      for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setTimeout(resolve, 1))
      const copy = newDirectory()
      cpSync(directory, copy, { recursive: true })
      rmSync(join(copy, 'LOCK'))
      copies.push(copy)
      await mined
    }
    await chain.close()
    for (const copy of copies) {
      const found = await openChain({}, await openDirectoryDatabase(copy))
      const { number, stateRoot } = found.head().header
      expect(await balanceOf(found, second.address)).toBe(FUNDS + number)
      expect(bytesToHex(await found.stateRootAt(found.head()))).toBe(bytesToHex(stateRoot))
      for (let at = 1n; at <= number; at++) {
        const receipts = (await found.recordAt(at))?.receipts ?? []
        expect(await found.transaction(receipts[0]?.transactionHash as Hex)).toBeDefined()
      }
      expect(await found.blockAt(number + 1n)).toBeUndefined()
      await transfer(found, number)
      await found.close()
    }
  })
})

describe('a failure', () => {
  test('to keep a block leaves the chain as before, and it goes on', async () => {
    const kept = new Map<string, Uint8Array | undefined>()
    let isFull = false
    const database = createStagedDatabase('disk', {
      get: async (id) => kept.get(id),
      async write(changes) {
        if (isFull) throw new Error('no space left')
        for (const [id, value] of changes) kept.set(id, value)
      },
      async *range() {},
      close: async () => {},
    })
    const chain = await openChain({}, database)
    await transfer(chain, 0n)
    const hash = chain.head().hash()
    isFull = true
    await expect(transfer(chain, 1n)).rejects.toThrow('no space left')
    await expect(setBalance(chain, second.address, 0n)).rejects.toThrow('no space left')
    await expect(chain.rewind(0n)).rejects.toThrow('no space left')
    isFull = false
    expect(chain.head().hash()).toEqual(hash)
    expect(await balanceOf(chain, second.address)).toBe(FUNDS + 1n)
    await transfer(chain, 1n)
    expect(await balanceOf(chain, second.address)).toBe(FUNDS + 2n)
    expect(chain.head().header.number).toBe(2n)
  })

  test('in an edit leaves the state as before, and nothing in the database', async () => {
    const chain = await openChain()
    await mine(chain)
    const kept = async () => {
      const keys: string[] = []
      for await (const [key] of chain.database.entries('state')) keys.push(key)
      return keys
    }
    const before = await kept()
    await expect(
      chain.editState(async (state) => {
        await state.modifyAccountFields(createAddressFromString(second.address), { balance: 1n })
        await state.flush()
        throw new Error('changed my mind')
      }),
    ).rejects.toThrow('changed my mind')
    expect(await balanceOf(chain, second.address)).toBe(FUNDS)
    await mine(chain)
    expect(await kept()).toEqual(before)
  })
})

describe('edits and rewinds', () => {
  test('an edit is seen at once, is no part of the header, and is what the next block builds on', async () => {
    const chain = await openChain()
    const { stateRoot } = chain.head().header
    let edits = 0
    chain.listen({ onEdit: () => edits++ })
    await setBalance(chain, second.address, 7n)
    expect(edits).toBe(1)
    expect(await balanceOf(chain, second.address)).toBe(7n)
    expect(chain.head().header.stateRoot).toEqual(stateRoot)
    expect(await chain.stateRootAt(chain.head())).not.toEqual(stateRoot)
    await transfer(chain, 0n, 3n)
    expect(await balanceOf(chain, second.address)).toBe(10n)
  })

  test('rewinding tells what is removed, and forgets where its transactions were', async () => {
    const chain = await openChain()
    const [a, b] = [await transfer(chain, 0n), await transfer(chain, 1n)]
    const told: unknown[] = []
    chain.listen({
      onRewind: (head, removed) => told.push([head.header.number, removed.map(({ block }) => block.hash())]),
    })
    await chain.rewind(0n)
    expect(told).toEqual([[0n, [b.block.hash(), a.block.hash()]]])
    expect(chain.head().header.number).toBe(0n)
    expect(await chain.blockAt(1n)).toBeUndefined()
    expect(await chain.recordAt(bytesToHex(a.block.hash()))).toMatchObject({ receipts: a.receipts })
    expect(await chain.transaction(a.receipts[0]?.transactionHash as Hex)).toBeUndefined()
    expect(await balanceOf(chain, first.address)).toBe(FUNDS)
    expect((await transfer(chain, 0n)).block.hash()).toEqual(a.block.hash())
    await expect(chain.rewind(2n)).rejects.toThrow('expected a block in 0..1, found 2')
  })

  test('a rewind undoes edits where it is given the root before them, and only there', async () => {
    const chain = await openChain()
    await setBalance(chain, second.address, 7n)
    const root = await chain.stateRootAt(chain.head())
    await setBalance(chain, second.address, 8n)
    await transfer(chain, 0n)
    await chain.rewind(0n)
    expect(await balanceOf(chain, second.address)).toBe(8n)
    await chain.rewind(0n, root)
    expect(await balanceOf(chain, second.address)).toBe(7n)
    await chain.rewind(0n, chain.head().header.stateRoot)
    expect(await balanceOf(chain, second.address)).toBe(FUNDS)
  })

  test('a block that is made again starts without the edits that it had', async () => {
    const chain = await openChain()
    const { block } = await transfer(chain, 0n)
    await setBalance(chain, second.address, 7n)
    await chain.rewind(0n)
    expect((await transfer(chain, 0n)).block.hash()).toEqual(block.hash())
    expect(await balanceOf(chain, second.address)).toBe(FUNDS + 1n)
  })

  const action = fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('mine' as const), value: fc.bigInt(1n, 2n) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('edit' as const), value: fc.bigInt(1n, 9n) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('rewind' as const), value: fc.bigInt(0n, 4n) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('fail' as const), value: fc.constant(0n) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('reopen' as const), value: fc.constant(0n) }) },
  )

  test('whatever is done, the chain is the one that what is left of it makes', async () => {
    const genesis = defaultGenesis()
    await fc.assert(
      fc.asyncProperty(fc.array(action, { maxLength: 12 }), async (actions) => {
        const database = createMemoryDatabase()
        let chain = await openChain(genesis, database)
        /** For each block of the chain what was done to make it, and the edits of its state after that. */
        let history: { value: bigint; edits: bigint[] }[] = [{ value: 0n, edits: [] }]
        for (const { kind, value } of actions) {
          const last = history.at(-1) as (typeof history)[0]
          if (kind === 'mine') {
            await transfer(chain, BigInt(history.length - 1), value)
            history.push({ value, edits: [] })
          } else if (kind === 'edit') {
            await setBalance(chain, second.address, value)
            last.edits.push(value)
          } else if (kind === 'rewind') {
            const number = value < BigInt(history.length) ? value : 0n
            await chain.rewind(number)
            history = history.slice(0, Number(number) + 1)
          } else if (kind === 'fail') await expect(chain.mine({ timestamp: 0n }, [])).rejects.toThrow('timestamp')
          else chain = await openChain(genesis, database)
        }
        const replayed = await openChain(genesis)
        for (const [number, { value, edits }] of history.entries()) {
          if (number > 0) await transfer(replayed, BigInt(number - 1), value)
          for (const edit of edits) await setBalance(replayed, second.address, edit)
        }
        expect(bytesToHex(chain.head().hash())).toBe(bytesToHex(replayed.head().hash()))
        for (let number = 0n; number < BigInt(history.length); number++) {
          const [a, b] = (await Promise.all([chain, replayed].map((one) => one.recordAt(number)))) as [
            BlockRecord,
            BlockRecord,
          ]
          expect(a.receipts).toEqual(b.receipts)
          expect(await chain.stateRootAt(a.block)).toEqual(await replayed.stateRootAt(b.block))
        }
        expect(await chain.blockAt(BigInt(history.length))).toBeUndefined()
      }),
      { numRuns: 15 },
    )
  })
})
