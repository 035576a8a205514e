import {
  concat,
  getCreateAddress,
  hexlify,
  JsonRpcProvider,
  Signature,
  Transaction,
  toBeHex,
  toQuantity,
  Wallet,
  zeroPadValue,
} from 'ethers'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type DevelopmentAccount, developmentAccounts } from '../../evm-ext/index.ts'
import { startRpcServer } from './rpcServer.ts'

// The answers are compared with the Ethereum protocol and the JSON-RPC interface; bytecode is by hand.

const { privateKey, address: from } = developmentAccounts[0] as DevelopmentAccount
const CHAIN_ID = 816363n

/** Creation code of up to 255 bytes of runtime code: CODECOPY and RETURN of what follows. */
function creation(runtime: string): string {
  const length = toBeHex((runtime.length - 2) / 2, 1)
  return concat(['0x60', length, '0x600c600039', '0x60', length, '0x6000f3', runtime])
}

// PUSH1 42 PUSH1 0 MSTORE PUSH1 32 PUSH1 0 RETURN
const ANSWERS = creation('0x602a60005260206000f3')
// LOG1 of memory 0..1 under topic 7, and STOP.
const LOGS = creation('0x60076001' + '6000a100')
// Reverts with Error("no").
const REASON = concat(['0x08c379a0', zeroPadValue('0x20', 32), zeroPadValue('0x02', 32), `0x6e6f${'00'.repeat(30)}`])
// CODECOPY of the 100 bytes after itself, REVERT with them.
const REVERTS = creation(concat(['0x6064600c60003960646000fd', REASON]))
// TTYPE of a handle that there is none of.
const HALTS = creation('0x6063ae06')

let server: Awaited<ReturnType<typeof startRpcServer>>
let provider: JsonRpcProvider
let wallet: Wallet

beforeAll(async () => {
  server = await startRpcServer()
})

afterAll(() => server.close())

beforeEach(() => {
  provider = new JsonRpcProvider(server.url, undefined, { cacheTimeout: -1 })
  wallet = new Wallet(hexlify(privateKey), provider)
  return () => provider.destroy()
})

async function deploy(data: string): Promise<string> {
  const receipt = await (await wallet.sendTransaction({ data })).wait()
  return receipt?.contractAddress as string
}

/** What the server answers, as it is. */
async function post(body: string): Promise<unknown> {
  const response = await fetch(server.url, { method: 'POST', body })
  return response.json()
}

type Answer = {
  readonly result: string
  readonly error: { readonly code: number; readonly message: string; readonly data?: string }
}

async function ask(method: string, ...params: readonly unknown[]): Promise<Answer> {
  return (await post(JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }))) as Answer
}

describe('transactions', () => {
  test('a creation is mined at once in a block of its own, and the contract answers', async () => {
    const before = await provider.getBlockNumber()
    const to = await deploy(ANSWERS)
    expect(await provider.getBlockNumber()).toBe(before + 1)
    expect(await provider.call({ to })).toBe(zeroPadValue('0x2a', 32))
    expect(await provider.getCode(to)).toBe('0x602a60005260206000f3')
    const block = await provider.getBlock(before + 1, true)
    const [transaction] = block?.prefetchedTransactions ?? []
    expect(transaction).toMatchObject({ from: wallet.address, to: null, data: ANSWERS, chainId: CHAIN_ID, type: 2 })
    // ethers computes the hash of a transaction from its fields.
    expect(Transaction.from(transaction as never).hash).toBe(transaction?.hash)
  })

  test('the sender pays for what was used at the price that the receipt says', async () => {
    const before = await provider.getBalance(from)
    const receipt = await (await wallet.sendTransaction({ data: ANSWERS })).wait()
    expect(before - (await provider.getBalance(from))).toBe((receipt?.gasUsed ?? 0n) * (receipt?.gasPrice ?? 0n))
    expect(receipt?.gasPrice).toBeGreaterThan(0n)
  })

  test('a legacy transaction and one with an access list are taken', async () => {
    for (const type of [0, 1]) {
      const receipt = await (await wallet.sendTransaction({ to: from, type, value: 1n })).wait()
      expect(receipt).toMatchObject({ status: 1, type, gasUsed: 21000n })
    }
  })

  test.each([
    ['another chain', { chainId: 1 }, /chain ?id/i],
    ['a nonce that is too high', { nonce: 1000 }, /nonce/],
    ['more value than the sender has', { value: 10n ** 30n }, /balance|funds/],
    ['less gas than it takes', { gasLimit: 20_000 }, /gas/i],
    ['a fee below the base fee', { maxFeePerGas: 1n, maxPriorityFeePerGas: 1n }, /baseFee/i],
  ])('one with %s is refused, and the chain is as before', async (_, wrong, message) => {
    const filled = await wallet.populateTransaction({ to: from, value: 1n })
    const offline = new Wallet(wallet.privateKey)
    const head = await provider.getBlockNumber()
    const { error } = await ask('eth_sendRawTransaction', await offline.signTransaction({ ...filled, ...wrong }))
    expect(error).toMatchObject({ code: -32000, message: expect.stringMatching(message) })
    expect(await provider.getBlockNumber()).toBe(head)
    expect(await provider.getTransactionCount(from)).toBe(filled.nonce)
  })

  test('a signature of a stranger spends nothing of the account', async () => {
    const signed = Transaction.from(
      await wallet.signTransaction(await wallet.populateTransaction({ to: from, value: 1n })),
    )
    const { r, s, yParity } = signed.signature as Signature
    signed.signature = Signature.from({ r, s, yParity: yParity === 0 ? 1 : 0 })
    const { error } = await ask('eth_sendRawTransaction', signed.serialized)
    expect(error.code).toBe(-32000)
    const unsigned = Transaction.from({ ...signed.toJSON(), sig: null, from: null } as never).unsignedSerialized
    expect((await ask('eth_sendRawTransaction', unsigned)).error.code).toBe(-32000)
  })

  test('the node signs for development accounts, and for no other', async () => {
    const nonce = await provider.getTransactionCount(from)
    const { result } = await ask('eth_sendTransaction', { from, data: ANSWERS })
    expect(await provider.getTransactionReceipt(result)).toMatchObject({ from: wallet.address, status: 1 })
    expect(await provider.getTransactionCount(from)).toBe(nonce + 1)
    const stranger = await ask('eth_sendTransaction', { from: `0x${'11'.repeat(20)}`, to: from })
    expect(stranger.error).toMatchObject({ code: -32000, message: `no key of 0x${'11'.repeat(20)}` })
  })
})

