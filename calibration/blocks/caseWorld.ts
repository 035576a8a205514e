import type { Block } from '@ethereumjs/block'
import { Account, Address, bigIntToAddressBytes } from '@ethereumjs/util'
import type { VM } from '@ethereumjs/vm'
import { keccak_256 } from '@noble/hashes/sha3.js'
import { createGenesisVM } from '../../evm-ext/genesisVM.ts'
import { type DefaultGenesisOptions, defaultGenesis, tensorParameters } from '../../evm-ext/index.ts'
import type { Kernel } from '../../kernel/index.ts'
import { createMemoryStore, type ModelStore, type Program } from '../../model/index.ts'
import type { BlockCase } from './blockCase.ts'

/** A client's state with the contracts, accounts and models of cases in it. */
export type CaseWorld = {
  readonly vm: VM
  readonly genesisBlock: Block
  /**
   * Writes what a case needs into the state, once.
   *
   * @returns address of its contract
   * @throws {RangeError} when another case has other code at an account of it
   */
  install(blockCase: BlockCase): Promise<Address>
  /** Forgets a case and its models; what is in the state stays. */
  forget(blockCase: BlockCase): void
}

export const WORD_BYTES = 32
const FIRST_CONTRACT = 0xb10c_0000n
/** What each account of a case has: enough to send values. */
const BALANCE = 10n ** 18n

/** The address with this number. */
export function addressOf(number: bigint): Address {
  return new Address(bigIntToAddressBytes(number))
}

function word(value: bigint | number): Uint8Array {
  return Buffer.from(
    BigInt(value)
      .toString(16)
      .padStart(2 * WORD_BYTES, '0'),
    'hex',
  )
}

/** Calldata of a transaction of a case; see {@link BlockCase}. */
export function calldataOf(iterations: number, salt: bigint): Uint8Array {
  return Buffer.concat([word(iterations), word(salt)])
}

function rootHex(root: bigint): string {
  return `0x${Buffer.from(word(root)).toString('hex')}`
}

/** A state in which nothing but the accounts of a development chain is. */
export async function createCaseWorld(
  genesis: Omit<DefaultGenesisOptions, 'alloc'> | undefined,
  kernel: Kernel,
): Promise<CaseWorld> {
  const programs = new Map<string, Program>()
  const store: ModelStore = { ...createMemoryStore(), get: async (root) => programs.get(root) }
  const { vm, block: genesisBlock } = await createGenesisVM(defaultGenesis(genesis), { store, kernel })
  const { common, stateManager } = vm
  const installed = new Map<BlockCase, Address>()
  /** Code of accounts that cases share, in hex. */
  const shared = new Map<bigint, string>()
  let contracts = FIRST_CONTRACT

  const writeAccount = async (address: Address, code: Uint8Array, slots: number) => {
    await stateManager.putAccount(address, new Account(0n, BALANCE))
    await stateManager.putCode(address, code)
    for (let slot = 0; slot < slots; slot++)
      await stateManager.putStorage(address, word(slot), word(slot + 1).subarray(WORD_BYTES - 4))
  }

  return {
    vm,
    genesisBlock,
    async install(blockCase) {
      const known = installed.get(blockCase)
      if (known !== undefined) return known
      for (const { address, code = new Uint8Array(0), slots = 0 } of blockCase.accounts ?? []) {
        const text = Buffer.from(code).toString('hex')
        if ((shared.get(address) ?? text) !== text)
          throw new RangeError(`accounts: another case has other code at 0x${address.toString(16)}`)
        shared.set(address, text)
        await writeAccount(addressOf(address), code, slots)
      }
      const to = addressOf(contracts++)
      await writeAccount(to, blockCase.code, blockCase.slots ?? 0)
      const { tensorRegistryAddress } = tensorParameters(common)
      for (const { root, program } of blockCase.models ?? []) {
        programs.set(rootHex(root), program)
        const slot = keccak_256(Buffer.concat([word(root), word(0)]))
        await stateManager.putStorage(tensorRegistryAddress, slot, Uint8Array.of(1))
      }
      installed.set(blockCase, to)
      return to
    },
    forget(blockCase) {
      installed.delete(blockCase)
      for (const { root } of blockCase.models ?? []) programs.delete(rootHex(root))
      for (const { address } of blockCase.accounts ?? []) shared.delete(address)
    },
  }
}
