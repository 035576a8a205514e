import type { Hex } from '../../../evm-ext/index.ts'

/** A number as JSON-RPC writes it: hex without leading zeros. */
export function quantity(value: bigint | number): Hex {
  return `0x${value.toString(16)}`
}

/** A number of 32 bytes in hex, leading zeros included. */
function word(value: bigint): Hex {
  return `0x${value.toString(16).padStart(64, '0')}`
}
