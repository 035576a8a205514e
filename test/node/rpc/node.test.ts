import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startNode } from '../../../node/index.ts'
import { ask, caller, testNode } from './setup.ts'

test('a port that is taken is one clear line', async () => {
  const { port } = new URL((await testNode()).url)
  const message = `port ${port} of 127.0.0.1 is in use; choose another one, or 0 for any`
  await expect(startNode({ port: Number(port) })).rejects.toThrow(message)
})

test('a chain in a directory is there again, and its accounts are as they were', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'node-'))
  const options = {
    port: 0,
    dataDirectory: directory,
    mnemonic: 'test test test test test test test test test test test junk',
  }
  const first = await startNode(options)
  const [from, to] = (await caller(first).result<string[]>('eth_accounts')) as [string, string]
  const hash = await caller(first).result<string>('eth_sendTransaction', { from, to, value: '0x7' })
  const receipt = await caller(first).result('eth_getTransactionReceipt', hash)
  await first.close()
  const second = await startNode(options)
  expect(await caller(second).result('eth_getTransactionReceipt', hash)).toEqual(receipt)
  expect(await caller(second).result('eth_getBalance', to)).toBe(`0x${(10_000n * 10n ** 18n + 7n).toString(16)}`)
  await second.close()
  await rm(directory, { recursive: true })
})

test('closing answers nobody any more, and ends what is under way', async () => {
  const node = await startNode({ port: 0 })
  const { url } = node
  const [from] = await caller(node).result<string[]>('eth_accounts')
  await caller(node).result('evm_setAutomine', false)
  const { raw } = await caller(node).result<{ raw: string }>('eth_signTransaction', { from, to: from, gas: '0x5208' })
  const waiting = ask(url, { jsonrpc: '2.0', id: 1, method: 'eth_sendRawTransactionSync', params: [raw] })
  const ended = expect(waiting).rejects.toThrow()
  await expect.poll(() => node.services.pool.content().pending.size).toBe(1)
  await node.close()
  await ended
  await expect(ask(url, {})).rejects.toThrow()
})

test('closing gives up what still runs, and has nothing to say about it', async () => {
  const lines: string[] = []
  const node = await startNode({ port: 0, log: (line) => lines.push(line) })
  const mining = ask(node.url, { jsonrpc: '2.0', id: 1, method: 'anvil_mine', params: ['0x186a0'] })
  const ended = expect(mining).rejects.toThrow()
  await expect.poll(() => node.services.chain.head().header.number).toBeGreaterThan(3n)
  await node.close()
  await ended
  expect(lines).toEqual([])
})

test('blobs are proven and checked without holding up others', async () => {
  const node = await testNode()
  const { result, error } = caller(node)
  const [from, to] = (await result<string[]>('eth_accounts')) as [string, string]
  const blob = `0x${'00'.repeat(131072)}`
  let isSent = false
  const sending = result<string>('eth_sendTransaction', { from, to, gas: '0x5208', blobs: [blob] }).finally(() => {
    isSent = true
  })
  let answers = 0
  while (!isSent) {
    await result('eth_chainId')
    answers++
  }
  expect(answers).toBeGreaterThan(20)
  expect(await result('eth_getTransactionReceipt', await sending)).toMatchObject({
    type: '0x3',
    blobGasUsed: '0x20000',
  })
  expect((await error('eth_sendTransaction', { from, to, blobs: ['0x12'] })).message).toMatch(/^invalid blobs/)
})
