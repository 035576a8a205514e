import { Common, Mainnet } from '@ethereumjs/common'
import { SimpleStateManager } from '@ethereumjs/statemanager'
import { createFeeMarket1559Tx } from '@ethereumjs/tx'
import { Account, createAddressFromString } from '@ethereumjs/util'
import { createVM, runTx } from '@ethereumjs/vm'
import { expect, test } from 'vitest'
import { createChain, createTensorEVM, tensorEVMOf } from '../../../evm-ext/index.ts'
import { TENSOR_EIP } from '../../../evm-ext/parameters.ts'
import { type GasReport, reportCall, reportGas, watchGas } from '../../../evm-ext/report/index.ts'
import { schedule } from '../../../gas-model/index.ts'
import { encodeType } from '../../../isa/index.ts'
import { createMemoryStore } from '../../../model/store.ts'
import { code, op } from '../../bytecode.ts'
import { creating } from '../creation.ts'
import { classifierModel } from '../models.ts'
import { address, call, KernelTrap, kernelWith, putCode, setUp } from '../setup.ts'

const CONTRACT = 0xf00
const ROW = encodeType({ dtype: 'int8', shape: [1, 20] })
const program = code(op('TCALLDATALOAD', ROW, 0), op('TMSTORE', 1, 0), op('RETURN', 0, 32))

const unexpected = (error: Error) => {
  throw error
}

test('reports come in the order of transactions, with their hashes, and nothing else', async () => {
  const chain = await createChain()
  const { value, reports } = await reportGas(chain.vm, async () => {
    const { contractAddress } = await chain.deploy(creating(program))
    await chain.mine()
    const [first, second] = await chain.sendTransactions([{ to: contractAddress }, { to: contractAddress, data: '01' }])
    // What runs on another VM is not seen.
    await chain.call({ to: contractAddress })
    return [first, second]
  })
  expect(reports.map(({ kind }) => kind)).toEqual(['transaction', 'transaction', 'transaction'])
  expect(reports.slice(1).map(({ transactionHash }) => transactionHash)).toEqual(
    value.map((receipt) => receipt?.transactionHash),
  )
  expect(reports.slice(1).map(({ gasUsed }) => BigInt(gasUsed))).toEqual(value.map((receipt) => receipt?.gasUsed))
})

test('a registration and its precompile are reported too', async () => {
  const chain = await createChain()
  const { value, reports } = await reportGas(chain.vm, () => chain.registerModel(classifierModel()))
  expect(reports.map(({ gasUsed }) => BigInt(gasUsed))).toEqual([value.gasUsed])
  expect(reports[0]?.frame.codeAddress).toBe(chain.genesis.registry)
})

test('a call at the head of a chain', async () => {
  const chain = await createChain()
  const { contractAddress } = await chain.deploy(creating(program))
  const request = { to: contractAddress, data: '0102' }
  const { value, report } = await reportCall(chain, request)
  expect(value).toEqual(await chain.call(request))
  expect(report).toMatchObject({ kind: 'call', gasUsed: Number(value.gasUsed), intrinsic: undefined })
  await expect(reportCall(chain, { to: '0x12' })).rejects.toThrow('to: expected 0x and 40 hex digits')
})

test('a watch leaves nothing behind', async () => {
  const { evm, state } = await setUp()
  await putCode(state, CONTRACT, program)
  let traced = 0
  const hook = () => {
    traced++
  }
  evm.onInstruction = hook
  const reports: GasReport[] = []
  const stop = watchGas(evm, (report) => reports.push(report), unexpected)
  await call(evm, CONTRACT)
  stop()
  stop()
  await call(evm, CONTRACT)
  expect([reports.length, traced]).toEqual([1, 4])
  expect(evm.onInstruction).toBe(hook)
  expect(evm.chargeListener).toBeUndefined()
  const listeners = (['step', 'beforeMessage', 'afterMessage'] as const).map((name) => evm.events.listenerCount(name))
  expect(listeners).toEqual([0, 0, 0])
})

test('an EVM is watched once at a time', async () => {
  const { evm } = await setUp()
  const stop = watchGas(evm, () => undefined, unexpected)
  expect(() => watchGas(evm, () => undefined, unexpected)).toThrow('the gas of this EVM is being reported already')
  stop()
  watchGas(evm, () => undefined, unexpected)()
})

