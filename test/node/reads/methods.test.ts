import { Interface } from 'ethers'
import { beforeAll, describe, expect, test } from 'vitest'
import { compileSources } from '../../../compiler-ext/index.ts'
import type { Hex } from '../../../evm-ext/index.ts'
import type { RunningNode } from '../../../node/index.ts'
import { ask, type Reply, testNode } from '../rpc/setup.ts'
import { account } from './readable.ts'

const source = `// SPDX-License-Identifier: MIT
pragma solidity ^0.8.29;
import {INT8, NO_BIAS, Quantization, Quantizations, shape, Tensor, TensorInstructions, Tensors} from "tensor-evm/Tensor.sol";

contract Scores {
    error TooFew(uint256 given);
    uint256 public last;
    Quantization immutable SCALE = Quantizations.fromScale(1, 100);

    function best(bytes calldata features, bytes calldata weights) public view returns (uint256) {
        if (features.length < 4) revert TooFew(features.length);
        Tensor x = Tensors.fromCalldata(features, INT8, shape(1, 4));
        return x.fullyConnected(Tensors.fromCalldata(weights, INT8, shape(3, 4)), NO_BIAS, SCALE).argmax();
    }

    function store(bytes calldata features, bytes calldata weights) external returns (uint256) {
        return last = best(features, weights);
    }

    function refuse() external pure { require(false, "not today"); }
    function divide(uint256 by) external pure returns (uint256) { return 1 / by; }
    function forget(uint256 handle) external pure { TensorInstructions.tfree(handle, 1); }
}`

const contract = compileSources({ 'Scores.sol': source })['Scores.sol']?.Scores
const abi = new Interface(JSON.stringify(contract?.abi))
const encode = (name: string, ...values: readonly unknown[]) => abi.encodeFunctionData(name, values) as Hex
const weights: Hex = '0x000000000001020304050607'
const features: Hex = '0x0a0a0a0a'
const from = account(0).address

let node: RunningNode
let to: Hex
beforeAll(async () => {
  node = await testNode({ reads: { threads: 1 } })
  const data = `0x${contract?.evm.bytecode.object}`
  const { result: hash } = await rpc('eth_sendTransaction', { from, data })
  const { result } = await rpc('eth_getTransactionReceipt', hash)
  to = (result as { readonly contractAddress: Hex }).contractAddress
})

const rpc = (method: string, ...params: readonly unknown[]) => ask(node.url, { jsonrpc: '2.0', id: 1, method, params })
const call = (data: Hex, ...more: readonly unknown[]) => rpc('eth_call', { from, to, data }, 'latest', ...more)

describe('eth_call', () => {
  test('runs a contract with tensor instructions, at any block', async () => {
    const best = encode('best', features, weights)
    expect((await call(best)).result).toBe(`0x${'2'.padStart(64, '0')}`)
    await rpc('eth_sendTransaction', { from, to, data: encode('store', features, weights) })
    const number = (await rpc('eth_blockNumber')).result as Hex
    const before = `0x${(BigInt(number) - 1n).toString(16)}`
    for (const [block, value] of [
      ['latest', 2],
      ['pending', 2],
      [number, 2],
      [before, 0],
    ] as const)
      expect((await rpc('eth_call', { to, data: encode('last') }, block)).result).toBe(
        `0x${String(value).padStart(64, '0')}`,
      )
    const { result } = await rpc('eth_getBlockByNumber', before, false)
    const { hash } = result as { readonly hash: Hex }
    expect((await rpc('eth_call', { to, data: encode('last') }, { blockHash: hash })).result).toBe(
      `0x${'0'.repeat(64)}`,
    )
  })

  test('tells reverts with their reasons, and what else went wrong in the words of geth', async () => {
    expect((await call(encode('refuse'))).error).toEqual({
      ...{ code: 3, message: 'execution reverted: not today' },
      data: expect.stringMatching(/^0x08c379a0/),
    })
    expect((await call(encode('divide', 0))).error).toMatchObject({
      ...{ code: 3, message: 'execution reverted: division or modulo by zero' },
    })
    expect((await call(encode('best', '0x01', weights))).error).toEqual({
      ...{ code: 3, message: 'execution reverted', data: abi.encodeErrorResult('TooFew', [1]) },
    })
    const gas = '0x5300'
    const outOfGas = await rpc('eth_call', { to, data: encode('last'), gas })
    expect(outOfGas.error).toMatchObject({ code: -32000, message: expect.stringContaining('gas') })
  })

  test('tells a tensor halt with its code and meaning', async () => {
    expect((await call(encode('forget', 7))).error).toEqual({
      ...{ code: -32000, message: 'tensor halt: BadHandle' },
      data: { tensorHalt: { code: 'BadHandle', message: 'a handle is not a live tensor of this frame' } },
    })
  })

  test('takes overrides', async () => {
    const slot = `0x${'0'.repeat(64)}`
    const five = `0x${'5'.padStart(64, '0')}`
    expect((await call(encode('last'), { [to]: { stateDiff: { [slot]: five } } })).result).toBe(five)
    const shows = `0x4360005260206000f3`
    const { result } = await rpc('eth_call', { to }, 'latest', { [to]: { code: shows } }, { number: '0x539' })
    expect(result).toBe(`0x${'539'.padStart(64, '0')}`)
  })
})

