import { bytesToHex } from '@ethereumjs/util'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import {
  type Chain,
  createChain,
  DEFAULT_PRECOMPILE_ADDRESS,
  defaultGenesis,
  developmentAccounts,
  encodeRegistration,
  MAX_TRANSACTION_GAS,
  MissingModelError,
  replay,
} from '../../evm-ext/index.ts'
import { encodeType, tensorBytes, tensorOf } from '../../isa/index.ts'
import { createReferenceKernel } from '../../kernel/index.ts'
import { createMemoryStore, interpret, registrationOf } from '../../model/index.ts'
import { code, op } from '../bytecode.ts'
import { creating, wordOf } from './creation.ts'
import { classifierModel, constantsModel } from './models.ts'

const [first, second] = developmentAccounts as [(typeof developmentAccounts)[0], (typeof developmentAccounts)[0]]
const FUNDS = 10n ** 22n

/** Adds 1 to slot 0 and returns the new value. */
const DUP1 = Uint8Array.of(0x80)
const counter = creating(
  ...[op('SLOAD', 0), op('ADD', 1), DUP1, op('SSTORE', 0)],
  ...[op('MSTORE', 0), op('RETURN', 0, 32)],
)

describe('transactions', () => {
  let chain: Chain
  let counts: string
  beforeAll(async () => {
    chain = await createChain()
    counts = (await chain.deploy(counter)).contractAddress
  })

  test('a transfer', async () => {
    const before = await chain.balance(first.address)
    const receipt = await chain.sendTransaction({ to: second.address, value: 5n })
    const block = chain.blocks().at(-1)
    expect(receipt).toMatchObject({ status: 1, gasUsed: 21000n, contractAddress: undefined, error: undefined })
    expect(receipt.blockNumber).toBe(block?.header.number)
    expect(receipt.transactionHash).toBe(bytesToHex(block?.transactions[0]?.hash() as Uint8Array))
    expect(await chain.balance(second.address)).toBe(FUNDS + 5n)
    const fee = 21000n * (block?.header.baseFeePerGas as bigint)
    expect(await chain.balance(first.address)).toBe(before - 5n - fee)
  })

  test('a call leaves nothing behind, a transaction does', async () => {
    const root = chain.stateRoot()
    for (let i = 0; i < 3; i++) expect(wordOf((await chain.call({ to: counts })).returnValue)).toBe(1n)
    expect(chain.stateRoot()).toBe(root)
    expect(bytesToHex(await chain.vm.stateManager.getStateRoot())).toBe(root)
    expect(wordOf((await chain.sendTransaction({ to: counts })).returnValue)).toBe(1n)
    expect(wordOf((await chain.call({ to: counts })).returnValue)).toBe(2n)
  })

  test('a call costs what the transaction does less its intrinsic gas', async () => {
    // Balances of the contract, the caller, the block's coinbase and the precompile: each is warm in a transaction.
    const asksWarm = [0x30, 0x33, 0x41].map((opcode) => Uint8Array.of(opcode, 0x31))
    const asksPrecompile = code(BigInt(DEFAULT_PRECOMPILE_ADDRESS), Uint8Array.of(0x31))
    const { contractAddress: warm } = await chain.deploy(creating(...asksWarm, asksPrecompile))
    for (const to of [counts, warm]) {
      const { gasUsed } = await chain.call({ to })
      expect((await chain.sendTransaction({ to })).gasUsed).toBe(21000n + gasUsed)
    }
  })

  test('a call has the value and the caller that it is given', async () => {
    const callerAndValue = creating(Uint8Array.of(0x33, 0x34, 0x01), op('MSTORE', 0), op('RETURN', 0, 32))
    const { contractAddress } = await chain.deploy(callerAndValue)
    const call = { to: contractAddress, from: `0x${'0'.repeat(39)}7`, value: 3n }
    expect(wordOf((await chain.call(call)).returnValue)).toBe(10n)
  })

  test('reverts and halts are results', async () => {
    const { contractAddress } = await chain.deploy(creating(op('MSTORE', 0, 42), op('REVERT', 0, 32)))
    const reverted = await chain.sendTransaction({ to: contractAddress })
    expect(reverted).toMatchObject({ status: 0, error: 'revert', haltCode: undefined })
    expect(wordOf(reverted.returnValue)).toBe(42n)
    const { contractAddress: frees } = await chain.deploy(creating(op('TFREE', 9, 1)))
    const halted = await chain.sendTransaction({ to: frees, gasLimit: 50_000n })
    expect(halted).toMatchObject({ status: 0, haltCode: 'BadHandle', gasUsed: 50_000n })
    expect(await chain.call({ to: frees, gas: 50_000 })).toMatchObject({
      status: 0,
      haltCode: 'BadHandle',
      gasUsed: 50_000n,
    })
  })

  test('logs', async () => {
    const { contractAddress } = await chain.deploy(creating(op('MSTORE', 0, 5), code(77, 1, 31, Uint8Array.of(0xa1))))
    const { logs } = await chain.sendTransaction({ to: contractAddress })
    expect(logs).toEqual([{ address: contractAddress, topics: [`0x${'0'.repeat(62)}4d`], data: Uint8Array.of(5) }])
  })

  test('a contract that can’t be created', async () => {
    await expect(chain.deploy(op('REVERT', 0, 0))).rejects.toThrow('the contract was not created: revert')
    await expect(chain.deploy('0xzz')).rejects.toThrow('bytecode: expected bytes or hex, found "0xzz"')
    const { status } = await chain.sendTransaction({ data: op('REVERT', 0, 0) })
    expect(status).toBe(0)
  })

  test('several in one block', async () => {
    const before = chain.blocks().length
    const receipts = await chain.sendTransactions([
      { to: counts },
      { to: counts, from: second.privateKey },
      { to: counts, gasLimit: 21_000 },
      { to: counts },
    ])
    expect(chain.blocks().length).toBe(before + 1)
    expect(receipts.map(({ status }) => status)).toEqual([1, 1, 0, 1])
    expect(new Set(receipts.map(({ blockNumber }) => blockNumber)).size).toBe(1)
    const counted = receipts.filter(({ status }) => status === 1).map(({ returnValue }) => wordOf(returnValue))
    expect(counted).toEqual([counted[0], (counted[0] as bigint) + 1n, (counted[0] as bigint) + 2n])
  })

  test('one that can’t be in a block fails its batch and changes nothing', async () => {
    const [root, blocks] = [chain.stateRoot(), chain.blocks().length]
    const poor = { from: `0x${'99'.repeat(32)}`, to: counts }
    await expect(chain.sendTransactions([{ to: counts }, poor])).rejects.toThrow("sender doesn't have enough funds")
    const burning = { data: op('INVALID') }
    await expect(chain.sendTransactions([burning, burning, burning, burning])).rejects.toThrow(
      'tx has a higher gas limit than the remaining gas in the block',
    )
    expect([chain.stateRoot(), chain.blocks().length]).toEqual([root, blocks])
    expect(bytesToHex(await chain.vm.stateManager.getStateRoot())).toBe(root)
    expect((await chain.sendTransaction({ to: counts })).status).toBe(1)
  })

  test('a block that does not validate changes nothing', async () => {
    const [root, balance] = [chain.stateRoot(), await chain.balance(first.address)]
    vi.spyOn(chain.vm.blockchain, 'putBlock').mockRejectedValueOnce(new Error('invalid block'))
    await expect(chain.sendTransaction({ to: counts })).rejects.toThrow('invalid block')
    expect([chain.stateRoot(), await chain.balance(first.address)]).toEqual([root, balance])
    expect((await chain.sendTransaction({ to: counts })).status).toBe(1)
  })

  test('operations asked for at once run in order', async () => {
    const asked = Array.from({ length: 8 }, async (_, index) =>
      wordOf(
        (index % 2 === 0 ? await chain.sendTransaction({ to: counts }) : await chain.call({ to: counts })).returnValue,
      ),
    )
    const words = await Promise.all(asked)
    const start = words[0] as bigint
    expect(words).toEqual([0n, 1n, 1n, 2n, 2n, 3n, 3n, 4n].map((step) => start + step))
  })

  const refused: [name: string, request: Record<string, unknown>, message: string][] = [
    ['an address', { to: '0x12' }, 'to: expected 0x and 40 hex digits, found "0x12"'],
    ['data', { to: first.address, data: '0x1' }, 'data: expected bytes or hex, found "0x1"'],
    ['a key', { from: '0x1234', to: first.address }, 'from: expected a private key of 32 bytes'],
    [
      'too much gas',
      { to: first.address, gasLimit: MAX_TRANSACTION_GAS + 1n },
      'gasLimit: expected an integer in 0..16777216, found 16777217',
    ],
    ['broken gas', { to: first.address, gasLimit: 1.5 }, 'gasLimit: expected an integer in 0..16777216, found 1.5'],
  ]
  test.each(refused)('refuses %s', async (_name, request, message) => {
    await expect(chain.sendTransaction(request)).rejects.toThrow(message)
  })

  test('blocks follow one another and can be run again', async () => {
    await chain.mine()
    const blocks = chain.blocks()
    blocks.forEach((block, index) => {
      expect(block.header.number).toBe(BigInt(index + 1))
      if (index > 0) expect(block.header.parentHash).toEqual(blocks[index - 1]?.hash())
    })
    expect((await replay(chain.genesis, blocks, { store: chain.store })).at(-1)).toBe(chain.stateRoot())
  })
})

