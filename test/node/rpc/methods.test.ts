import { keccak256, recoverAddress, Transaction } from 'ethers'
import { describe, expect, test } from 'vitest'
import { nodeMethods } from '../../../node/rpc/methods/index.ts'
import { ask, caller, testNode } from './setup.ts'

type Fields = Record<string, string>

const node = await testNode()
const { result, error } = caller(node)
const [from, to] = (await result<string[]>('eth_accounts')) as [string, string]
const word = (value: number) => `0x${value.toString(16).padStart(64, '0')}`
const QUANTITY = /^0x(0|[1-9a-f][0-9a-f]*)$/

describe('blocks and transactions', async () => {
  const hash = await result<string>('eth_sendTransaction', { from, to, value: '0x1' })
  const block = await result<Fields & { transactions: Fields[] }>('eth_getBlockByNumber', 'latest', true)

  test('have the fields of their fork and no others', () => {
    const hashes = ['hash', 'parentHash', 'sha3Uncles', 'transactionsRoot', 'stateRoot', 'receiptsRoot', 'mixHash']
    const later = ['withdrawalsRoot', 'parentBeaconBlockRoot', 'requestsHash']
    const quantities = ['number', 'difficulty', 'gasLimit', 'gasUsed', 'timestamp', 'size', 'baseFeePerGas']
    const blobs = ['blobGasUsed', 'excessBlobGas']
    const rest = ['nonce', 'logsBloom', 'miner', 'extraData', 'uncles', 'withdrawals', 'transactions']
    expect(Object.keys(block).sort()).toEqual([...hashes, ...later, ...quantities, ...blobs, ...rest].sort())
    for (const key of [...hashes, ...later]) expect(block[key]).toMatch(/^0x[0-9a-f]{64}$/)
    for (const key of [...quantities, ...blobs]) expect(block[key]).toMatch(QUANTITY)
  })

  test('are the same by every way to them', async () => {
    const { number, hash: blockHash } = block as Fields
    expect(await result('eth_getBlockByHash', blockHash, true)).toEqual(block)
    expect(await result('eth_getBlockByNumber', number)).toEqual({ ...block, transactions: [hash] })
    const transaction = block.transactions[0]
    expect(await result('eth_getTransactionByHash', hash)).toEqual(transaction)
    expect(await result('eth_getTransactionByBlockHashAndIndex', blockHash, '0x0')).toEqual(transaction)
    expect(await result('eth_getTransactionByBlockNumberAndIndex', number, '0x0')).toEqual(transaction)
    expect(await result('eth_getBlockReceipts', blockHash)).toEqual([await result('eth_getTransactionReceipt', hash)])
    expect(await result('eth_getBlockTransactionCountByHash', blockHash)).toBe('0x1')
    expect(await result('eth_getUncleCountByBlockNumber', number)).toBe('0x0')
    const raw = await result<string>('eth_getRawTransactionByHash', hash)
    expect([keccak256(raw), await result('debug_getRawTransaction', hash)]).toEqual([hash, raw])
    expect(keccak256(await result<string>('debug_getRawHeader', number))).toBe(blockHash)
  })

  test('that are not there are null, and states that are not there an error', async () => {
    for (const [method, ...params] of [
      ['eth_getBlockByNumber', '0x99', false],
      ['eth_getBlockByHash', word(1), false],
      ['eth_getTransactionByHash', word(1)],
      ['eth_getTransactionReceipt', word(1)],
      ['eth_getTransactionByBlockNumberAndIndex', 'latest', '0x5'],
      ['eth_getUncleByBlockNumberAndIndex', 'latest', '0x0'],
      ['eth_getBlockReceipts', '0x99'],
    ] as const)
      expect([method, await result(method, ...params)]).toEqual([method, null])
    expect(await error('eth_getBalance', to, '0x99')).toEqual({ code: -32000, message: 'header not found' })
    const gone = { blockHash: word(1) }
    expect(await error('eth_getBalance', to, gone)).toEqual({ code: -32000, message: 'header for hash not found' })
  })
})

describe('fees', () => {
  test('of a history are those that a share of the gas paid', async () => {
    await result('evm_setAutomine', false)
    for (const [tip, count] of [
      [1, 1],
      [2, 2],
      [3, 1],
    ] as const)
      for (let index = 0; index < count; index++)
        await result('eth_sendTransaction', {
          ...{
            from,
            to,
            gas: '0x5208',
            maxFeePerGas: '0xba43b7400',
            maxPriorityFeePerGas: `0x${(tip * 1e9).toString(16)}`,
          },
        })
    await result('evm_mine')
    await result('evm_setAutomine', true)
    const history = await result<{
      reward: string[][]
      baseFeePerGas: string[]
      gasUsedRatio: number[]
      oldestBlock: string
    }>(...(['eth_feeHistory', '0x2', 'latest', [0, 25, 26, 75, 76, 100]] as const))
    expect(history.reward[1]?.map((tip) => Number(tip) / 1e9)).toEqual([1, 1, 2, 2, 3, 3])
    expect([history.reward.length, history.baseFeePerGas.length]).toEqual([2, 3])
    const next = await result<Fields>('eth_getBlockByNumber', 'pending', false)
    expect(history.baseFeePerGas[2]).toBe(next.baseFeePerGas)
    expect(await result('eth_gasPrice')).toBe(`0x${(BigInt(next.baseFeePerGas as string) + 10n ** 9n).toString(16)}`)
  })

  test('of a history that is asked for wrongly are refused', async () => {
    for (const [values, message] of [
      [[-1], 'invalid reward percentile: -1'],
      [[101], 'invalid reward percentile: 101'],
      [[50, 20], 'invalid reward percentile: #0:50 >= #1:20'],
    ] as const)
      expect(await error('eth_feeHistory', '0x1', 'latest', values)).toEqual({ code: -32000, message })
    expect((await error('eth_feeHistory', '0x1', '0x999')).message).toMatch(
      /^request beyond head block: requested 2457/,
    )
  })
})

