import type { MerkleStateManager } from '@ethereumjs/statemanager'
import { createEOACode7702Tx, createFeeMarket1559Tx, type TypedTransaction } from '@ethereumjs/tx'
import { Account, createAddressFromPrivateKey, eoaCode7702SignAuthorization, hexToBytes } from '@ethereumjs/util'
import { runTx, type VM } from '@ethereumjs/vm'
import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { defaultGenesis, developmentAccounts } from '../../../evm-ext/genesis.ts'
import { createGenesisVM } from '../../../evm-ext/genesisVM.ts'
import { type FrameGas, type GasReport, reportGas, type Scope } from '../../../evm-ext/report/index.ts'
import { type ModelTensors, tensorBytes } from '../../../isa/index.ts'
import { createMemoryStore } from '../../../model/store.ts'
import { classifierModel, constantsModel } from '../models.ts'
import { CODE_ACCOUNTS } from '../randomProgram.ts'
import { address, putCode, register } from '../setup.ts'
import {
  CONTRACTS,
  calldataOf,
  DELEGATED,
  type RandomTransaction,
  RICH,
  randomTransactions,
} from './randomTransactions.ts'

const RUNS = 400
const sender = developmentAccounts[0]?.privateKey as Uint8Array
/** The first two sign for accounts that exist, the first of them the sender's. */
const keys = [sender, new Uint8Array(32).fill(7), new Uint8Array(32).fill(8)]

let vm: VM
let state: MerkleStateManager
let calldata: Uint8Array
let inputBytes: number
let world: Parameters<typeof randomTransactions>[0]

beforeAll(async () => {
  const store = createMemoryStore()
  const genesis = defaultGenesis({ parameters: { tensorArenaBytes: 16000, tensorMaxHandles: 12 } })
  vm = (await createGenesisVM(genesis, { store })).vm
  state = vm.stateManager as MerkleStateManager
  const model = constantsModel()
  const [root, classifier] = [await store.put(model), await store.put(classifierModel())]
  await register(vm.common, state, root, 70016)
  await register(vm.common, state, classifier, 60)
  const inference = Buffer.concat([hexToBytes(classifier), new Uint8Array(16).fill(3)])
  inputBytes = inference.length
  calldata = calldataOf({ inference })
  const { constants } = model
  const bytes = (index: number) => tensorBytes(constants[index] as (typeof constants)[number])
  const types: ModelTensors = { root: BigInt(root), types: constants, bytes }
  world = { models: [types], calldataBytes: calldata.length }
  for (const account of CODE_ACCOUNTS) await putCode(state, account, calldata)
  await state.putAccount(address(RICH), new Account(0n, 10n ** 18n))
  await state.putAccount(createAddressFromPrivateKey(keys[1] as Uint8Array), new Account(0n, 1n))
  const delegation = `0xef0100${address(CONTRACTS[0]).toString().slice(2)}` as const
  await putCode(state, DELEGATED, hexToBytes(delegation))
  for (const contract of CONTRACTS) await state.putAccount(address(contract), new Account(1n, 10n))
})

function sign(random: RandomTransaction): TypedTransaction {
  const { kind, to, value, gasLimit, padding, accessList, initCode } = random
  const { common } = vm
  const fields = {
    ...{ chainId: common.chainId(), nonce: 0n, gasLimit: BigInt(gasLimit), value: BigInt(value) },
    ...{ maxFeePerGas: 10n ** 10n, maxPriorityFeePerGas: 0n },
    data: kind === 'creation' ? initCode : Buffer.concat([calldata, new Uint8Array(padding).fill(1)]),
    accessList: accessList
      ? [{ address: address(RICH).toString(), storageKeys: [`0x${'00'.repeat(31)}01` as const] }]
      : [],
  }
  if (kind === 'creation') return createFeeMarket1559Tx(fields, { common }).sign(sender)
  if (kind === 'call') return createFeeMarket1559Tx({ ...fields, to: address(to) }, { common }).sign(sender)
  const authorizationList = random.authorizations.map(({ key, nonce, chainId }) =>
    eoaCode7702SignAuthorization(
      [
        chainId === 0 ? new Uint8Array(0) : Uint8Array.of(chainId),
        address(CONTRACTS[1]).bytes,
        nonce === 0 ? new Uint8Array(0) : Uint8Array.of(nonce),
      ],
      keys[key] as Uint8Array,
    ),
  )
  return createEOACode7702Tx({ ...fields, to: address(to), authorizationList }, { common }).sign(sender)
}

/** Runs an action in the state of the genesis with the contracts, and forgets what it did. */
async function inState<T>({ contracts }: RandomTransaction, action: () => Promise<T>): Promise<T> {
  await state.checkpoint()
  try {
    for (const [index, bytes] of contracts.entries()) await state.putCode(address(CONTRACTS[index] as number), bytes)
    return await action()
  } finally {
    await state.revert()
    state.originalStorageCache.clear()
  }
}

