import { HDNodeWallet, Mnemonic } from 'ethers'
import { developmentAccounts, type Hex } from '../../evm-ext/index.ts'
import { readPrivateKey } from '../../evm-ext/input.ts'
import type { Accounts } from './accounts.ts'

export type AccountsOptions = {
  /** BIP-39 words; those that anvil and Hardhat start with unless given. */
  readonly mnemonic?: string
  /** How many accounts are derived from it, 1..1000; 10 unless given. */
  readonly count?: number
}

const MAX_COUNT = 1000
const DEFAULT_MNEMONIC = 'test test test test test test test test test test test junk'

/**
 * Accounts at m/44'/60'/0'/0/i of a mnemonic.
 *
 * @throws {RangeError} when the count is out of range
 * @throws {TypeError} when the words are no mnemonic; the message does not repeat them
 */
export function createAccounts(options: AccountsOptions = {}): Accounts {
  const { mnemonic = DEFAULT_MNEMONIC, count = developmentAccounts.length } = options
  if (!Number.isInteger(count) || count < 1 || count > MAX_COUNT)
    throw new RangeError(`accounts: expected an integer in 1..${MAX_COUNT}, found ${count}`)
  const keys = new Map<Hex, Uint8Array>(keysOf(mnemonic, count))
  const impersonated = new Set<Hex>()
  let isAll = false
  return {
    addresses: () => [...keys.keys()],
    keyOf: (address) => keys.get(lower(address)),
    impersonate(address) {
      impersonated.add(lower(address))
    },
    stopImpersonating(address) {
      impersonated.delete(lower(address))
    },
    impersonateAll(enabled) {
      isAll = enabled
    },
    isImpersonated: (address) => isAll || impersonated.has(lower(address)),
    impersonated: () => [...impersonated],
  }
}

function lower(address: Hex): Hex {
  return address.toLowerCase() as Hex
}

function keysOf(mnemonic: string, count: number): (readonly [Hex, Uint8Array])[] {
  // Deriving takes tenths of a second, and nearly everyone uses these.
  if (mnemonic === DEFAULT_MNEMONIC && count <= developmentAccounts.length)
    return developmentAccounts.slice(0, count).map(({ address, privateKey }) => [address, privateKey])
  const root = rootOf(mnemonic)
  return Array.from({ length: count }, (_, index) => {
    const wallet = root.deriveChild(index)
    return [lower(wallet.address as Hex), readPrivateKey(wallet.privateKey, 'key')]
  })
}

function rootOf(mnemonic: string): HDNodeWallet {
  const words = mnemonic.trim().split(/\s+/).join(' ')
  if (!Mnemonic.isValidMnemonic(words))
    throw new TypeError('mnemonic: expected 12, 15, 18, 21 or 24 words of BIP-39 with a valid checksum')
  return HDNodeWallet.fromMnemonic(Mnemonic.fromPhrase(words), "m/44'/60'/0'/0")
}
