import { beforeAll, describe, expect, test } from 'vitest'
import {
  type Chain,
  copyVM,
  createChain,
  DEFAULT_PRECOMPILE_ADDRESS,
  defaultGenesis,
  developmentAccounts,
  readTensorGenesis,
  replay,
  type TensorEVM,
  type TensorGenesis,
} from '../../evm-ext/index.ts'
import { schedule } from '../../gas-model/index.ts'
import { code, op, pushGas } from '../bytecode.ts'
import { creating, wordOf } from './creation.ts'
import { genesisJSON } from './genesisJSON.ts'

const TRANSACTION_GAS = 21_000n
const GAS_LIMIT = 100_000n
const CHEAP_BASE_GAS = 7

/** Returns the word that TSPACE gives. */
const askSpace = code(op('TSPACE'), op('MSTORE', 0), op('RETURN', 0, 32))
// PUSH0, MSTORE with its first word of memory, PUSH1, PUSH0, RETURN, and the instruction.
const askSpaceGas = (baseGas: number) => pushGas(0, 32, 0) + 6n + BigInt(baseGas)

/** Calls the precompile with no gas, so that what the call itself costs is all there is. */
const touchPrecompile = op('STATICCALL', 0, BigInt(DEFAULT_PRECOMPILE_ADDRESS), 0, 0, 0, 0)
const touchGas = (access: bigint) => pushGas(0, BigInt(DEFAULT_PRECOMPILE_ADDRESS), 0, 0, 0, 0) + access

describe('a fork by time', () => {
  const genesis = defaultGenesis({
    tensorTime: 1000,
    forks: [{ name: 'cheaper', time: 2000, parameters: { tensorBaseGas: CHEAP_BASE_GAS } }],
  })
  let chain: Chain
  let asks: string

  beforeAll(async () => {
    chain = await createChain({ genesis })
    asks = (await chain.deploy(creating(askSpace))).contractAddress
  })

  const sendAt = (timestamp: number, to: string) => {
    chain.setNextBlockTimestamp(timestamp)
    return chain.sendTransaction({ to, gasLimit: GAS_LIMIT })
  }

  test('a second before it the instruction is invalid and takes all gas', async () => {
    const { status, gasUsed, error, haltCode } = await sendAt(999, asks)
    expect({ status, gasUsed, error, haltCode }).toEqual({
      ...{ status: 0, gasUsed: GAS_LIMIT, error: 'invalid opcode', haltCode: undefined },
    })
  })

  test('at its time the same code works, at the price of the schedule', async () => {
    const { status, gasUsed, returnValue } = await sendAt(1000, asks)
    expect(status).toBe(1)
    expect(wordOf(returnValue)).toBe(BigInt(schedule.tensorArenaBytes))
    expect(gasUsed).toBe(TRANSACTION_GAS + askSpaceGas(schedule.tensorBaseGas))
  })

  test('a call and a copy of the VM are at the fork of the head', async () => {
    const { gasUsed, returnValue } = await chain.call({ to: asks })
    expect(gasUsed).toBe(askSpaceGas(schedule.tensorBaseGas))
    expect(wordOf(returnValue)).toBe(BigInt(schedule.tensorArenaBytes))
    const copy = await copyVM(chain.vm)
    expect(copy.common.hardfork()).toBe('tensor')
    const { exceptionError, executionGasUsed } = await (copy.evm as TensorEVM).runCode({
      code: askSpace,
      gasLimit: GAS_LIMIT,
    })
    expect([exceptionError, executionGasUsed]).toEqual([undefined, askSpaceGas(schedule.tensorBaseGas)])
  })

  test('the repricing fork changes the price, from its first second on', async () => {
    expect((await sendAt(1999, asks)).gasUsed).toBe(TRANSACTION_GAS + askSpaceGas(schedule.tensorBaseGas))
    expect((await sendAt(2000, asks)).gasUsed).toBe(TRANSACTION_GAS + askSpaceGas(CHEAP_BASE_GAS))
    expect((await chain.call({ to: asks })).gasUsed).toBe(askSpaceGas(CHEAP_BASE_GAS))
  })

  test('blocks that span the forks give the same states on a new VM', async () => {
    const roots = await replay(genesis, chain.blocks(), { store: chain.store })
    expect(roots).toEqual(chain.blocks().map(({ header }) => `0x${Buffer.from(header.stateRoot).toString('hex')}`))
    expect(roots.at(-1)).toBe(chain.stateRoot())
    expect(chain.blocks().map(({ common }) => common.hardfork())).toEqual([
      ...['osaka', 'osaka', 'tensor', 'tensor', 'cheaper'],
    ])
  })

  test('a VM with another schedule refuses them', async () => {
    const other = (options: Parameters<typeof defaultGenesis>[0]) =>
      replay(defaultGenesis(options), chain.blocks(), { store: chain.store })
    await expect(other({ tensorTime: 1000 })).rejects.toThrow(/invalid (gasUsed|receiptTrie)/)
    await expect(other({ tensorTime: 999 })).rejects.toThrow(/invalid (gasUsed|receiptTrie)/)
  })
})

