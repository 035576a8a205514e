import { Common, Hardfork, Mainnet } from '@ethereumjs/common'
import { createEVM, type EVM, type EVMResult, type PrecompileInput } from '@ethereumjs/evm'
import { MerkleStateManager } from '@ethereumjs/statemanager'
import { Account, type Address, bytesToHex, hexToBytes } from '@ethereumjs/util'
import { createTensorCommon, createTensorEVM, defaultGenesis } from '../../../evm-ext/index.ts'
import { encodeType, tensorBytes } from '../../../isa/index.ts'
import type { Program } from '../../../model/program.ts'
import { encodeWords } from '../../../model/records.ts'
import { modelRoot } from '../../../model/root.ts'
import { createMemoryStore } from '../../../model/store.ts'
import { address, putCode, register } from '../../evm-ext/setup.ts'

/** Limits of the chain, small so that random programs meet them; those of SoftMachine.sol are the same. */
export const limits = { tensorArenaBytes: 32768, tensorMaxHandles: 40 } as const

/** Where the twin's machine answers which tensors are alive; SoftMachine.sol names it. */
const LEDGER = 0xb00c
const GAS_LIMIT = 1_000_000_000n
const SENDER = 0x5e4de5

/** How a call ended. Which exceptional halt it was is no result that a contract or a user could see. */
export type Outcome = {
  readonly kind: 'return' | 'revert' | 'halt'
  /** What was returned, or reverted with. */
  readonly data: string
  /** Address, topics and data of each log. */
  readonly logs: readonly string[]
  /** Root of each contract's storage after the call. */
  readonly storage: readonly string[]
}

/** What a world has beside the contracts under test. */
export type Surroundings = {
  readonly models: readonly Program[]
  /** Code by account. */
  readonly accounts: ReadonlyMap<bigint, Uint8Array>
}

/** An EVM with a state of its own. */
export type World = {
  readonly name: string
  /** How often each instruction was carried out; none in a twin's world. */
  readonly carriedOut: ReadonlyMap<string, number>
  /** @returns the address; it is the same in all worlds where the same contracts were deployed before */
  deploy(initCode: string): Promise<Address>
  call(to: Address, data: string): Promise<Outcome>
}

type Runner = Pick<EVM, 'runCall' | 'journal' | 'transientStorage'>

function outcomeOf({ execResult }: EVMResult, storage: readonly string[]): Outcome {
  const { exceptionError, returnValue, logs = [] } = execResult
  const kind = exceptionError === undefined ? 'return' : exceptionError.error === 'revert' ? 'revert' : 'halt'
  return {
    kind,
    data: bytesToHex(returnValue),
    logs: logs.map(([from, topics, data]) => [from, ...topics, data].map((part) => bytesToHex(part)).join(' ')),
    storage,
  }
}

function createWorld(
  name: string,
  evm: Runner,
  state: MerkleStateManager,
  carriedOut: ReadonlyMap<string, number> = new Map(),
): World {
  const deployed: Address[] = []
  const run = async (to: Address | undefined, data: string) => {
    evm.journal.cleanJournal()
    evm.transientStorage.clear()
    const options = { caller: address(SENDER), gasLimit: GAS_LIMIT, data: hexToBytes(data as `0x${string}`) }
    const result = await evm.runCall(to === undefined ? options : { ...options, to })
    await evm.journal.cleanup()
    return result
  }
  return {
    name,
    carriedOut,
    async deploy(initCode) {
      const { createdAddress, execResult } = await run(undefined, initCode)
      if (createdAddress === undefined || execResult.exceptionError !== undefined)
        throw new Error(`${name}: not deployed: ${execResult.exceptionError?.error}`)
      deployed.push(createdAddress)
      return createdAddress
    },
    async call(to, data) {
      const result = await run(to, data)
      await state.flush()
      const accounts = await Promise.all(deployed.map((at) => state.getAccount(at)))
      return outcomeOf(
        result,
        accounts.map((account) => bytesToHex(account?.storageRoot ?? new Uint8Array())),
      )
    },
  }
}

async function putAccounts(state: MerkleStateManager, { accounts }: Surroundings): Promise<void> {
  await state.putAccount(address(SENDER), new Account(0n, 10n ** 24n))
  for (const [at, code] of accounts) await putCode(state, at, code)
}

/** Code without an optimizer, and twins, may be larger than Ethereum lets code be. */
const unlimited = { allowUnlimitedContractSize: true, allowUnlimitedInitCodeSize: true }

/** A world with tensor instructions. */
export async function openTensorWorld(name: string, surroundings: Surroundings): Promise<World> {
  const store = createMemoryStore()
  const common = createTensorCommon(defaultGenesis({ parameters: limits }))
  const state = new MerkleStateManager({ common })
  const evm = await createTensorEVM({ common, store, stateManager: state, ...unlimited })
  await putAccounts(state, surroundings)
  for (const program of surroundings.models) {
    const root = await store.put(program)
    const bytes = program.constants.reduce((sum, tensor) => sum + tensorBytes(tensor).length, 0)
    await register(common, state, root, bytes)
  }
  const carriedOut = new Map<string, number>()
  evm.onInstruction = ({ instruction: { mnemonic } }) => {
    carriedOut.set(mnemonic, (carriedOut.get(mnemonic) ?? 0) + 1)
  }
  return createWorld(name, evm, state, carriedOut)
}

/** Root, number of tensors, type word and offset of each, then their bytes: what the twin's TMODELLOAD reads. */
function modelCode({ constants }: Program, root: bigint): Uint8Array {
  const words = [root, BigInt(constants.length)]
  let offset = 64 + 64 * constants.length
  for (const tensor of constants) {
    words.push(encodeType(tensor), BigInt(offset))
    offset += tensorBytes(tensor).length
  }
  return Buffer.concat([encodeWords(words), ...constants.map((tensor) => tensorBytes(tensor))])
}

type Totals = { bytes: bigint; tensors: bigint }

/**
 * An ordinary EVM for twins. It counts which tensors they say are alive in each open frame, and forgets a frame's when it
 * ends: that is the one thing of tensor instructions that a contract cannot do for itself.
 */
export async function openTwinWorld(name: string, surroundings: Surroundings): Promise<World> {
  const common = new Common({ chain: Mainnet, hardfork: Hardfork.Osaka })
  const state = new MerkleStateManager({ common })
  const frames: Totals[] = []
  const ledger = ({ data }: PrecompileInput) => {
    // The last frame is the ledger's own.
    const caller = frames.at(-2) as Totals
    const [bytes, tensors] = [data.subarray(0, 32), data.subarray(32, 64)].map((word) =>
      BigInt.asIntN(256, BigInt(bytesToHex(word))),
    ) as [bigint, bigint]
    caller.bytes += bytes
    caller.tensors += tensors
    const sum = (of: keyof Totals) => frames.reduce((total, frame) => total + frame[of], 0n)
    return { executionGasUsed: 0n, returnValue: encodeWords([sum('bytes'), sum('tensors')]) }
  }
  const evm = await createEVM({
    common,
    stateManager: state,
    ...unlimited,
    customPrecompiles: [{ address: address(LEDGER), function: ledger }],
  })
  evm.events.on('beforeMessage', () => {
    frames.push({ bytes: 0n, tensors: 0n })
  })
  evm.events.on('afterMessage', () => {
    frames.pop()
  })
  await putAccounts(state, surroundings)
  for (const program of surroundings.models) {
    const root = BigInt(modelRoot(program))
    await putCode(state, BigInt.asUintN(160, root), modelCode(program, root))
  }
  return createWorld(name, evm, state)
}
