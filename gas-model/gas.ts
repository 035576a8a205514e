import { MAX_COUNT, roundUp, type Work, type WorkCounts, workKinds } from '../isa/index.ts'
import type { TensorParameterName, TensorParameters } from './schedule.ts'

/** Arena memory is handed out in granules of this many bytes. */
export const GRANULE_BYTES = 64
/** Arena memory is charged at first touch by pages of this many bytes. */
export const PAGE_BYTES = 4096
/** Model bytes are charged by chunks of this many bytes, counted from the start of the model's first tensor. */
export const CHUNK_BYTES = 32768

/** Gas of `sum / 2^16`, rounded up, saturating at 2^53-1, which no gas limit buys. */
function fromQ16(terms: readonly (readonly [count: number, coefficient: number])[]): number {
  let sum = 0
  for (const [count, coefficient] of terms) sum += count * coefficient
  if (sum <= MAX_COUNT) return Math.ceil(sum / 65536)
  let exact = 65535n
  for (const [count, coefficient] of terms) exact += BigInt(count) * BigInt(coefficient)
  return Math.min(Number(exact >> 16n), MAX_COUNT)
}

/** The parameter that prices a work count. */
export function coefficientName(kind: keyof WorkCounts): TensorParameterName {
  return `tensor${kind[0]?.toUpperCase()}${kind.slice(1)}Q16` as TensorParameterName
}

const coefficientNames = workKinds.map((kind) => [kind, coefficientName(kind)] as const)

/** Gas of an instruction's work: `base + ceil(sum(C_i * x_i) / 2^16)`. */
export function workGas(work: Work, parameters: TensorParameters): number {
  const terms: [number, number][] = []
  for (const [kind, name] of coefficientNames) {
    const count = work[kind]
    if (count !== undefined && count > 0) terms.push([count, parameters[name]])
  }
  return parameters.tensorBaseGas + fromQ16(terms)
}

/** Arena bytes that a tensor of `bytes` takes: whole granules. */
export function allocationBytes(bytes: number): number {
  return roundUp(bytes, GRANULE_BYTES)
}

/**
 * Gas of a new tensor: zeroing always, and the pages that the arena of this transaction never reached before.
 *
 * @param bytes - canonical form of the tensor
 * @param liveBytes - arena bytes in use before, over all open frames
 * @param peakPages - most pages that were in use at once in this transaction
 */
export function allocationGas(
  bytes: number,
  liveBytes: number,
  peakPages: number,
  parameters: TensorParameters,
): number {
  const allocated = allocationBytes(bytes)
  const freshPages = Math.max(0, Math.ceil((liveBytes + allocated) / PAGE_BYTES) - peakPages)
  const { tensorZeroedBytesQ16: coefficient, tensorPageGas } = parameters
  const zeroing = allocated * coefficient
  const gas = zeroing <= MAX_COUNT ? Math.ceil(zeroing / 65536) : fromQ16([[allocated, coefficient]])
  return gas + freshPages * tensorPageGas
}

/** First and last chunk of a model that `length` bytes from `firstByte` on touch. */
export function chunkRange(firstByte: number, length: number): { first: number; last: number } {
  return { first: Math.floor(firstByte / CHUNK_BYTES), last: Math.floor((firstByte + length - 1) / CHUNK_BYTES) }
}

/** Gas of reading model chunks: dear once a transaction, cheap after. */
export function chunkGas(cold: number, warm: number, parameters: TensorParameters): number {
  return cold * parameters.tensorColdChunkGas + warm * parameters.tensorWarmChunkGas
}
