import { bytesToHex, hexToBytes } from '@ethereumjs/util'
import { buildBlock, runBlock, runTx } from '@ethereumjs/vm'
import { afterEach, describe, expect, test } from 'vitest'
import { MissingModelError } from '../../evm-ext/errors.ts'
import { tensorParameters } from '../../evm-ext/parameters.ts'
import { encodeType } from '../../isa/index.ts'
import { modelRoot } from '../../model/root.ts'
import { createMemoryStore } from '../../model/store.ts'
import { code, op } from '../bytecode.ts'
import { classifierModel } from './models.ts'
import { KernelTrap, kernelWith, register } from './setup.ts'
import { blockOf, setUpVM, sign, stateRoot, type VMSetup } from './vm.ts'

const TENSOR = encodeType({ dtype: 'int32', shape: [4] })
const OUTER = 0xc0c
const INNER = 0xc1c
const GOOD = 0x600d
const MISSING = 0x315
const model = classifierModel()
const root = modelRoot(model)

const cause = new KernelTrap('the kernel failed')
const kernel = kernelWith('TADD', () => {
  throw cause
})

/** Writes storage and transient storage, holds a tensor, and calls a contract that does so and then fails. */
const contracts = {
  [OUTER]: code(
    ...[op('SSTORE', 0, 1), op('TSTORE', 0, 1), op('TCALLDATALOAD', TENSOR, 0)],
    op('CALL', 500_000, INNER, 0, 0, 0, 0, 0),
  ),
  [INNER]: code(...[op('SSTORE', 0, 2), op('TSTORE', 0, 2), op('TCALLDATALOAD', TENSOR, 0)], op('TADD', 1, 1)),
  // Keeps what transient storage held before: nothing, unless it leaked from an earlier transaction.
  [GOOD]: code(op('TLOAD', 0), 0, op('SSTORE'), op('TCALLDATALOAD', TENSOR, 0), 1, op('SSTORE')),
  [MISSING]: code(op('SSTORE', 0, 1), op('TMODELLOAD', BigInt(root), 0, 0, 1)),
}

let open: VMSetup | undefined

/** A VM in which the model is registered and its bytes are missing. */
async function fresh(): Promise<VMSetup> {
  open = await setUpVM(contracts, { kernel, store: createMemoryStore() })
  const { vm } = open
  await register(vm.common, vm.stateManager as never, root, 60)
  await (vm.stateManager as unknown as { flush(): Promise<void> }).flush()
  return open
}

afterEach(() => {
  if (open === undefined) return
  const { arena } = open.evm
  expect([arena.depth, arena.liveBytes, arena.liveTensors]).toEqual([0, 0, 0])
})

const precompileInput = code(hexToBytes(root), new Uint8Array(16))
const failures = {
  'a trap in the kernel': { to: OUTER, error: KernelTrap },
  'a model whose bytes are missing': { to: MISSING, error: MissingModelError },
  'a model whose bytes the precompile misses': { to: undefined, error: MissingModelError },
}