test('what a task throws passes, and the next report is whole', async () => {
  const kernel = kernelWith('TADD', () => {
    throw new KernelTrap('the kernel failed')
  })
  const { evm, state } = await setUp({ kernel })
  const inner = code(op('TCALLDATALOAD', encodeType({ dtype: 'int32', shape: [1] }), 0), op('TADD', 1, 1))
  await putCode(state, 0xf01, inner)
  await putCode(state, CONTRACT, op('CALL', 100_000, 0xf01, 0, 0, 0, 0, 0))
  const { reports } = await reportGas(evm, async () => {
    await expect(call(evm, CONTRACT)).rejects.toThrow(KernelTrap)
    await putCode(state, CONTRACT, program)
    await call(evm, CONTRACT)
  })
  expect(reports.length).toBe(1)
  expect(reports[0]?.frame.instructions.length).toBe(2)
  await expect(reportGas(evm, () => Promise.reject(new Error('no')))).rejects.toThrow('no')
})

test('a call after a transaction that the client refused is a call', async () => {
  const chain = await createChain()
  const { vm } = chain
  const refused = createFeeMarket1559Tx(
    { chainId: vm.common.chainId(), nonce: 99n, gasLimit: 100_000n, maxFeePerGas: 10n ** 10n, to: address(CONTRACT) },
    { common: vm.common },
  ).sign(new Uint8Array(32).fill(1))
  const { reports } = await reportGas(vm, async () => {
    await expect(runTx(vm, { tx: refused, skipBalance: true })).rejects.toThrow('nonce')
    await vm.evm.runCall({ to: address(CONTRACT), gasLimit: 1000n })
  })
  expect(reports.map(({ kind, gasUsed }) => [kind, gasUsed])).toEqual([['call', 0]])
})

test('runs of code without a message, and gas limits that are not exact, are not reported', async () => {
  const { evm, state } = await setUp()
  await putCode(state, CONTRACT, program)
  const { reports } = await reportGas(evm, () => evm.runCode({ code: program, gasLimit: 100_000n }))
  expect(reports).toEqual([])
  await expect(reportGas(evm, () => call(evm, CONTRACT, { gasLimit: 2n ** 60n }))).rejects.toThrow(
    'gas report: expected a gas limit below 2^53, found 1152921504606846976',
  )
})

test('calls of the protocol are left out', async () => {
  const { evm, state } = await setUp()
  await putCode(state, CONTRACT, program)
  const caller = createAddressFromString(`0x${'ff'.repeat(19)}fe`)
  const { reports } = await reportGas(evm, () => call(evm, CONTRACT, { caller }))
  expect(reports).toEqual([])
})

test('before the tensor fork the EVM is an ordinary one, and is reported', async () => {
  const common = new Common({ chain: Mainnet, hardfork: 'prague' })
  const evm = await createTensorEVM({ common, store: createMemoryStore() })
  await evm.stateManager.putAccount(address(CONTRACT), new Account())
  await evm.stateManager.putCode(address(CONTRACT), op('STATICCALL', 5000, 2, 0, 0, 0, 0))
  const { reports } = await reportGas(evm, () => call(evm, CONTRACT))
  expect(reports[0]?.frame.calls[0]).toMatchObject({ name: 'SHA256', code: 'precompile', precompile: 60 })
})

test('rules with gas of several dimensions are refused in one line', async () => {
  const forks = Mainnet.hardforks.map(({ name }) => name).filter((name) => name !== 'amsterdam')
  const common = new Common({
    chain: {
      ...Mainnet,
      hardforks: [...forks, 'amsterdam', 'tensor'].map((name) => ({ name, block: 0 })),
      customHardforks: { tensor: { eips: [TENSOR_EIP] } },
    },
    params: {
      [TENSOR_EIP]: { ...schedule, tensorPrecompileAddress: '0xae00', tensorRegistryAddress: '0xae01' },
    },
  })
  common.setHardfork('tensor')
  const stateManager = new SimpleStateManager({ common })
  const evm = await createTensorEVM({ common, store: createMemoryStore(), stateManager })
  const vm = await createVM({ common, stateManager, evm })
  expect(tensorEVMOf(vm)).toBe(evm)
  await expect(reportGas(vm, () => evm.runCall({ to: address(CONTRACT) }))).rejects.toThrow(
    "gas report: EIP-7928 is active, whose gas a report can't tell apart",
  )
})
