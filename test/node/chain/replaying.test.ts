import { type Block, createBlockFromRLP } from '@ethereumjs/block'
import {
  createAccessList2930Tx,
  createBlob4844Tx,
  createEOACode7702Tx,
  createLegacyTx,
  type TypedTransaction,
} from '@ethereumjs/tx'
import {
  bigIntToHex,
  bytesToHex,
  createAddressFromString,
  eoaCode7702SignAuthorization,
  setLengthLeft,
} from '@ethereumjs/util'
import { describe, expect, test } from 'vitest'
import { defaultGenesis, type Hex, readTensorGenesis } from '../../../evm-ext/index.ts'
import type { NodeChain } from '../../../node/chain/chain.ts'
import { signAs } from '../../../node/chain/sender.ts'
import { createMemoryDatabase } from '../../../node/database/memory.ts'
import { op } from '../../bytecode.ts'
import { creating } from '../../evm-ext/creation.ts'
import { balanceOf, FUNDS, first, mine, openChain, second, signed, third, unsigned } from './setup.ts'

const GWEI = 10n ** 9n

/** A block as it comes from somewhere else. */
const decoded = (chain: NodeChain, block: Block) =>
  createBlockFromRLP(block.serialize(), {
    common: chain.commonAt({ number: 0n, timestamp: 0n }),
    setHardfork: true,
  })

/** Has another chain of the same genesis take over all blocks, and compares what they know of each. */
async function replay(chain: NodeChain): Promise<NodeChain> {
  const other = await openChain(chain.genesis)
  for (let number = 1n; number <= chain.head().header.number; number++) {
    const block = (await chain.blockAt(number)) as Block
    const record = await other.importBlock(decoded(other, block))
    expect(record.receipts).toEqual((await chain.recordAt(number))?.receipts)
  }
  expect(bytesToHex(other.head().hash())).toBe(bytesToHex(chain.head().hash()))
  return other
}

/** Code that returns `length` zero bytes. */
const returning = (length: number) => bytesToHex(op('RETURN', 0, length))

