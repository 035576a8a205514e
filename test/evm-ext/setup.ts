import type { Common } from '@ethereumjs/common'
import type { EVMResult, EVMRunCallOpts, ExecResult } from '@ethereumjs/evm'
import { MerkleStateManager } from '@ethereumjs/statemanager'
import { Account, Address, bigIntToAddressBytes, hexToBytes } from '@ethereumjs/util'
import { keccak_256 } from '@noble/hashes/sha3.js'
import { expect } from 'vitest'
import { createTensorCommon, type DefaultGenesisOptions, defaultGenesis } from '../../evm-ext/genesis.ts'
import { tensorParameters } from '../../evm-ext/parameters.ts'
import { createTensorEVM, type TensorEVM } from '../../evm-ext/tensorEVM.ts'
import { type ComputeBody, instructionByMnemonic } from '../../isa/index.ts'
import { createReferenceKernel, type Kernel } from '../../kernel/index.ts'
import { createMemoryStore, type ModelStore } from '../../model/store.ts'
import { code, type Piece } from '../bytecode.ts'

export type SetupOptions = {
  readonly genesis?: DefaultGenesisOptions
  readonly kernel?: Kernel
  readonly store?: ModelStore
}

/** A TensorEVM over a Merkle state of its own, at the hardfork of the genesis block. */
export async function setUp({ genesis, kernel, store = createMemoryStore() }: SetupOptions = {}): Promise<{
  evm: TensorEVM
  common: Common
  state: MerkleStateManager
}> {
  const common = createTensorCommon(defaultGenesis(genesis))
  const state = new MerkleStateManager({ common })
  const evm = await createTensorEVM({ common, store, stateManager: state, kernel })
  return { evm, common, state }
}

/** The address with this number. */
export function address(number: bigint | number): Address {
  return new Address(bigIntToAddressBytes(BigInt(number)))
}

/** Puts code at an address. */
export async function putCode(state: MerkleStateManager, at: bigint | number, bytes: Uint8Array): Promise<void> {
  await state.putAccount(address(at), new Account())
  await state.putCode(address(at), bytes)
}

/** Writes a model into the registry's storage as the registry contract would: `models[root] = byteLength`. */
export async function register(
  common: Common,
  state: MerkleStateManager,
  root: `0x${string}`,
  byteLength: number,
): Promise<void> {
  const slot = keccak_256(Buffer.concat([hexToBytes(root), new Uint8Array(32)]))
  const { tensorRegistryAddress } = tensorParameters(common)
  if ((await state.getAccount(tensorRegistryAddress)) === undefined)
    await state.putAccount(tensorRegistryAddress, new Account())
  await state.putStorage(tensorRegistryAddress, slot, hexToBytes(`0x${byteLength.toString(16).padStart(8, '0')}`))
}

/** Calls an address as a transaction's outermost frame would be, with warm accesses forgotten before. */
export async function call(
  evm: TensorEVM,
  to: bigint | number,
  options: Omit<EVMRunCallOpts, 'to'> = {},
): Promise<EVMResult> {
  evm.journal.cleanJournal()
  return evm.runCall({ gasLimit: 1_000_000n, ...options, to: address(to) })
}

/** Runs pieces of code as the outermost frame of a transaction, and checks that the arena is empty after it. */
export async function runCode(evm: TensorEVM, pieces: readonly Piece[], gasLimit: bigint): Promise<ExecResult> {
  evm.journal.cleanJournal()
  const result = await evm.runCode({ code: code(...pieces), gasLimit, to: address(0xf00) })
  expect([evm.arena.depth, evm.arena.liveBytes, evm.arena.liveTensors]).toEqual([0, 0, 0])
  return result
}

/** A reference kernel in which one instruction has another body. */
export function kernelWith(mnemonic: string, body: ComputeBody): Kernel {
  const opcode = instructionByMnemonic.get(mnemonic)?.opcode as number
  return { ...createReferenceKernel(), bodies: new Map([[opcode, body]]) }
}

/** An error that is no result of the EVM: what a trap in a kernel throws. */
export class KernelTrap extends Error {
  override readonly name = 'KernelTrap'
}
