import { type Frame, joinValues, sameValue, type Value } from './frame.ts'

/** Words of memory that are known, by the offset of their first byte. No two overlap. */
export type Memory = ReadonlyMap<number, Value>

/** Memory of which nothing is known. */
export const unknownMemory: Memory = new Map()

const WORD_BYTES = 32
/** No more words than this are kept, so that an analysis takes no longer for an array that is filled in a loop. */
const MAX_WORDS = 1024
/** Memory that far up costs more gas than there is. */
const MAX_OFFSET = 2n ** 40n

/** Memory after `length` bytes from `offset` on got contents that are not known. */
export function forgetMemory(memory: Memory, offset: Value, length: Value): Memory {
  if (length === 0n || memory.size === 0) return memory
  if (typeof offset !== 'bigint' || offset > MAX_OFFSET) return unknownMemory
  const start = Number(offset)
  const end = typeof length === 'bigint' ? start + Number(length) : Number.POSITIVE_INFINITY
  const kept = new Map<number, Value>()
  for (const [at, value] of memory) if (at + WORD_BYTES <= start || at >= end) kept.set(at, value)
  return kept
}

/** Memory after a word was stored. */
export function storeWord(memory: Memory, offset: Value, value: Value): Memory {
  const rest = forgetMemory(memory, offset, BigInt(WORD_BYTES))
  if (value === undefined || typeof offset !== 'bigint' || offset > MAX_OFFSET || rest.size >= MAX_WORDS) return rest
  return new Map(rest).set(Number(offset), value)
}

/** The word at an offset. */
export function loadWord(memory: Memory, offset: Value): Value {
  return typeof offset === 'bigint' && offset <= MAX_OFFSET ? memory.get(Number(offset)) : undefined
}

/** What two memories have in common, each with the frame that its handles are of. */
export function joinMemories(a: Memory, frameA: Frame, b: Memory, frameB: Frame): Memory {
  if (a === b) return a
  const joined = new Map<number, Value>()
  for (const [at, value] of a) {
    const common = joinValues(value, frameA, b.get(at), frameB)
    if (common !== undefined) joined.set(at, common)
  }
  return joined
}

/** Whether two memories are known to the same extent. */
export function sameMemory(a: Memory, b: Memory): boolean {
  if (a === b) return true
  if (a.size !== b.size) return false
  for (const [at, value] of a) if (!sameValue(value, b.get(at))) return false
  return true
}
