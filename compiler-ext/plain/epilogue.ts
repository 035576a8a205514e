import type { Placed } from './memory.ts'
import { FACTOR_BYTES, factorBytes, type Rescaling, rescaleLines, storeRescaled } from './rescale.ts'
import type { Lines } from './yul.ts'

const SUM_BYTES = 4

/** What becomes of sums: int8 by a RESCALE, or int32 as they are. */
export type Epilogue = { readonly rescaling: Rescaling | undefined; readonly output: Placed }

/** Bytes of an element of the output. */
export function outputBytes({ rescaling }: Epilogue): number {
  return rescaling ? 1 : 4
}

/** Bytes of the parameters of one output. */
export function parameterBytes({ rescaling }: Epilogue): number {
  return SUM_BYTES + (rescaling?.isPerChannel ? FACTOR_BYTES : 0)
}

/** Parameters of an output: what is added to its sum, modulo 2^32, and the factors of its channel. */
export function parametersOf({ rescaling }: Epilogue, output: number, added: bigint): number[] {
  const bits = Number(BigInt.asUintN(32, added))
  const sum = [bits >>> 24, (bits >>> 16) & 0xff, (bits >>> 8) & 0xff, bits & 0xff]
  return rescaling?.isPerChannel ? [...sum, ...factorBytes(rescaling, output)] : sum
}

/** Statements that make an output of `sum`, an expression, and of the parameters in the lowest bytes of `word`. */
export function outputLines({ rescaling }: Epilogue, sum: string, to: string): Lines {
  const total = `add(${sum}, ${rescaling?.isPerChannel ? `shr(${8 * FACTOR_BYTES}, word)` : 'word'})`
  // What follows an int32 is kept: outputs need not come in order.
  if (rescaling === undefined) return [`mstore(${to}, or(shl(224, ${total}), shr(32, shl(32, mload(${to})))))`]
  return [
    `let v := signextend(3, ${total})`,
    ...rescaleLines(rescaling, 'word'),
    storeRescaled(to, rescaling.attributes.low as number),
  ]
}