test('eth_estimateGas gives what a transaction needs, or says why it fails', async () => {
  const data = encode('store', features, weights)
  const { result: gas } = await rpc('eth_estimateGas', { from, to, data })
  const { result: hash } = await rpc('eth_sendTransaction', { from, to, data, gas })
  expect((await rpc('eth_getTransactionReceipt', hash)).result).toMatchObject({ status: '0x1' })
  expect((await rpc('eth_estimateGas', { from, to, data: encode('refuse') })).error).toMatchObject({
    ...{ code: 3, message: 'execution reverted: not today' },
  })
  expect((await rpc('eth_estimateGas', { from, to, data: encode('forget', 7) })).error).toMatchObject({
    ...{ code: -32000, data: { tensorHalt: { code: 'BadHandle' } } },
  })
})

test('eth_createAccessList names what a call touches', async () => {
  const { result } = await rpc('eth_createAccessList', { from, to, data: encode('last') }, 'latest')
  const slot = `0x${'0'.repeat(64)}`
  expect(result).toEqual({ accessList: [{ address: to, storageKeys: [slot] }], gasUsed: expect.stringMatching(/^0x/) })
})

describe('traces', () => {
  test('are of a transaction, a block or a call', async () => {
    const { result: hash } = await rpc('eth_sendTransaction', { from, to, data: encode('store', features, weights) })
    const { result } = await rpc('eth_getTransactionReceipt', hash)
    const { blockHash, blockNumber, gasUsed } = result as Readonly<Record<string, Hex>>
    const trace = (await rpc('debug_traceTransaction', hash)).result as {
      readonly gas: number
      readonly structLogs: readonly { readonly op: string }[]
    }
    expect(trace.gas).toBe(Number(gasUsed))
    expect(trace.structLogs.map(({ op }) => op)).toEqual(expect.arrayContaining(['TCALLDATALOAD', 'MATMUL', 'ARGMAX']))
    const expected = [{ txHash: hash, result: trace }]
    expect((await rpc('debug_traceBlockByNumber', blockNumber)).result).toEqual(expected)
    expect((await rpc('debug_traceBlockByHash', blockHash)).result).toEqual(expected)
    const tracer = { tracer: 'callTracer' }
    const called = (await rpc('debug_traceCall', { from, to, data: encode('refuse') }, 'latest', tracer)).result
    expect(called).toMatchObject({ type: 'CALL', error: 'execution reverted', revertReason: 'not today' })
  })

  test('of what is not there are refused', async () => {
    const none = `0x${'0'.repeat(63)}1`
    const errorOf = async (method: string, ...params: readonly unknown[]) => (await rpc(method, ...params)).error
    expect(await errorOf('debug_traceTransaction', none)).toEqual({ code: -32000, message: 'transaction not found' })
    expect(await errorOf('debug_traceBlockByHash', none)).toEqual({ code: -32000, message: `block ${none} not found` })
    expect(await errorOf('debug_traceBlockByNumber', '0xfff')).toEqual({
      code: -32000,
      message: 'block #4095 not found',
    })
    expect(await errorOf('debug_traceBlockByNumber', '0x0')).toEqual({
      code: -32000,
      message: 'genesis is not traceable',
    })
    expect(await errorOf('debug_traceTransaction', none, { tracer: '{}' })).toMatchObject({
      ...{ code: -32602, message: expect.stringContaining('tracer: expected one of callTracer') },
    })
  })
})

/** Values that a field may be sent with. */
const poison: readonly unknown[] = [
  ...[
    null,
    true,
    -1,
    1e300,
    '',
    '0x',
    '0xg',
    'latest',
    `0x${'f'.repeat(64)}`,
    `0x${'f'.repeat(65)}`,
    `0x${'f'.repeat(40)}`,
  ],
  ...[[], [[]], [null], {}, { x: 1 }, { address: 1 }, `0x${'5b'.repeat(30_000)}`, [{ address: from }]],
]
const names = [
  'from',
  'to',
  'gas',
  'gasPrice',
  'maxFeePerGas',
  'maxPriorityFeePerGas',
  'maxFeePerBlobGas',
  'value',
  'nonce',
]
const lists = ['data', 'input', 'accessList', 'blobVersionedHashes', 'authorizationList', 'type', 'chainId']
const overrides = ['balance', 'nonce', 'code', 'state', 'stateDiff', 'movePrecompileToAddress']
const fields = ['number', 'time', 'gasLimit', 'feeRecipient', 'prevRandao', 'baseFeePerGas', 'blobBaseFee']

test('nothing that a request holds is an error of the node', async () => {
  const requests: [string, ...unknown[]][] = []
  for (const value of poison) {
    for (const name of [...names, ...lists])
      for (const method of ['eth_call', 'eth_estimateGas', 'eth_createAccessList', 'debug_traceCall'])
        requests.push([method, { from, to, [name]: value }, 'latest'])
    for (const name of overrides) requests.push(['eth_call', { to }, 'latest', { [to]: { [name]: value } }])
    for (const name of fields) requests.push(['eth_call', { to }, 'latest', {}, { [name]: value }])
    for (const name of ['tracer', 'tracerConfig', 'limit', 'disableStack', 'stateOverrides', 'blockOverrides'])
      requests.push(['debug_traceCall', { to }, 'latest', { [name]: value }])
    requests.push(['debug_traceTransaction', value], ['eth_call', value], ['eth_call', { to }, value])
  }
  const failures: unknown[] = []
  const BATCH = 50
  for (let start = 0; start < requests.length; start += BATCH) {
    const batch = requests
      .slice(start, start + BATCH)
      .map(([method, ...params], index) => ({ jsonrpc: '2.0', id: start + index, method, params }))
    const replies = (await ask(node.url, batch)) as unknown as readonly Reply[]
    expect(replies).toHaveLength(batch.length)
    for (const { id, error } of replies)
      if (error !== undefined && (error.code === -32603 || error.message === ''))
        failures.push({ request: JSON.stringify(requests[Number(id)]).slice(0, 200), error })
  }
  expect(failures).toEqual([])
}, 60_000)
