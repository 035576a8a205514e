const BASE_GAS = 21000
const TOKENS_OF_NONZERO_BYTE = 4
const GAS_PER_TOKEN = 4
const FLOOR_GAS_PER_TOKEN = 10

/**
 * Gas that a transaction without access list pays for a message call.
 *
 * `max(21000 + 4 tokens + execution, 21000 + 10 tokens)`, with a token for each zero byte of calldata and four for any other;
 * the second, the floor, is EIP-7623's. Refunds are not taken off: no path here has any.
 */
export function transactionGas(calldata: Uint8Array, executionGas: number, hasFloor: boolean): number {
  let tokens = 0
  for (const byte of calldata) tokens += byte === 0 ? 1 : TOKENS_OF_NONZERO_BYTE
  const paid = BASE_GAS + GAS_PER_TOKEN * tokens + executionGas
  return hasFloor ? Math.max(paid, BASE_GAS + FLOOR_GAS_PER_TOKEN * tokens) : paid
}
