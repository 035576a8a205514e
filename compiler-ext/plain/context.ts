import type { Lines } from './yul.ts'

/**
 * How products are summed: `scalar` multiplies one pair of values at a time, `swar` ten, as lanes of 24 bits of two words
 * whose product holds their sum of products in one lane.
 */
export type PlainArithmetic = 'scalar' | 'swar'

/** Bytes that the code of one account holds after a STOP (EIP-170). */
export const BLOB_BYTES = 24575
/** Address of the word that selects the bytes at the bottom of lanes. */
export const MASK_ADDRESS = 0
/** Address where values lie that products are about to be taken of. */
export const SCRATCH_ADDRESS = 32

/** What the Yul of a step needs beside its operands. */
export type PlainContext = {
  readonly arithmetic: PlainArithmetic
  /** Adds a function of Yul by name, once. */
  helper(name: string, source: () => Lines): string
  /** Appends to the bytes in code accounts, and gives where they begin among all. */
  data(bytes: Uint8Array): number
  /** Memory until the end of the step. */
  temporary(bytes: number): number
}

/** A step can't be done with ordinary opcodes, and why. */
export class UnsupportedStep extends Error {}

/** Reads `length` bytes of the code accounts, from `from` on among all, into memory. */
export function loadData(context: PlainContext, to: number | string, from: number | string, length: number): string {
  context.helper('loadData', () => [
    'function loadData(to, from, length) {',
    '  for {} length {} {',
    `    let offset := mod(from, ${BLOB_BYTES})`,
    `    let part := sub(${BLOB_BYTES}, offset)`,
    '    if gt(part, length) { part := length }',
    `    extcodecopy(mload(add(BLOBS, shl(5, div(from, ${BLOB_BYTES})))), to, add(offset, 1), part)`,
    '    to := add(to, part)',
    '    from := add(from, part)',
    '    length := sub(length, part)',
    '  }',
    '}',
  ])
  return `loadData(${to}, ${from}, ${length})`
}
