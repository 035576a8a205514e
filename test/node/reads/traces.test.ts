import { createLegacyTx } from '@ethereumjs/tx'
import { createAddressFromString } from '@ethereumjs/util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Hex } from '../../../evm-ext/index.ts'
import { encodeType } from '../../../isa/index.ts'
import type { BlockRecord } from '../../../node/chain/chain.ts'
import { signAs } from '../../../node/chain/sender.ts'
import { createReads } from '../../../node/reads/createReads.ts'
import type { Reads, TraceOptions } from '../../../node/reads/reads.ts'
import { op } from '../../bytecode.ts'
import { creating } from '../../evm-ext/creation.ts'
import { createReadableChain, type ReadableChain } from './readable.ts'

type StructLog = { readonly op: string; readonly [name: string]: unknown }
type StructTrace = { readonly gas: number; readonly failed: boolean; readonly structLogs: readonly StructLog[] }

const word = (value: bigint | number): Hex => `0x${value.toString(16).padStart(64, '0')}`

let readable: ReadableChain
let reads: Reads
beforeAll(async () => {
  readable = await createReadableChain()
  reads = createReads({ chain: readable.chain, threads: 1 })
})
afterAll(async () => {
  await reads.close()
  await readable.chain.close()
})

async function traced(record: BlockRecord, index: number, trace: TraceOptions = {}): Promise<StructTrace> {
  return (await reads.traceTransaction(record.block, index, trace)) as StructTrace
}

describe('struct logs', () => {
  test('say what each opcode found and cost, in the form of geth', async () => {
    const to = await readable.deploy(creating(op('SSTORE', 1, 7), op('SLOAD', 1), op('MSTORE', 0), op('SSTORE', 1, 0)))
    const record = await readable.mine({ to })
    const trace = await traced(record, 0, { enableMemory: true, enableReturnData: true })
    const gas = 1_000_000 - 21_000
    const at = (pc: number, name: string, left: number, gasCost: number, stack: Hex[], more = {}) => ({
      ...{ pc, op: name, gas: gas - left, gasCost, depth: 1, stack },
      ...more,
    })
    const stored = { storage: { [word(1)]: word(7) } }
    const memory = { memory: [word(7)] }
    const refunded = { ...memory, refund: 19_900 }
    expect(trace).toEqual({
      ...{ gas: Number(record.receipts[0]?.gasUsed), failed: false, returnValue: '0x' },
      structLogs: [
        at(0, 'PUSH1', 0, 3, []),
        at(2, 'PUSH1', 3, 3, ['0x7']),
        at(4, 'SSTORE', 6, 22_100, ['0x7', '0x1'], stored),
        at(5, 'PUSH1', 22_106, 3, []),
        at(7, 'SLOAD', 22_109, 100, ['0x1'], stored),
        at(8, 'PUSH0', 22_209, 2, ['0x7']),
        at(9, 'MSTORE', 22_211, 6, ['0x7', '0x0']),
        at(10, 'PUSH0', 22_217, 2, [], memory),
        at(11, 'PUSH1', 22_219, 3, ['0x0'], memory),
        // The refund of a slot that is as it was before.
        at(13, 'SSTORE', 22_222, 100, ['0x0', '0x1'], { ...refunded, storage: { [word(1)]: word(0) } }),
        at(14, 'STOP', 22_322, 0, [], refunded),
      ],
    })
  })

  test('show tensor instructions by name, with the types that they take and give', async () => {
    const row = encodeType({ dtype: 'int8', shape: [1, 4] })
    const weights = encodeType({ dtype: 'int8', shape: [3, 4] })
    const to = await readable.deploy(
      creating(op('TCALLDATALOAD', row, 0), op('TCALLDATALOAD', weights, 4), op('MATMUL', 0, 1, 2, 0), op('TTYPE', 9)),
    )
    const record = await readable.mine({ to, data: new Uint8Array(16) })
    const { structLogs, failed } = await traced(record, 0)
    const tensors = structLogs.filter(({ op: name }) => !name.startsWith('PUSH'))
    expect(tensors.map(({ op: name, tensor, error }) => [name, tensor, error])).toEqual([
      ['TCALLDATALOAD', { operands: [], result: 'int8[1,4]' }, undefined],
      ['TCALLDATALOAD', { operands: [], result: 'int8[3,4]' }, undefined],
      ['MATMUL', { operands: ['int8[1,4]', 'int8[3,4]'], result: 'int32[1,3]' }, undefined],
      ['TTYPE', undefined, 'tensor halt: BadHandle'],
    ])
    expect(failed).toBe(true)
  })

  test('count what a call is given, and keep what it returned', async () => {
    const callee = await readable.deploy(creating(op('MSTORE', 0, 9), op('RETURN', 31, 1)))
    const to = await readable.deploy(creating(op('STATICCALL', 5000, BigInt(callee), 0, 0, 0, 0), op('POP')))
    const { structLogs } = await traced(await readable.mine({ to }), 0, { enableReturnData: true, disableStack: true })
    const call = structLogs.find(({ op: name }) => name === 'STATICCALL')
    const pop = structLogs.find(({ op: name }) => name === 'POP')
    expect(call).toMatchObject({ gasCost: 2600 + 5000, depth: 1 })
    expect(call).not.toHaveProperty('stack')
    expect(pop).toMatchObject({ returnData: '0x09' })
    expect(structLogs.filter(({ depth }) => depth === 2).map(({ op: name }) => name)).toContain('RETURN')
  })

  test('of a step that can not be paid for name the error there', async () => {
    const to = await readable.deploy(creating(op('SSTORE', 0, 1)))
    const { structLogs, failed } = await traced(await readable.mine({ to, gasLimit: 30_000n }), 0)
    expect(failed).toBe(true)
    expect(structLogs.at(-1)).toMatchObject({ op: 'SSTORE', gasCost: 22_100, error: 'out of gas' })
  })

  test('of memory that no gas buys name it as well', async () => {
    const to = await readable.deploy(creating(op('MLOAD', 2n ** 40n)))
    const { structLogs } = await traced(await readable.mine({ to }), 0)
    expect(structLogs.at(-1)).toMatchObject({ op: 'MLOAD', error: 'out of gas' })
  })

  test('are those of the state that the transaction found in its block', async () => {
    const to = await readable.deploy(
      creating(op('SSTORE', 0, op('SLOAD', 0).length), op('SLOAD', 0), op('ADD', 1), 0, op('SSTORE')),
    )
    const record = await readable.mine({ to }, { from: 1, to }, { to })
    await readable.mine({ to })
    const all = (await reads.traceBlock(record.block, {})) as { readonly txHash: Hex; readonly result: StructTrace }[]
    expect(all.map(({ txHash }) => txHash)).toEqual(record.receipts.map(({ transactionHash }) => transactionHash))
    expect(all.map(({ result }) => result.gas)).toEqual(record.receipts.map(({ gasUsed }) => Number(gasUsed)))
    for (const [index, { result }] of all.entries()) expect(await traced(record, index)).toEqual(result)
  })
})