describe('two nodes of one genesis come to the same roots', () => {
  test('with a tensor fork and a repricing fork in the middle', async () => {
    const genesis = defaultGenesis({
      tensorTime: 10,
      forks: [{ name: 'cheaper', time: 20, parameters: { tensorBaseGas: 7 } }],
    })
    const chain = await openChain(genesis)
    const asks = creating(op('TSPACE'), op('SSTORE', 0), op('STOP'))
    const { receipts } = await mine(chain, signed(chain, { nonce: 0n, data: asks, gasLimit: 200_000n }))
    const to = receipts[0]?.contractAddress as Hex
    const gas: bigint[] = []
    let nonce = 1n
    for (const timestamp of [9n, 10n, 19n, 20n, 30n]) {
      const { receipts } = await chain.mine({ timestamp }, [signed(chain, { nonce: nonce++, to, gasLimit: 100_000n })])
      gas.push(receipts[0]?.gasUsed ?? 0n)
      expect(receipts[0]?.error).toBe(timestamp < 10n ? 'invalid opcode' : undefined)
    }
    expect(gas[0]).toBe(100_000n)
    expect((gas[2] as bigint) - (gas[3] as bigint)).toBeGreaterThan(0n)
    const other = await replay(chain)
    const next = signed(chain, { nonce, to, gasLimit: 100_000n })
    expect((await mine(other, next)).block.hash()).toEqual((await mine(chain, next)).block.hash())
  })

  test('with every type of transaction, and the system contracts in place', async () => {
    // Blocks have nothing but the hashes of blobs, and nobody asks whether these are those of the blobs.
    const sidecar = {
      blobVersionedHashes: [`0x01${'00'.repeat(31)}` as Hex],
      blobs: [`0x${'00'.repeat(131_072)}` as Hex],
      kzgCommitments: [`0x${'00'.repeat(48)}` as Hex],
      kzgProofs: [`0x${'00'.repeat(48)}` as Hex],
    }
    const alloc = {
      '0x000f3df6d732807ef1319fb7b8bb8522d0beac02': { balance: '0', code: '0x00' },
      '0x0000f90827f1c53a10cb7a02335b175320002935': { balance: '0', code: '0x00' },
      '0x00000961ef480eb55e80d19ad83579a64c007002': { balance: '0', code: returning(76) },
      '0x0000bbddc7ce488642fb579f8b00f3a590007251': { balance: '0', code: returning(116) },
    }
    const chain = await openChain({ alloc })
    const common = chain.commonAt({ number: 1n, timestamp: 1n })
    const fees = { maxFeePerGas: 2n * GWEI, maxPriorityFeePerGas: 1n }
    const shared = { to: second.address, value: 1n, gasLimit: 100_000n }
    const authority = eoaCode7702SignAuthorization(
      { chainId: bigIntToHex(common.chainId()), address: second.address, nonce: '0x' },
      third.privateKey,
    )
    const accessList = [{ address: second.address, storageKeys: [`0x${'01'.repeat(32)}` as Hex] }]
    const unsignedOnes: TypedTransaction[] = [
      createLegacyTx({ ...shared, nonce: 0n, gasPrice: 2n * GWEI }, { common }),
      createAccessList2930Tx({ ...shared, nonce: 1n, gasPrice: 2n * GWEI, accessList }, { common }),
      unsigned(chain, { nonce: 2n, to: second.address }),
      createBlob4844Tx({ ...shared, ...fees, nonce: 3n, maxFeePerBlobGas: GWEI, ...sidecar }, { common }),
      createEOACode7702Tx({ ...shared, ...fees, nonce: 4n, authorizationList: [authority] }, { common }),
    ]
    const transactions = unsignedOnes.map((transaction) => transaction.sign(first.privateKey))
    const { block, receipts, refused } = await mine(chain, ...transactions)
    expect(refused).toEqual([])
    expect(receipts.map(({ type, status }) => [type, status])).toEqual([0, 1, 2, 3, 4].map((type) => [type, 1]))
    expect(receipts[3]).toMatchObject({ blobGasUsed: 131_072n, blobGasPrice: 1n })
    expect(receipts[2]).toMatchObject({ blobGasUsed: undefined, blobGasPrice: undefined })
    expect(block.header.blobGasUsed).toBe(131_072n)
    expect(block.serialize().length).toBeLessThan(2_000)
    const state = await chain.stateAt(chain.head())
    expect(bytesToHex(await state.getCode(createAddressFromString(third.address)))).toBe(
      `0xef0100${second.address.slice(2)}`,
    )
    const beacon = createAddressFromString('0x000f3df6d732807ef1319fb7b8bb8522d0beac02')
    expect(await state.getStorage(beacon, setLengthLeft(Uint8Array.of(1), 32))).toEqual(Uint8Array.of(1))
    const history = createAddressFromString('0x0000f90827f1c53a10cb7a02335b175320002935')
    expect(await state.getStorage(history, new Uint8Array(32))).toEqual(block.header.parentHash)
    await mine(chain)
    expect(chain.head().header.requestsHash).toEqual(block.header.requestsHash)
    await replay(chain)
  })

  test('from proof of work on, which can be imported but not mined', async () => {
    const { config } = defaultGenesis().geth
    const times = ['shanghaiTime', 'cancunTime', 'pragueTime', 'osakaTime', 'tensorTime'].map((key) => [key, 100])
    const genesis = readTensorGenesis({
      config: { ...config, mergeNetsplitBlock: 5, ...Object.fromEntries(times) },
      ...{ gasLimit: 30_000_000, difficulty: 131_072, alloc: {} },
    })
    const chain = await openChain(genesis)
    await expect(mine(chain)).rejects.toThrow('blocks before the merge can be imported, not mined')
  })
})

