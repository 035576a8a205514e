import { bytesToHex, createAddressFromString } from '@ethereumjs/util'
import { describe, expect, test } from 'vitest'
import { encodeRegistration, type Hex, MissingModelError } from '../../../evm-ext/index.ts'
import { registrationOf } from '../../../model/index.ts'
import { type BlockRecord, type NodeChain, PostponedError } from '../../../node/chain/chain.ts'
import { op } from '../../bytecode.ts'
import { creating } from '../../evm-ext/creation.ts'
import { constantsModel } from '../../evm-ext/models.ts'
import { balanceOf, FUNDS, first, mine, openChain, second, signed, third } from './setup.ts'

const hashOf = (chain: NodeChain) => bytesToHex(chain.head().hash())

describe('mining', () => {
  test('a block takes transactions in their order, and is found by number, hash and transaction', async () => {
    const chain = await openChain()
    const told: BlockRecord[] = []
    const stop = chain.listen({ onBlock: (record) => told.push(record) })
    const transactions = [0n, 1n].map((nonce) => signed(chain, { nonce, to: second.address, value: 5n }))
    const { block, receipts, refused } = await mine(chain, ...transactions)
    expect(refused).toEqual([])
    expect(receipts).toMatchObject([
      { from: first.address, status: 1, gasUsed: 21_000n, cumulativeGasUsed: 21_000n, type: 2 },
      { from: first.address, status: 1, gasUsed: 21_000n, cumulativeGasUsed: 42_000n, contractAddress: undefined },
    ])
    const price = block.header.baseFeePerGas as bigint
    expect(receipts.map(({ effectiveGasPrice }) => effectiveGasPrice)).toEqual([price, price])
    expect(await balanceOf(chain, second.address)).toBe(FUNDS + 10n)
    expect(await balanceOf(chain, first.address)).toBe(FUNDS - 10n - 42_000n * price)
    expect(chain.head()).toBe(block)
    expect(told).toMatchObject([{ block, receipts }])
    const hash = bytesToHex(block.hash())
    for (const id of [1n, hash] as const) expect(await chain.recordAt(id)).toMatchObject({ receipts })
    expect(bytesToHex((await chain.blockAt(1n))?.hash() as Uint8Array)).toBe(hash)
    const transactionHash = bytesToHex(transactions[1]?.hash() as Uint8Array)
    expect(await chain.transaction(transactionHash)).toMatchObject({ index: 1, receipt: receipts[1] })
    stop()
    await mine(chain)
    expect(told.length).toBe(1)
  })

  test('what is not there is undefined', async () => {
    const chain = await openChain()
    const unknown: Hex = `0x${'12'.repeat(32)}`
    for (const id of [1n, -1n, unknown]) expect(await chain.blockAt(id)).toBeUndefined()
    expect(await chain.transaction(unknown)).toBeUndefined()
    expect((await chain.recordAt(0n))?.receipts).toEqual([])
  })

  test('creating a contract, also one that fails, names its address', async () => {
    const chain = await openChain()
    const counter = creating(op('SSTORE', 0, 1), op('STOP'))
    const { receipts } = await mine(
      chain,
      signed(chain, { nonce: 0n, data: counter, gasLimit: 200_000n }),
      signed(chain, { nonce: 1n, data: Uint8Array.of(0xfe), gasLimit: 100_000n }),
    )
    expect(receipts).toMatchObject([
      { status: 1, contractAddress: '0x5fbdb2315678afecb367f032d93f642f64180aa3', error: undefined },
      { status: 0, contractAddress: '0xe7f1725e7734ce288f8367e1bb143e90bb3f0512', error: 'invalid opcode' },
    ])
  })

  test('a tensor halt is in the receipt', async () => {
    const chain = await openChain()
    const data = creating(op('TMODELLOAD', 7, 0, 0, 1))
    const contract = (await mine(chain, signed(chain, { nonce: 0n, data, gasLimit: 200_000n }))).receipts[0]
    const to = contract?.contractAddress as Hex
    const { receipts } = await mine(chain, signed(chain, { nonce: 1n, to, gasLimit: 100_000n }))
    expect(receipts).toMatchObject([{ status: 0, haltCode: 'UnknownModel', error: 'tensor halt: UnknownModel' }])
    expect((await chain.recordAt(2n))?.receipts).toEqual(receipts)
  })

  test('transactions that the block can not take are left out, and the others are as if they had not been there', async () => {
    const [chain, other] = [await openChain(), await openChain()]
    const to = second.address
    const good = (on: NodeChain) => [
      signed(on, { nonce: 0n, to, value: 1n }),
      signed(on, { from: third, nonce: 0n, to, value: 2n }),
      signed(on, { nonce: 1n, to, value: 3n }),
    ]
    const [a, b, c] = good(chain) as [ReturnType<typeof signed>, ReturnType<typeof signed>, ReturnType<typeof signed>]
    const poor = { ...third, privateKey: new Uint8Array(32).fill(7) }
    const bad = [
      signed(chain, { nonce: 9n, to }),
      signed(chain, { from: poor, nonce: 0n, to, value: 1n }),
      signed(chain, { nonce: 0n, to }),
      signed(chain, { nonce: 1n, to, maxFeePerGas: 1n }),
      signed(chain, { nonce: 1n, to, gasLimit: 20_999n }),
      signed(chain, { from: second, nonce: 0n, to, value: FUNDS }),
    ]
    const { receipts, refused, block } = await mine(
      chain,
      ...bad.slice(0, 1),
      a,
      ...bad.slice(1, 3),
      b,
      ...bad.slice(3),
      c,
    )
    expect(receipts.length).toBe(3)
    expect(refused.map(({ transaction }) => transaction)).toEqual(bad)
    expect(refused.map(({ reason }) => reason.message)).toEqual([
      expect.stringMatching(/^nonce too high: .* tx: 9 state: 0$/),
      expect.stringMatching(/^sender doesn't have enough funds .* only has: 0$/),
      expect.stringMatching(/^nonce too low: .* tx: 0 state: 1$/),
      expect.stringMatching(/is less than the block's baseFeePerGas \(\d+\)$/),
      expect.stringMatching(/INTRINSIC_GAS_TOO_LOW/),
      expect.stringMatching(/^sender doesn't have enough funds/),
    ])
    expect(refused.map(({ reason }) => reason instanceof PostponedError)).toEqual([true, ...Array(5).fill(false)])
    expect((await mine(other, ...good(other))).block.hash()).toEqual(block.hash())
  })

  test('a transaction that needs a model whose bytes are missing is left out, and not once they are there', async () => {
    const chain = await openChain()
    const program = constantsModel()
    const registration = registrationOf(program)
    const loads = creating(op('TMODELLOAD', BigInt(registration.root), 1, 0, 4), op('TMSTORE', 1, 0), op('STOP'))
    const { receipts } = await mine(
      chain,
      signed(chain, { nonce: 0n, data: loads, gasLimit: 200_000n }),
      signed(chain, {
        nonce: 1n,
        to: chain.genesis.registry,
        data: encodeRegistration(registration),
        gasLimit: 200_000n,
      }),
    )
    const to = receipts[0]?.contractAddress as Hex
    const asks = signed(chain, { nonce: 2n, to, gasLimit: 300_000n })
    const next = signed(chain, { from: second, nonce: 0n, to: third.address, value: 1n })
    const mined = await mine(chain, asks, next)
    expect(mined.refused).toMatchObject([{ transaction: asks, reason: expect.any(MissingModelError) }])
    expect(mined.receipts).toMatchObject([{ status: 1, from: second.address }])
    await chain.models.put(program)
    expect((await mine(chain, asks)).receipts).toMatchObject([{ status: 1, from: first.address }])
  })

  test('a refusal may be fatal, and the chain is as before then', async () => {
    const chain = await openChain()
    const before = hashOf(chain)
    const good = signed(chain, { nonce: 0n, to: second.address, value: 1n })
    const bad = signed(chain, { nonce: 2n, to: second.address })
    await expect(chain.mine({ timestamp: 1n }, [good, bad], true)).rejects.toThrow('nonce too high')
    expect(hashOf(chain)).toBe(before)
    expect(await balanceOf(chain, second.address)).toBe(FUNDS)
    expect((await mine(chain, good)).receipts.length).toBe(1)
  })

  test('a full block leaves transactions for the next', async () => {
    const chain = await openChain({ gasLimit: 50_000 })
    const three = [0n, 1n, 2n].map((nonce) => signed(chain, { nonce, to: second.address }))
    const { receipts, refused } = await mine(chain, ...three)
    expect(receipts.length).toBe(2)
    expect(refused).toMatchObject([{ transaction: three[2], reason: expect.any(PostponedError) }])
    expect((await mine(chain, ...three.slice(2))).receipts.length).toBe(1)
  })

  test('a timestamp that is not after the head is refused', async () => {
    const chain = await openChain({ timestamp: 100 })
    await expect(chain.mine({ timestamp: 100n }, [])).rejects.toThrow(
      "timestamp: expected at least 101, after the head's, found 100",
    )
    expect(() => chain.nextHeader({ timestamp: 100n })).toThrow(RangeError)
  })

  test('fields of the header can be set, and what follows from the parent does', async () => {
    const chain = await openChain()
    const fields = {
      timestamp: 50n,
      coinbase: third.address,
      gasLimit: 1_000_000n,
      baseFeePerGas: 7n,
      prevRandao: `0x${'34'.repeat(32)}` as Hex,
    }
    const expected = chain.nextHeader(fields)
    const { block } = await chain.mine(fields, [
      signed(chain, { nonce: 0n, to: second.address, maxPriorityFeePerGas: 3n }),
    ])
    const { header } = block
    expect(header).toMatchObject({ timestamp: 50n, gasLimit: 1_000_000n, baseFeePerGas: 7n })
    expect(bytesToHex(header.prevRandao)).toBe(fields.prevRandao)
    expect(await balanceOf(chain, third.address)).toBe(FUNDS + 3n * 21_000n)
    for (const key of ['number', 'parentHash', 'coinbase', 'mixHash', 'excessBlobGas'] as const)
      expect(expected[key]).toEqual(header[key])
    const next = chain.nextHeader({ timestamp: 51n })
    expect([next.gasLimit, next.coinbase.toString(), next.baseFeePerGas]).toEqual([
      ...[1_000_000n, third.address, header.calcNextBaseFee()],
    ])
    expect(next.prevRandao).not.toEqual(header.prevRandao)
  })

  test('operations run in turn, whatever becomes of those before', async () => {
    const chain = await openChain()
    const results = await Promise.allSettled([
      mine(chain, signed(chain, { nonce: 0n, to: second.address })),
      chain.mine({ timestamp: 0n }, []),
      chain.rewind(5n),
      chain.mine({ timestamp: 9n }, [signed(chain, { nonce: 1n, to: second.address })]),
      chain.rewind(1n),
    ])
    expect(results.map(({ status }) => status)).toEqual([
      ...['fulfilled', 'rejected', 'rejected', 'fulfilled', 'fulfilled'],
    ])
    expect(chain.head().header.number).toBe(1n)
  })

  test('a listener that throws harms nobody', async () => {
    const chain = await openChain()
    const warned = new Promise<Error>((resolve) => process.once('warning', resolve))
    chain.listen({
      onBlock() {
        throw new Error('mine alone')
      },
    })
    expect((await mine(chain)).block.header.number).toBe(1n)
    expect((await warned).message).toBe('mine alone')
  })
})

describe('a state', () => {
  test('of an earlier block can be read, and what is written to it stays there', async () => {
    const chain = await openChain()
    const genesis = chain.head()
    await mine(chain, signed(chain, { nonce: 0n, to: second.address, value: 7n }))
    const address = createAddressFromString(second.address)
    const state = await chain.stateAt(genesis)
    expect((await state.getAccount(address))?.balance).toBe(FUNDS)
    await state.modifyAccountFields(address, { balance: 1n })
    await state.flush()
    expect((await (await chain.stateAt(genesis)).getAccount(address))?.balance).toBe(FUNDS)
    expect(await balanceOf(chain, second.address)).toBe(FUNDS + 7n)
  })
})