describe.each(Object.entries(failures))('%s', (_name, { to, error }) => {
  const failing = ({ vm }: VMSetup, nonce = 0) =>
    sign(vm, {
      nonce,
      to: to ?? tensorParameters(vm.common).tensorPrecompileAddress,
      data: to === undefined ? precompileInput : new Uint8Array(16),
    })

  test('leaves runTx as it was thrown, with the state as before', async () => {
    const set = await fresh()
    const { vm } = set
    const before = await stateRoot(vm)
    await expect(runTx(vm, { tx: failing(set) })).rejects.toThrow(error)
    expect(await stateRoot(vm)).toBe(before)
  })

  test('does not show in the transactions that follow', async () => {
    const set = await fresh()
    await expect(runTx(set.vm, { tx: failing(set) })).rejects.toThrow(error)
    const after = await runTx(set.vm, { tx: sign(set.vm, { nonce: 0, to: GOOD }) })
    const rootAfter = await stateRoot(set.vm)

    const other = await fresh()
    const expected = await runTx(other.vm, { tx: sign(other.vm, { nonce: 0, to: GOOD }) })
    expect(expected.execResult.exceptionError).toBeUndefined()
    expect(after.totalGasSpent).toBe(expected.totalGasSpent)
    expect(rootAfter).toBe(await stateRoot(other.vm))
  })

  test('leaves runBlock, with the state as before the block', async () => {
    const set = await fresh()
    const { vm, genesisBlock } = set
    const before = await stateRoot(vm)
    const transactions = [sign(vm, { nonce: 0, to: GOOD }), failing(set, 1)]
    const block = blockOf(vm, genesisBlock, transactions)
    const run = () => runBlock(vm, { block, generate: true, skipBlockValidation: true, setHardfork: true })
    await expect(run()).rejects.toThrow(error)
    expect(await stateRoot(vm)).toBe(before)

    const good = blockOf(vm, genesisBlock, transactions.slice(0, 1))
    const runGood = (on: VMSetup) =>
      runBlock(on.vm, { block: good, generate: true, skipBlockValidation: true, setHardfork: true })
    const result = await runGood(set)
    expect(bytesToHex(result.stateRoot)).toBe(bytesToHex((await runGood(await fresh())).stateRoot))
  })

  test('leaves buildBlock, which can be reverted or go on without it', async () => {
    const set = await fresh()
    const { vm, genesisBlock } = set
    const before = await stateRoot(vm)
    const headerData = { timestamp: 1n, gasLimit: genesisBlock.header.gasLimit }
    const start = (on: VMSetup) =>
      buildBlock(on.vm, {
        parentBlock: genesisBlock,
        headerData,
        withdrawals: [],
        blockOpts: { putBlockIntoBlockchain: false },
      })
    const builder = await start(set)
    await builder.addTransaction(sign(vm, { nonce: 0, to: GOOD }))
    await expect(builder.addTransaction(failing(set, 1))).rejects.toThrow(error)
    await builder.revert()
    expect(await stateRoot(vm)).toBe(before)

    const again = await start(set)
    await expect(again.addTransaction(failing(set))).rejects.toThrow(error)
    await again.addTransaction(sign(vm, { nonce: 0, to: GOOD }))
    const { block } = await again.build()
    const other = await fresh()
    const plain = await start(other)
    await plain.addTransaction(sign(other.vm, { nonce: 0, to: GOOD }))
    expect(bytesToHex(block.hash())).toBe(bytesToHex((await plain.build()).block.hash()))
  })
})

test('the error is the very one that was thrown', async () => {
  const { vm } = await fresh()
  await expect(runTx(vm, { tx: sign(vm, { nonce: 0, to: OUTER, data: new Uint8Array(16) }) })).rejects.toBe(cause)
})

test('a missing model is named', async () => {
  const { vm } = await fresh()
  const run = runTx(vm, { tx: sign(vm, { nonce: 0, to: MISSING }) })
  await expect(run).rejects.toMatchObject({ name: 'MissingModelError', root, message: expect.stringContaining(root) })
})

test('every checkpoint is closed', async () => {
  const { vm, evm } = await fresh()
  await expect(runTx(vm, { tx: sign(vm, { nonce: 0, to: OUTER, data: new Uint8Array(16) }) })).rejects.toThrow()
  await expect(vm.stateManager.commit()).rejects.toThrow()
  expect(evm.transientStorage).toMatchObject({ _indices: [0] })
})

// ethereumjs-monorepo issue 563: an invalid block used to stay in the state. Pinned, as other code relies on it.
test('runBlock refuses a block with a wrong state root and keeps the state', async () => {
  const { vm, genesisBlock } = await fresh()
  const before = await stateRoot(vm)
  const block = blockOf(vm, genesisBlock, [sign(vm, { nonce: 0, to: GOOD })])
  await expect(runBlock(vm, { block, skipBlockValidation: true, setHardfork: true })).rejects.toThrow('invalid')
  expect(await stateRoot(vm)).toBe(before)
})

test('a second transaction at the same time is refused, and the first is not disturbed', async () => {
  const { evm } = await fresh()
  const run = () => evm.runCode({ code: op('TCALLDATALOAD', TENSOR, 0), gasLimit: 10_000n })
  const first = run()
  await expect(run()).rejects.toThrow('take a shallowCopy')
  await expect(evm.runCall({ gasLimit: 10_000n })).rejects.toThrow('take a shallowCopy')
  const both = [evm.shallowCopy(), evm.shallowCopy()].map((copy) =>
    copy.runCode({ code: op('TCALLDATALOAD', TENSOR, 0), gasLimit: 10_000n }),
  )
  for (const result of await Promise.all([first, ...both])) expect(result.exceptionError).toBeUndefined()
})