describe('a block that does not check out', () => {
  const prepare = async () => {
    const [chain, other] = [await openChain(), await openChain()]
    const { block } = await mine(chain, signed(chain, { nonce: 0n, to: second.address, value: 1n }))
    return { other, block }
  }

  test.each([
    ['the state root', 'invalid block stateRoot', { stateRoot: new Uint8Array(32).fill(1) }],
    ['the receipts', 'invalid receiptTrie', { receiptTrie: new Uint8Array(32).fill(1) }],
    ['the transactions', 'invalid transaction trie', { transactionsTrie: new Uint8Array(32).fill(1) }],
    ['the gas', 'invalid gasUsed', { gasUsed: 21_001n }],
    ['the base fee', 'base fee not correct', { baseFeePerGas: 7n }],
    ['the blob gas', 'blob', { excessBlobGas: 131_072n }],
    ['the requests', 'invalid requestsHash', { requestsHash: new Uint8Array(32).fill(1) }],
    ['the timestamp', 'invalid timestamp', { timestamp: 0n }],
    ['the gas limit', 'gas limit increased too much', { gasLimit: 70_000_000n }],
    ['the parent', 'expected one on the head, block 0', { parentHash: new Uint8Array(32).fill(1) }],
    ['the number', 'invalid number', { number: 2n }],
  ])('by %s is refused, and the chain is as before', async (_, message, fields) => {
    const { other, block } = await prepare()
    const forged = decoded(other, block)
    // Headers are frozen, and have no way to be copied with other fields.
    const header = Object.create(Object.getPrototypeOf(forged.header), {
      ...Object.getOwnPropertyDescriptors(forged.header),
      ...Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, { value }])),
    })
    const bad: Block = Object.create(Object.getPrototypeOf(forged), {
      ...Object.getOwnPropertyDescriptors(forged),
      header: { value: header },
    })
    await expect(other.importBlock(bad)).rejects.toThrow(message)
    expect(other.head().header.number).toBe(0n)
    expect(await balanceOf(other, second.address)).toBe(FUNDS)
    await other.importBlock(block)
    expect(await balanceOf(other, second.address)).toBe(FUNDS + 1n)
  })
})

describe('an impersonated sender', () => {
  test('is in receipt and transaction, also when the chain is opened again, and its block goes nowhere else', async () => {
    const database = createMemoryDatabase()
    const chain = await openChain({}, database)
    const sender = createAddressFromString(third.address)
    const transaction = signAs(unsigned(chain, { nonce: 0n, to: second.address, value: 9n }), sender)
    const { block, receipts, refused } = await mine(chain, transaction)
    expect(refused).toEqual([])
    expect(receipts).toMatchObject([
      { from: third.address, status: 1, transactionHash: bytesToHex(transaction.hash()) },
    ])
    const again = await openChain({}, database)
    for (const one of [chain, again]) {
      const found = (await one.blockAt(1n)) as Block
      expect(found.transactions[0]?.getSenderAddress().toString()).toBe(third.address)
      expect(await found.transactionsTrieIsValid()).toBe(true)
      expect(await balanceOf(one, second.address)).toBe(FUNDS + 9n)
    }
    const other = await openChain()
    await expect(other.importBlock(decoded(other, block))).rejects.toThrow('block 1: ')
  })

  test('may be a contract, which nobody who signs can be', async () => {
    const chain = await openChain()
    const data = creating(op('STOP'))
    const { receipts } = await mine(
      chain,
      signed(chain, { nonce: 0n, data, gasLimit: 100_000n }),
      signed(chain, { nonce: 1n, to: '0x5fbdb2315678afecb367f032d93f642f64180aa3', value: 10n ** 18n }),
    )
    const contract = createAddressFromString(receipts[0]?.contractAddress as Hex)
    const from = unsigned(chain, { nonce: 1n, to: second.address, value: 9n, gasLimit: 50_000n })
    const mined = await mine(chain, signAs(from, contract))
    expect(mined.refused).toEqual([])
    expect(mined.receipts).toMatchObject([{ from: contract.toString(), status: 1, gasUsed: 21_000n }])
    expect(bytesToHex(await (await chain.stateAt(chain.head())).getCode(contract))).toBe('0x00')
  })
})
