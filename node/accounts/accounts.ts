import type { Hex } from '../../evm-ext/index.ts'

/** Accounts that the node signs for, and those that it acts for without a signature. Addresses are in lower case. */
export type Accounts = {
  addresses(): readonly Hex[]
  keyOf(address: Hex): Uint8Array | undefined
  impersonate(address: Hex): void
  stopImpersonating(address: Hex): void
  /** Whether every account is acted for. */
  impersonateAll(enabled: boolean): void
  isImpersonated(address: Hex): boolean
  /** Those that are acted for one by one. */
  impersonated(): readonly Hex[]
}
