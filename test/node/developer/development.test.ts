import { afterAll, beforeAll, expect, test } from 'vitest'
import { first, second, startTestNode, stranger, type TestNode } from './testNode.ts'

let node: TestNode
beforeAll(async () => {
  node = await startTestNode()
})
afterAll(() => node.close())

type Header = { readonly number: string; readonly hash: string; readonly timestamp: string; readonly mixHash: string }
const latest = () => node.ask<Header>('eth_getBlockByNumber', 'latest', false)
const height = async () => Number((await latest()).number)

test('anvil answers commands with null, Hardhat with true', async () => {
  for (const [name, ...params] of [
    ['setBalance', stranger, '0x1'],
    ['setNonce', stranger, '0x1'],
    ['setCode', stranger, '0x00'],
    ['impersonateAccount', stranger],
    ['stopImpersonatingAccount', stranger],
    ['setCoinbase', second],
    ['setLoggingEnabled', true],
    ['mine'],
  ] as const) {
    expect(await node.ask(`anvil_${name}`, ...params), name).toBe(null)
    expect(await node.ask(`hardhat_${name}`, ...params), name).toBe(true)
  }
  const word = `0x${'0'.repeat(63)}1`
  for (const tool of ['anvil', 'hardhat'])
    expect(await node.ask(`${tool}_setStorageAt`, stranger, '0x0', word)).toBe(true)
  expect(await node.ask('evm_mine')).toBe('0x0')
})

test('accounts that are acted for are among those that clients may send from', async () => {
  await node.ask('anvil_impersonateAccount', stranger)
  expect(await node.ask('eth_accounts')).toEqual(expect.arrayContaining([first, stranger]))
  await node.ask('anvil_stopImpersonatingAccount', stranger)
  expect(await node.ask('eth_accounts')).not.toContain(stranger)
})

test("evm_mine takes a timestamp as Hardhat has it, and ganache's and anvil's object", async () => {
  const { timestamp } = await latest()
  await node.ask('evm_mine', Number(timestamp) + 1000)
  expect(Number((await latest()).timestamp)).toBe(Number(timestamp) + 1000)
  const before = await height()
  await node.ask('evm_mine', { blocks: 3 })
  expect(await height()).toBe(before + 3)
  await node.ask('evm_mine', { timestamp: Number(timestamp) + 2000 })
  expect(Number((await latest()).timestamp)).toBe(Number(timestamp) + 2000)
})

test('a time that is not after the head is refused', async () => {
  const { timestamp } = await latest()
  await expect(node.ask('evm_setNextBlockTimestamp', Number(timestamp))).rejects.toThrow(/^-32602: timestamp: expected/)
  await expect(node.ask('evm_increaseTime', '1 hour')).rejects.toThrow(/^-32602: invalid argument 0: expected a number/)
})

test('going back to a snapshot also takes back edits, the clock, and a timestamp that was set', async () => {
  await node.ask('anvil_setBalance', stranger, '0x10')
  const before = await latest()
  const id = await node.ask<string>('evm_snapshot')
  await node.ask('anvil_setBalance', stranger, '0x20')
  await node.ask('evm_increaseTime', 1_000_000)
  await node.ask('evm_mine')
  await node.ask('anvil_setBalance', stranger, '0x30')
  await node.ask('evm_setNextBlockTimestamp', Number(before.timestamp) + 5_000_000)
  expect(await node.ask('evm_revert', id)).toBe(true)
  expect(await latest()).toEqual(before)
  expect(await node.ask('eth_getBalance', stranger, 'latest')).toBe('0x10')
  await node.ask('evm_mine')
  expect(Number((await latest()).timestamp) - Number(before.timestamp)).toBeLessThan(60)
  expect(await node.ask('evm_revert', id)).toBe(false)
  expect(await node.ask('evm_revert', '0xffff')).toBe(false)
})

test('snapshots are numbered on, and one can be gone back to again when it is taken again', async () => {
  const id = await node.ask<string>('evm_snapshot')
  const number = await height()
  for (let round = 0, current = id; round < 3; round++) {
    await node.ask('anvil_mine', 2)
    expect(await node.ask('evm_revert', current)).toBe(true)
    expect(await height()).toBe(number)
    const next = await node.ask<string>('evm_snapshot')
    expect(BigInt(next)).toBeGreaterThan(BigInt(current))
    current = next
  }
})

test('a randomness that is set is that of the next block alone', async () => {
  const word = `0x${'ab'.repeat(32)}`
  await node.ask('hardhat_setPrevRandao', word)
  await node.ask('evm_mine')
  expect((await latest()).mixHash).toBe(word)
  await node.ask('evm_mine')
  expect((await latest()).mixHash).not.toBe(word)
})