describe('the precompile', () => {
  test('is cold before the fork and warm from it on', async () => {
    const chain = await createChain({ genesis: defaultGenesis({ tensorTime: 1000 }) })
    const { contractAddress: touches } = await chain.deploy(creating(touchPrecompile))
    chain.setNextBlockTimestamp(999)
    const before = await chain.sendTransaction({ to: touches })
    expect(before).toMatchObject({ status: 1, gasUsed: TRANSACTION_GAS + touchGas(2600n) })
    expect((await chain.call({ to: touches })).gasUsed).toBe(touchGas(2600n))
    const after = await chain.sendTransaction({ to: touches })
    expect(after).toMatchObject({ status: 1, gasUsed: TRANSACTION_GAS + touchGas(100n) })
    expect((await chain.call({ to: touches })).gasUsed).toBe(touchGas(100n))
  })
})

describe('other schedules', () => {
  /** Status and gas of asking for the free space in each of the first blocks after deployment in block 1. */
  async function statuses(genesis: TensorGenesis, count: number) {
    const chain = await createChain({ genesis })
    const { contractAddress } = await chain.deploy(creating(askSpace))
    const receipts = []
    for (let i = 0; i < count; i++)
      receipts.push(await chain.sendTransaction({ to: contractAddress, gasLimit: GAS_LIMIT }))
    expect((await replay(genesis, chain.blocks(), { store: chain.store })).at(-1)).toBe(chain.stateRoot())
    return receipts.map(({ status, gasUsed, blockNumber }) => [blockNumber, status, gasUsed])
  }

  const works = (baseGas: number) => [1, TRANSACTION_GAS + askSpaceGas(baseGas)]

  test.each([
    ['Shanghai', { cancunTime: undefined, pragueTime: undefined, osakaTime: undefined }],
    ['Cancun', { pragueTime: undefined, osakaTime: undefined }],
    ['Prague', { osakaTime: undefined }],
  ])('on a chain whose last fork is %s', async (_, without) => {
    const alloc = { [developmentAccounts[0]?.address as string]: { balance: '0x3635c9adc5dea00000' } }
    const genesis = readTensorGenesis(genesisJSON({ ...without, tensorTime: 3 }, { alloc }))
    expect(await statuses(genesis, 3)).toEqual([
      [2n, 0, GAS_LIMIT],
      [3n, ...works(schedule.tensorBaseGas)],
      [4n, ...works(schedule.tensorBaseGas)],
    ])
  })

  test('by block number', async () => {
    const forks = [{ name: 'cheaper', block: 5, parameters: { tensorBaseGas: CHEAP_BASE_GAS } }]
    expect(await statuses(defaultGenesis({ tensorBlock: 4, forks }), 4)).toEqual([
      [2n, 0, GAS_LIMIT],
      [3n, 0, GAS_LIMIT],
      [4n, ...works(schedule.tensorBaseGas)],
      [5n, ...works(CHEAP_BASE_GAS)],
    ])
  })

  test('Prague first, then Osaka, the tensor fork and a blob-parameter-only fork', async () => {
    const genesis = readTensorGenesis(
      genesisJSON(
        {
          ...{ osakaTime: 2, tensorTime: 3, bpo1Time: 4 },
          blobSchedule: {
            osaka: { target: 6, max: 9, baseFeeUpdateFraction: 5007716 },
            bpo1: { target: 10, max: 15, baseFeeUpdateFraction: 8346193 },
          },
        },
        { alloc: defaultGenesis({ registry: `0x${'cc'.repeat(20)}` }).geth.alloc },
      ),
    )
    expect(await statuses(genesis, 3)).toEqual([
      [2n, 0, GAS_LIMIT],
      [3n, ...works(schedule.tensorBaseGas)],
      [4n, ...works(schedule.tensorBaseGas)],
    ])
  })

  test('a chain can start with parameters of its own', async () => {
    const genesis = defaultGenesis({ parameters: { tensorBaseGas: 5, tensorArenaBytes: 64 } })
    const chain = await createChain({ genesis })
    const { contractAddress } = await chain.deploy(creating(askSpace))
    const { returnValue, gasUsed } = await chain.call({ to: contractAddress })
    expect([wordOf(returnValue), gasUsed]).toEqual([64n, askSpaceGas(5)])
  })

  test('a chain before Shanghai is not a development chain', async () => {
    const genesis = readTensorGenesis(genesisJSON({ shanghaiTime: 1, cancunTime: 1, pragueTime: 1, osakaTime: 1 }))
    await expect(createChain({ genesis })).rejects.toThrow('a development chain starts at Shanghai or later')
  })
})
