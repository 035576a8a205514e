import type { EVM } from '@ethereumjs/evm'
import { Address, bigIntToAddressBytes } from '@ethereumjs/util'
import { tensorParameters } from './parameters.ts'

const ADDRESS_BITS = 160

/**
 * The part of the EVM's state that tensor instructions read, with EIP-2929's prices. Asking for a price changes nothing;
 * `touch` makes an account or slot warm. The registry's account becomes warm with any slot of it.
 */
export type EVMState = {
  /** Gas that EVM memory of `words` words has cost in all. */
  memoryGas(words: bigint): bigint
  accountGas(account: Address): number
  touchAccount(account: Address): void
  /** The account's code as EXTCODECOPY sees it: a delegation is not followed. */
  readCode(account: Address): Promise<Uint8Array>
  /** Price of reading a storage slot of the model registry. */
  registryGas(slot: Uint8Array): number
  touchRegistry(slot: Uint8Array): void
  readRegistry(slot: Uint8Array): Promise<Uint8Array>
}

/** The address in the low 20 bytes of a stack word. */
export function addressOf(word: bigint): Address {
  return new Address(bigIntToAddressBytes(BigInt.asUintN(ADDRESS_BITS, word)))
}

/** State as `evm` sees it. */
export function createEVMState(evm: EVM): EVMState {
  const { common } = evm
  const price = (isWarm: boolean, coldName: string) => Number(common.param(isWarm ? 'warmstoragereadGas' : coldName))
  const registry = () => tensorParameters(common).tensorRegistryAddress
  return {
    memoryGas: (words) => words * common.param('memoryGas') + (words * words) / common.param('quadCoefficientDivGas'),
    accountGas: ({ bytes }) => price(evm.journal.isWarmedAddress(bytes), 'coldaccountaccessGas'),
    touchAccount({ bytes }) {
      evm.journal.addWarmedAddress(bytes)
    },
    readCode(account) {
      evm.blockLevelAccessList?.addAddress(account.toString())
      return evm.stateManager.getCode(account)
    },
    registryGas: (slot) => price(evm.journal.isWarmedStorage(registry().bytes, slot), 'coldsloadGas'),
    touchRegistry(slot) {
      evm.journal.addWarmedStorage(registry().bytes, slot)
    },
    readRegistry(slot) {
      evm.blockLevelAccessList?.addStorageRead(registry().toString(), slot)
      return evm.stateManager.getStorage(registry(), slot)
    },
  }
}
