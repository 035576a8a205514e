import type { Hex } from '../../../evm-ext/index.ts'

/** A number as JSON-RPC writes it: hex without leading zeros. */
export function quantity(value: bigint | number): Hex {
  return `0x${value.toString(16)}`
}