test('an impersonated contract sends again when its block is replayed', async () => {
  const { chain } = readable
  const to = await readable.deploy(
    creating(op('SSTORE', 0, 1), Uint8Array.of(0x33), op('MSTORE', 0), op('RETURN', 0, 32)),
  )
  const timestamp = chain.head().header.timestamp + 1n
  const common = chain.commonAt({ number: chain.head().header.number + 1n, timestamp })
  const sender = createAddressFromString(to)
  await chain.editState((state) => state.modifyAccountFields(sender, { balance: 10n ** 18n }))
  const fields = { nonce: 1n, gasLimit: 100_000n, gasPrice: 10n ** 10n, to: sender }
  const record = await chain.mine({ timestamp }, [signAs(createLegacyTx(fields, { common }), sender)], true)
  const trace = await traced(record, 0)
  expect(trace).toMatchObject({
    gas: Number(record.receipts[0]?.gasUsed),
    failed: false,
    returnValue: word(BigInt(to)),
  })
})

test('a gas report is that of the transaction in its block', async () => {
  const row = encodeType({ dtype: 'int8', shape: [1, 4] })
  const to = await readable.deploy(creating(op('TCALLDATALOAD', row, 0), op('SSTORE', 0, 1)))
  const record = await readable.mine({ to }, { to })
  const report = await reads.gasReport(record.block, 1)
  const receipt = record.receipts[1]
  expect(report).toMatchObject({ transactionHash: receipt?.transactionHash, gasUsed: Number(receipt?.gasUsed) })
  expect(report.tensors.count).toBe(1)
})

test('the genesis block has no state before it', async () => {
  const genesis = await readable.chain.blockAt(0n)
  if (genesis === undefined) throw new Error('no genesis block')
  await expect(reads.traceBlock(genesis, {})).rejects.toMatchObject({
    code: -32000,
    message: 'genesis is not traceable',
  })
})
