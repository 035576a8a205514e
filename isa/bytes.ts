import { type Tensor, tensorBytes } from './tensor.ts'

/**
 * Fills `target` from `source` at `offset`; bytes past the end of the source are zero, as CALLDATACOPY and EXTCODECOPY
 * read them.
 *
 * @param offset - any stack word
 */
export function copyZeroExtended(target: Uint8Array, source: Uint8Array, offset: bigint): void {
  const start = offset < BigInt(source.length) ? Number(offset) : source.length
  const available = source.subarray(start, start + target.length)
  target.set(available)
  target.fill(0, available.length)
}

/**
 * Canonical bytes of the tensor that an environment instruction fills.
 *
 * @throws {TypeError} when the caller allocated none
 */
export function outputBytes(output: Tensor | undefined): Uint8Array {
  if (output === undefined) throw new TypeError('output: this instruction fills a tensor, none was given')
  return tensorBytes(output)
}