describe('calls', () => {
  test('a call without an address creates a contract, of which nothing stays', async () => {
    expect(await provider.call({ from, data: ANSWERS })).toBe('0x602a60005260206000f3')
    expect(await provider.call({ from, data: ANSWERS })).toBe('0x602a60005260206000f3')
    const next = await provider.getTransactionCount(from)
    expect(await provider.getCode(getCreateAddress({ from, nonce: next }))).toBe('0x')
  })

  test('a revert is error 3 with its reason and data', async () => {
    const to = await deploy(REVERTS)
    expect((await ask('eth_call', { to })).error).toEqual({ code: 3, message: 'execution reverted: no', data: REASON })
    expect((await ask('eth_estimateGas', { to })).error).toMatchObject({ code: 3, data: REASON })
  })

  test('a tensor instruction that halts is an error without data', async () => {
    const to = await deploy(HALTS)
    const { error } = await ask('eth_call', { to })
    expect(error).toEqual({ code: -32000, message: 'tensor halt: BadHandle' })
  })

  test('an estimate is enough, and hardly more than enough', async () => {
    const estimate = await provider.estimateGas({ from, data: ANSWERS })
    const tried = async (gasLimit: bigint) => {
      const { result } = await ask('eth_sendTransaction', { from, data: ANSWERS, gas: toBeHex(gasLimit) })
      return (await provider.getTransactionReceipt(result))?.status
    }
    expect(await tried(estimate)).toBe(1)
    expect(await tried((estimate * 63n) / 64n - 1n)).toBe(0)
  })

  test('a call at an earlier block sees its state', async () => {
    const before = await provider.getBlockNumber()
    const to = await deploy(ANSWERS)
    expect(await provider.call({ to, blockTag: before })).toBe('0x')
    expect(await provider.call({ to, blockTag: before + 1 })).toBe(zeroPadValue('0x2a', 32))
    expect((await ask('eth_call', { to }, '0xffff')).error).toMatchObject({ code: -32001 })
  })
})

test('logs are found by address and topic', async () => {
  const to = await deploy(LOGS)
  const receipt = await (await wallet.sendTransaction({ to })).wait()
  const topic = zeroPadValue('0x07', 32)
  const find = (filter: object) => provider.getLogs({ fromBlock: 0, ...filter })
  expect(await find({ address: to })).toMatchObject([
    { blockNumber: receipt?.blockNumber, topics: [topic], data: '0x00' },
  ])
  expect(await find({ address: to, topics: [[zeroPadValue('0x08', 32), topic]] })).toHaveLength(1)
  expect(await find({ address: to, topics: [zeroPadValue('0x08', 32)] })).toEqual([])
  expect(await find({ address: from })).toEqual([])
})

describe('the interface', () => {
  test('unknown methods are named, a batch is answered in order, and what is no JSON is refused', async () => {
    const chain = { jsonrpc: '2.0', id: 'a', method: 'eth_chainId' }
    expect(await post(JSON.stringify([chain, { ...chain, id: 2, method: 'eth_mine' }]))).toEqual([
      { jsonrpc: '2.0', id: 'a', result: toQuantity(CHAIN_ID) },
      { jsonrpc: '2.0', id: 2, error: { code: -32601, message: 'the method eth_mine does not exist' } },
    ])
    expect([...server.missing]).toContain('eth_mine')
    expect(await post('{')).toMatchObject({ error: { code: -32700 } })
  })

  test('what is not found is null', async () => {
    const hash = `0x${'12'.repeat(32)}`
    for (const method of ['eth_getTransactionByHash', 'eth_getTransactionReceipt', 'eth_getBlockByHash'])
      expect(await ask(method, hash)).toEqual({ jsonrpc: '2.0', id: 1, result: null })
    expect((await ask('eth_getBlockByNumber', '0xffff', false)).result).toBeNull()
  })
})
