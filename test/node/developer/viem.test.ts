import {
  createPublicClient,
  createTestClient,
  createWalletClient,
  defineChain,
  http,
  parseEther,
  publicActions,
  walletActions,
} from 'viem'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { first, second, startTestNode, stranger, type TestNode } from './testNode.ts'

let node: TestNode
beforeAll(async () => {
  node = await startTestNode()
})
afterAll(() => node.close())

const chain = () =>
  defineChain({
    id: 816363,
    name: 'tensor',
    nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
    rpcUrls: { default: { http: [node.url] } },
  })

// Every action that viem's test client has, as it sends it.
describe.each(['anvil', 'hardhat'] as const)("viem's test client, mode %s", (mode) => {
  const create = () =>
    createTestClient({ mode, chain: chain(), transport: http(node.url), pollingInterval: 20 })
      .extend(publicActions)
      .extend(walletActions)
  let client: ReturnType<typeof create>
  beforeAll(() => {
    client = create()
  })

  test('changes accounts', async () => {
    await client.setBalance({ address: stranger, value: parseEther('3') })
    await client.setNonce({ address: stranger, nonce: 7 })
    // PUSH0 SLOAD PUSH0 MSTORE PUSH1 32 PUSH0 RETURN
    await client.setCode({ address: stranger, bytecode: '0x5f545f5260205ff3' })
    const value = `0x${'0'.repeat(62)}2a` as const
    await client.setStorageAt({ address: stranger, index: 0, value })
    expect(await client.getBalance({ address: stranger })).toBe(parseEther('3'))
    expect(await client.getTransactionCount({ address: stranger })).toBe(7)
    expect(await client.getStorageAt({ address: stranger, slot: '0x0' })).toBe(value)
    expect((await client.call({ to: stranger })).data).toBe(value)
  })

  test('makes blocks and keeps the time', async () => {
    const before = await client.getBlock()
    await client.mine({ blocks: 3, interval: 60 })
    const after = await client.getBlock()
    expect(after.number - before.number).toBe(3n)
    const last = await client.getBlock({ blockNumber: after.number - 1n })
    expect(after.timestamp - last.timestamp).toBe(60n)
    await client.mine({ blocks: 1 })

    await client.increaseTime({ seconds: 3600 })
    await client.mine({ blocks: 1 })
    const later = await client.getBlock()
    expect(later.timestamp - after.timestamp).toBeGreaterThanOrEqual(3600n)
    await client.setNextBlockTimestamp({ timestamp: later.timestamp + 500n })
    await client.mine({ blocks: 1 })
    expect((await client.getBlock()).timestamp).toBe(later.timestamp + 500n)
    await client.setBlockTimestampInterval({ interval: 9 })
    await client.mine({ blocks: 1 })
    await client.mine({ blocks: 1 })
    expect((await client.getBlock()).timestamp).toBe(later.timestamp + 518n)
    await client.removeBlockTimestampInterval()

    await client.setBlockGasLimit({ gasLimit: 50_000_000n })
    await client.setCoinbase({ address: second })
    await client.setNextBlockBaseFeePerGas({ baseFeePerGas: 1234n })
    await client.mine({ blocks: 1 })
    const made = await client.getBlock()
    expect(made).toMatchObject({ gasLimit: 50_000_000n, miner: second, baseFeePerGas: 1234n })
  })

  test('goes back to a snapshot', async () => {
    const before = await client.getBalance({ address: stranger })
    const number = await client.getBlockNumber({ cacheTime: 0 })
    const id = await client.snapshot()
    const later = await client.snapshot()
    await client.setBalance({ address: stranger, value: 1n })
    await client.mine({ blocks: 2 })
    await client.revert({ id })
    expect(await client.getBalance({ address: stranger })).toBe(before)
    expect(await client.getBlockNumber({ cacheTime: 0 })).toBe(number)
    expect(await node.ask('evm_revert', later)).toBe(false)
  })

  test('acts for accounts without their keys', async () => {
    await client.setCode({ address: stranger, bytecode: '0x' })
    await client.setBalance({ address: stranger, value: parseEther('1') })
    await client.impersonateAccount({ address: stranger })
    const wallet = createWalletClient({ chain: chain(), transport: http(node.url), account: stranger })
    const hash = await wallet.sendTransaction({ to: second, value: 5n })
    expect(await client.waitForTransactionReceipt({ hash })).toMatchObject({ status: 'success', from: stranger })
    await client.stopImpersonatingAccount({ address: stranger })
    await expect(wallet.sendTransaction({ to: second, value: 5n, gas: 21000n })).rejects.toThrow()
    const unsigned = await client.sendUnsignedTransaction({ from: stranger, to: second, value: 6n })
    expect(await client.waitForTransactionReceipt({ hash: unsigned })).toMatchObject({ from: stranger })
    await expect(wallet.sendTransaction({ to: second, value: 5n, gas: 21000n })).rejects.toThrow()
  })

  test('holds transactions back, drops them, and goes on', async () => {
    await client.setAutomine(false)
    expect(await client.getAutomine()).toBe(false)
    const wallet = createWalletClient({ chain: chain(), transport: http(node.url), account: first })
    const hash = await wallet.sendTransaction({ to: second, value: 1n })
    expect(await client.getTxpoolStatus()).toEqual({ pending: 1, queued: 0 })
    expect(Object.keys((await client.getTxpoolContent()).pending)).toHaveLength(1)
    expect(Object.keys((await client.inspectTxpool()).pending)).toHaveLength(1)
    await client.dropTransaction({ hash })
    expect(await client.getTxpoolStatus()).toEqual({ pending: 0, queued: 0 })
    await client.setIntervalMining({ interval: mode === 'hardhat' ? 1 : 1000 })
    expect(await client.getAutomine()).toBe(false)
    await client.setAutomine(true)
    expect(await client.getAutomine()).toBe(true)
  })

  test('gives its state, and takes it', async () => {
    await client.setBalance({ address: stranger, value: 77n })
    const state = await client.dumpState()
    await client.setBalance({ address: stranger, value: 78n })
    await client.loadState({ state })
    expect(await client.getBalance({ address: stranger })).toBe(77n)
  })

  test('says what it can not do', async () => {
    await client.setLoggingEnabled(false)
    await expect(client.setMinGasPrice({ gasPrice: 1n })).rejects.toThrow('EIP-1559')
    await expect(client.setRpcUrl('http://localhost')).rejects.toThrow('does not fork other chains')
    await expect(client.reset({ jsonRpcUrl: 'http://localhost', blockNumber: 1n })).rejects.toThrow(
      'does not fork other chains',
    )
  })
})

test('a public client watches what the test client makes', async () => {
  const client = createPublicClient({ chain: chain(), transport: http(node.url), pollingInterval: 20 })
  const seen = new Promise<bigint>((resolve) => {
    const end = client.watchBlockNumber({
      onBlockNumber(number, previous) {
        if (previous === undefined) return
        end()
        resolve(number)
      },
      emitOnBegin: true,
    })
    setTimeout(() => void node.ask('evm_mine'), 200)
  })
  expect(await seen).toBe(await client.getBlockNumber({ cacheTime: 0 }))
})