describe('signing and sending', () => {
  test('a transaction is filled, signed and sent', async () => {
    const { tx, raw } = await result<{ tx: Fields; raw: string }>('eth_signTransaction', { from, to, value: '0x5' })
    const signed = Transaction.from(raw)
    expect([signed.from?.toLowerCase(), signed.value, signed.nonce]).toEqual([from, 5n, Number(tx.nonce)])
    expect(await result('eth_sendRawTransaction', raw)).toBe(signed.hash)
    expect((await error('eth_sendRawTransaction', raw)).message).toMatch(/^nonce too low|^already known/)
    const { raw: next } = await result<{ raw: string }>('eth_signTransaction', { from, to, value: '0x6' })
    expect(await result('eth_sendRawTransactionSync', next)).toMatchObject({
      transactionHash: keccak256(next),
      status: '0x1',
    })
  })

  test('what waits too long, or for a nonce, is told so (EIP-7966)', async () => {
    const nonce = Number(await result('eth_getTransactionCount', from, 'pending')) + 1
    const request = { from, to, gas: '0x5208' }
    const gap = await result<{ raw: string }>('eth_signTransaction', { ...request, nonce: `0x${nonce.toString(16)}` })
    expect(await error('eth_sendRawTransactionSync', gap.raw)).toMatchObject({
      code: 6,
      data: `0x${(nonce - 1).toString(16)}`,
    })
    await result('evm_setAutomine', false)
    const { raw } = await result<{ raw: string }>('eth_signTransaction', request)
    expect(await error('eth_sendRawTransactionSync', raw, '0x32')).toMatchObject({ code: 4, data: keccak256(raw) })
    expect(await result('txpool_status')).toEqual({ pending: '0x1', queued: '0x0' })
    await result('evm_mine')
    await result('evm_setAutomine', true)
  })

  test('accounts that the node does not know, and transactions of another chain, are refused', async () => {
    expect((await error('eth_sendTransaction', { from: `0x${'99'.repeat(20)}`, to })).message).toMatch(
      /^unknown account/,
    )
    expect((await error('eth_sign', `0x${'99'.repeat(20)}`, '0x')).message).toMatch(/^unknown account/)
    const message = "chainId does not match node's (have=1, want=816363)"
    expect(await error('eth_sendTransaction', { from, to, chainId: '0x1' })).toEqual({ code: -32602, message })
    for (const raw of ['0x', '0x02', '0x03c0', '0x03c2c0c0', '0xf8', '0x7f00', `0x${'ff'.repeat(100)}`])
      expect([-32000, -32602]).toContain((await error('eth_sendRawTransaction', raw)).code)
  })

  test('messages are signed with the prefix of Ethereum (EIP-191)', async () => {
    const signature = await result<string>('personal_sign', '0x6869', from)
    const hash = keccak256(`0x${Buffer.from('\x19Ethereum Signed Message:\n2hi').toString('hex')}`)
    expect(recoverAddress(hash, signature).toLowerCase()).toBe(from)
    expect(await result('eth_sign', from, '0x6869')).toBe(signature)
  })
})

test('the configuration of the chain is told (EIP-7910)', async () => {
  const { current, next } = await result<{ current: { precompiles: Fields; blobSchedule: object }; next: unknown }>(
    'eth_config',
  )
  expect(current.precompiles).toMatchObject({
    ECREC: `0x${'0'.repeat(39)}1`,
    TENSOR: node.services.chain.genesis.precompile,
  })
  expect([current.blobSchedule, next]).toEqual([{ target: 6, max: 9, baseFeeUpdateFraction: 5007716 }, null])
})

describe('whatever the parameters are, a method answers and is not at a loss', () => {
  const deep = JSON.parse(`${'['.repeat(100)}${']'.repeat(100)}`)
  const given: unknown[] = [
    null,
    0,
    -1,
    1.5,
    1e300,
    true,
    '',
    '0x',
    '0x0',
    'latest',
    {},
    [],
    deep,
    from,
    word(5),
    { from, to, data: 5 },
    'x'.repeat(1e5),
  ]
  // These take long, or would end what the test talks to.
  const skipped = ['anvil_mine', 'hardhat_mine', 'evm_mine', 'anvil_reset', 'hardhat_reset']

  test.each(Object.keys(nodeMethods).filter((name) => !skipped.includes(name)))('%s', async (method) => {
    const batch = [[], ...given.flatMap((one) => [[one], [from, one], [word(5), one, one], [one, one, one, one, one]])]
    const requests = batch.map((params, id) => ({ jsonrpc: '2.0', id, method, params }))
    const answers = (await ask(node.url, requests)) as unknown as { error?: { code: number; message: string } }[]
    expect(answers.filter(({ error }) => error?.code === -32603)).toEqual([])
  })

  test('and goes on', async () => {
    expect(await result('eth_chainId')).toBe('0xc74eb')
  })
})