describe('time', () => {
  test('blocks are a second apart unless told', async () => {
    const chain = await createChain({ genesis: defaultGenesis({ timestamp: 1000 }) })
    expect((await chain.mine()).header.timestamp).toBe(1001n)
    chain.setNextBlockTimestamp(5000)
    expect((await chain.mine()).header.timestamp).toBe(5000n)
    expect((await chain.mine()).header.timestamp).toBe(5001n)
    for (const timestamp of [5001, 5002.5])
      expect(() => chain.setNextBlockTimestamp(timestamp)).toThrow(
        `timestamp: expected an integer above 5001, the head's, found ${timestamp}`,
      )
  })

  test('a small block', async () => {
    const chain = await createChain({ genesis: defaultGenesis({ gasLimit: 100_000 }) })
    expect((await chain.sendTransaction({ to: second.address })).status).toBe(1)
    await expect(chain.sendTransaction({ to: second.address, gasLimit: 100_001 })).rejects.toThrow(
      '0..100000, found 100001',
    )
  })
})

describe('models', () => {
  const program = constantsModel()
  const registration = registrationOf(program)
  /** Loads the int32 tensor of the model and returns its first element. */
  const loads = creating(op('TMODELLOAD', BigInt(registration.root), 1, 0, 4), op('TMSTORE', 1, 0), op('RETURN', 0, 4))

  test('a root that is not registered halts the same everywhere', async () => {
    const chain = await createChain()
    await chain.store.put(program)
    const { contractAddress } = await chain.deploy(loads)
    const receipt = await chain.sendTransaction({ to: contractAddress, gasLimit: 200_000n })
    expect(receipt).toMatchObject({ status: 0, haltCode: 'UnknownModel', gasUsed: 200_000n })
    const roots = await replay(chain.genesis, chain.blocks(), { store: createMemoryStore() })
    expect(roots.at(-1)).toBe(chain.stateRoot())
  })

  test('a registered model without its bytes stops the chain where it is', async () => {
    const chain = await createChain()
    const { contractAddress } = await chain.deploy(loads)
    await chain.sendTransaction({ to: chain.genesis.registry, data: encodeRegistration(registration) })
    const [root, blocks, nonceBalance] = [chain.stateRoot(), chain.blocks().length, await chain.balance(first.address)]
    for (let attempt = 0; attempt < 2; attempt++) {
      await expect(chain.sendTransaction({ to: contractAddress })).rejects.toThrow(MissingModelError)
      await expect(chain.call({ to: contractAddress })).rejects.toThrow(
        `model ${registration.root} is registered but its bytes are not in this node's store`,
      )
    }
    expect([chain.stateRoot(), chain.blocks().length, await chain.balance(first.address)]).toEqual([
      root,
      blocks,
      nonceBalance,
    ])
    expect(bytesToHex(await chain.vm.stateManager.getStateRoot())).toBe(root)
    expect((await chain.sendTransaction({ to: second.address })).status).toBe(1)

    await chain.store.put(program)
    expect((await chain.sendTransaction({ to: contractAddress })).returnValue).toEqual(Uint8Array.of(1, 0, 0, 0))
    expect((await chain.call({ to: contractAddress })).returnValue).toEqual(Uint8Array.of(1, 0, 0, 0))
    const again = (store: typeof chain.store) => replay(chain.genesis, chain.blocks(), { store })
    await expect(again(createMemoryStore())).rejects.toThrow(MissingModelError)
    expect((await again(chain.store)).at(-1)).toBe(chain.stateRoot())
  })

  test('the precompile gives what the interpreter gives', async () => {
    const chain = await createChain()
    const { root } = await chain.registerModel(classifierModel())
    const input = tensorOf(
      'int8',
      [1, 16],
      Array.from({ length: 16 }, (_, index) => index * 7 - 50),
    )
    const data = Buffer.concat([Buffer.from(root.slice(2), 'hex'), tensorBytes(input)])
    const { status, returnValue } = await chain.call({ to: DEFAULT_PRECOMPILE_ADDRESS, data })
    expect(status).toBe(1)
    expect(Buffer.from(returnValue)).toEqual(Buffer.concat(interpret(classifierModel(), [input]).map(tensorBytes)))
    const sent = await chain.sendTransaction({ to: DEFAULT_PRECOMPILE_ADDRESS, data })
    expect(sent.returnValue).toEqual(returnValue)
  })

  test('transactions and calls share one memory', async () => {
    const kernel = createReferenceKernel()
    const chain = await createChain({ kernel })
    const bytes = 2 ** 23
    const { contractAddress } = await chain.deploy(
      creating(op('TCALLDATALOAD', encodeType({ dtype: 'int8', shape: [bytes] }), 0)),
    )
    for (let i = 0; i < 10; i++) {
      expect((await chain.sendTransaction({ to: contractAddress })).status).toBe(1)
      expect((await chain.call({ to: contractAddress })).status).toBe(1)
    }
    expect(kernel.memory.buffer.byteLength).toBeLessThan(2 * bytes)
  })
})