const sum = (parts: Readonly<Record<string, number>>) => Object.values(parts).reduce((all, part) => all + part, 0)
const add = (parts: readonly number[]) => parts.reduce((all, part) => all + part, 0)

/** Gas of a scope by the finest parts that a report has, added up here and not by the report. */
function partsOf({ opcodes, instructions, functions, calls }: Scope): number {
  return add([
    ...opcodes.map(({ gas, stipends }) => gas - stipends),
    ...instructions.map(({ base, compute, memory, access }) => base + compute + sum(memory) + sum(access)),
    ...functions.map(partsOf),
    ...calls.map(frameParts),
  ])
}

function frameParts(frame: FrameGas): number {
  const { precompile, lookup, codeDeposit, burnt } = frame
  return partsOf(frame) + precompile + lookup + codeDeposit + (burnt?.gas ?? 0)
}

function partsOfReport({ intrinsic, frame, refund, floor }: GasReport): number {
  return sum({ ...intrinsic }) + frameParts(frame) - (refund?.granted ?? 0) + (floor?.added ?? 0)
}

/** What random transactions are to have met when all have run. */
function noteWhatWasMet(seen: Set<string>, { frame, refund, floor, intrinsic }: GasReport, outer = true): void {
  const note = (what: string, is: unknown) => is && seen.add(what)
  if (outer) {
    note('refund', refund?.granted)
    note('floor', floor?.added)
    note('authorizations', intrinsic?.authorizations)
    note('access list', intrinsic?.accessList)
  }
  seen.add(`${frame.code} ${frame.kind}`)
  note('lookup', frame.lookup)
  note('code deposit', frame.codeDeposit)
  note('precompile', frame.precompile)
  note('burnt', frame.burnt)
  note('revert', frame.error === 'revert')
  note('out of gas', frame.error === 'out of gas')
  note('tensor halt', frame.error?.startsWith('tensor halt'))
  for (const { isHalted, temperature } of frame.instructions) {
    note('halted instruction', isHalted)
    note('cold chunk', temperature.coldChunks)
    note('warm chunk', temperature.warmChunks)
    note('cold account', temperature.account === 'cold')
  }
  for (const { stipends } of frame.opcodes) note('stipend', stipends)
  for (const call of frame.calls) noteWhatWasMet(seen, { frame: call } as GasReport, false)
}

const wanted = [
  ...['refund', 'floor', 'authorizations', 'access list', 'lookup', 'code deposit', 'precompile', 'burnt', 'revert'],
  ...['out of gas', 'tensor halt', 'halted instruction', 'cold chunk', 'warm chunk', 'cold account', 'stipend'],
  ...['CALL', 'CALLCODE', 'DELEGATECALL', 'STATICCALL', 'CREATE', 'CREATE2'].map((kind) => `bytecode ${kind}`),
  ...['none CALL', 'none CREATE', 'precompile STATICCALL', 'inference CALL'],
]

test(`the parts of ${RUNS} random transactions are the gas of their receipts`, async () => {
  const seen = new Set<string>()
  await fc.assert(
    fc.asyncProperty(randomTransactions(world, inputBytes), async (random) => {
      const transaction = sign(random)
      const options = { tx: transaction, skipNonce: true }
      const unwatched = await inState(random, () => runTx(vm, options))
      const { value, reports } = await inState(random, () => reportGas(vm, () => runTx(vm, options)))
      expect(reports.length).toBe(1)
      const [report] = reports as [GasReport]
      expect(value.totalGasSpent).toBe(unwatched.totalGasSpent)
      expect(BigInt(report.gasUsed)).toBe(value.totalGasSpent)
      expect(partsOfReport(report)).toBe(report.gasUsed)
      expect(sum({ ...report.summary })).toBe(report.gasUsed)
      noteWhatWasMet(seen, report)
    }),
    { numRuns: RUNS },
  )
  expect(wanted.filter((what) => !seen.has(what))).toEqual([])
})

test('and so are the parts of calls', async () => {
  await fc.assert(
    fc.asyncProperty(randomTransactions(world, inputBytes), async (random) => {
      const { reports, value } = await inState(random, () =>
        reportGas(vm, async () => {
          vm.evm.journal.cleanJournal()
          return vm.evm.runCall({ to: address(random.to), data: calldata, gasLimit: BigInt(random.gasLimit) })
        }),
      )
      const [report] = reports as [GasReport]
      expect(report.kind).toBe('call')
      expect(BigInt(report.gasUsed)).toBe(value.execResult.executionGasUsed)
      expect(partsOfReport(report)).toBe(report.gasUsed)
    }),
    { numRuns: RUNS / 5 },
  )
})
