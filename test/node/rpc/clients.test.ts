import { JsonRpcProvider, parseEther, verifyMessage, verifyTypedData, Wallet, WebSocketProvider } from 'ethers'
import {
  createPublicClient,
  createTestClient,
  createWalletClient,
  defineChain,
  http,
  publicActions,
  webSocket,
} from 'viem'
import { mnemonicToAccount } from 'viem/accounts'
import { afterAll, describe, expect, test } from 'vitest'
import { testNode } from './setup.ts'

const node = await testNode()
const socketUrl = node.url.replace('http', 'ws')
const account = mnemonicToAccount('test test test test test test test test test test test junk', { addressIndex: 1 })
const to = '0x00000000000000000000000000000000000a11ce'
const chain = defineChain({
  id: 816363,
  name: 'tensor',
  nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
  rpcUrls: { default: { http: [node.url] } },
})

describe('ethers', () => {
  const provider = new JsonRpcProvider(node.url)
  const socket = new WebSocketProvider(socketUrl)
  afterAll(async () => {
    provider.destroy()
    await socket.destroy()
  })

  test('sends and waits, by the key of the client and by that of the node', async () => {
    const wallet = new Wallet(`0x${'11'.repeat(32)}`, provider)
    const signer = await provider.getSigner(0)
    const funded = await (await signer.sendTransaction({ to: wallet.address, value: parseEther('1') })).wait()
    expect(funded?.status).toBe(1)
    const sent = await (await wallet.sendTransaction({ to, value: 5n })).wait()
    expect([sent?.status, sent?.gasUsed, await provider.getBalance(to)]).toEqual([1, 21000n, 5n])
    expect((await provider.getBlock('latest', true))?.prefetchedTransactions[0]?.hash).toBe(sent?.hash)
    expect((await provider.getFeeData()).maxPriorityFeePerGas).toBe(10n ** 9n)
  })

  test('has messages and typed data signed', async () => {
    const signer = await provider.getSigner(0)
    expect(verifyMessage('hello', await signer.signMessage('hello'))).toBe(signer.address)
    const types = { Mail: [{ name: 'to', type: 'Person' }], Person: [{ name: 'name', type: 'string' }] }
    const domain = { name: 'mail', chainId: 816363 }
    const value = { to: { name: 'Bob' } }
    expect(verifyTypedData(domain, types, value, await signer.signTypedData(domain, types, value))).toBe(signer.address)
  })

  test('hears of blocks by WebSocket', async () => {
    const heard = new Promise<number>((resolve) => void socket.once('block', resolve))
    await provider.getBlockNumber()
    await socket.getNetwork()
    await provider.send('evm_mine', [])
    expect(await heard).toBeGreaterThan(0)
    // It unsubscribes by itself, which ending it at once would cut short.
    await socket.getBlockNumber()
  })
})

describe('viem', () => {
  const wallet = createWalletClient({ account, chain, transport: http(node.url) }).extend(publicActions)
  const testClient = createTestClient({ chain, mode: 'anvil', transport: http(node.url) })

  test('sends every type of transaction', async () => {
    const accessList = [{ address: to, storageKeys: [] }] as const
    const requests = [{ type: 'legacy' }, { type: 'eip2930', accessList }, { type: 'eip1559' }] as const
    const send = async (request: object, type: string) => {
      const hash = await wallet.sendTransaction({ ...request, to, value: 1n } as Parameters<
        typeof wallet.sendTransaction
      >[0])
      const receipt = await wallet.waitForTransactionReceipt({ hash })
      expect([receipt.status, receipt.type]).toEqual(['success', type])
      expect((await wallet.getTransaction({ hash })).type).toBe(type)
    }
    for (const request of requests) await send(request, request.type)
    const authorization = await wallet.signAuthorization({ contractAddress: to, executor: 'self' })
    await send({ authorizationList: [authorization] }, 'eip7702')
    expect(await wallet.getCode({ address: account.address })).toBe(`0xef0100${to.slice(2)}`)
  })

  test('reads blocks, fees, proofs and the pool', async () => {
    const block = await wallet.getBlock({ includeTransactions: true })
    expect(block.transactions[0]?.from).toBe(account.address.toLowerCase())
    const history = await wallet.getFeeHistory({ blockCount: 2, rewardPercentiles: [25, 75] })
    expect([history.baseFeePerGas.length, history.reward?.length]).toEqual([3, 2])
    const proof = await wallet.getProof({ address: to, storageKeys: [] })
    expect(proof.balance).toBe(await wallet.getBalance({ address: to }))
    expect(await testClient.getTxpoolStatus()).toEqual({ pending: 0, queued: 0 })
    expect((await wallet.getBlock({ blockTag: 'pending' })).hash).toBeNull()
  })

  test('watches blocks and pending transactions by WebSocket', async () => {
    const client = createPublicClient({ chain, transport: webSocket(socketUrl) })
    const blocks: bigint[] = []
    const hashes: string[] = []
    const ends = [
      client.watchBlocks({ onBlock: ({ number }) => blocks.push(number) }),
      client.watchPendingTransactions({ onTransactions: (found) => hashes.push(...found) }),
    ]
    await client.getChainId()
    await expect
      .poll(async () => {
        await wallet.sendTransaction({ to, value: 1n })
        return blocks.length > 0 && hashes.length > 0
      })
      .toBe(true)
    for (const end of ends) end()
    ;(await client.transport.getRpcClient()).close()
  })
})