test('transactions leave the pool one by one, by sender, and all', async () => {
  await node.ask('evm_setAutomine', false)
  const send = (from: string, value: string) =>
    node.ask<string>('eth_sendTransaction', { from, to: stranger, value, gas: '0x5208' })
  const status = () => node.ask<{ pending: string; queued: string }>('txpool_status')
  const hash = await send(first, '0x1')
  expect(await node.ask('anvil_dropTransaction', hash)).toBe(hash)
  expect(await node.ask('anvil_dropTransaction', hash)).toBe(null)
  expect(await node.ask('hardhat_dropTransaction', await send(first, '0x2'))).toBe(true)
  for (const value of ['0x1', '0x2']) await send(first, value)
  await send(second, '0x1')
  await node.ask('anvil_removePoolTransactions', first)
  expect(await status()).toMatchObject({ pending: '0x1' })
  await node.ask('anvil_dropAllTransactions')
  expect(await status()).toMatchObject({ pending: '0x0' })
  await node.ask('evm_setAutomine', true)
})

test('blocks are made every so often, and not in between', async () => {
  await node.ask('evm_setIntervalMining', 1)
  expect(await node.ask('anvil_getIntervalMining')).toBe(1)
  const before = await height()
  await new Promise((resolve) => setTimeout(resolve, 1500))
  expect(await height()).toBeGreaterThan(before)
  await node.ask('evm_setIntervalMining', 0)
  expect(await node.ask('anvil_getIntervalMining')).toBe(null)
  expect(await node.ask('anvil_getAutomine')).toBe(false)
  await node.ask('evm_setAutomine', true)
})

test('anvil_nodeInfo and anvil_metadata have what clients read', async () => {
  const { number, hash } = await latest()
  expect(await node.ask('anvil_nodeInfo')).toMatchObject({
    currentBlockNumber: number,
    currentBlockHash: hash,
    hardFork: 'osaka',
    environment: { chainId: 816363 },
    forkConfig: { forkUrl: null },
  })
  expect(await node.ask('hardhat_metadata')).toMatchObject({
    chainId: 816363,
    latestBlockHash: hash,
    instanceId: expect.stringMatching(/^0x[0-9a-f]{64}$/),
  })
  // What Hardhat's helpers want to see before they do anything.
  expect(await node.ask('web3_clientVersion')).toMatch(/^anvil/)
})

test('reset goes back to the genesis block as it was', async () => {
  await node.ask('anvil_setBalance', first, '0x1')
  const { instanceId } = await node.ask<{ instanceId: string }>('hardhat_metadata')
  await node.ask('anvil_mine', 2)
  await node.ask('hardhat_reset')
  expect(await height()).toBe(0)
  expect(BigInt(await node.ask<string>('eth_getBalance', first, 'latest'))).toBe(10_000n * 10n ** 18n)
  expect((await node.ask<{ instanceId: string }>('hardhat_metadata')).instanceId).not.toBe(instanceId)
  const before = Math.floor(Date.now() / 1000)
  await node.ask('evm_mine')
  expect(Number((await latest()).timestamp)).toBeGreaterThanOrEqual(before)
})

test('rolls back, and no further than there are blocks', async () => {
  const number = await height()
  await node.ask('anvil_mine', 3)
  await node.ask('anvil_rollback', 2)
  expect(await height()).toBe(number + 1)
  await expect(node.ask('anvil_rollback', 100)).rejects.toThrow(
    `-32602: expected at most ${number + 1} blocks, found 100`,
  )
})

test('what the node can not do is said', async () => {
  await expect(node.ask('anvil_setChainId', 5)).rejects.toThrow(/^-32004: the chain id is part of the genesis/)
  await expect(node.ask('anvil_reset', { forking: { jsonRpcUrl: 'http://localhost' } })).rejects.toThrow(
    '-32004: this node does not fork other chains',
  )
  await expect(node.ask('anvil_setBalance', stranger, '-1')).rejects.toThrow(/^-32602: invalid argument 1/)
  await expect(node.ask('anvil_mine', 1_000_000_000)).rejects.toThrow(/^-32602: .* at most 100000$/)
  await expect(node.ask('evm_setBlockGasLimit', 1)).rejects.toThrow(/^-32602: .* at least 5000$/)
})

test('a node ends while a client has it make many blocks', async () => {
  const other = await startTestNode()
  const asked = other.ask('anvil_mine', 100_000).catch((error: Error) => error)
  await new Promise((resolve) => setTimeout(resolve, 100))
  await other.close()
  expect(await asked).toBeInstanceOf(Error)
})
