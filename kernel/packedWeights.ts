import { GRANULE_BYTES, PACKED } from './layout.ts'

/** Weights that are packed in the kernel's memory for as long as there is room. */
export type PackedWeights = {
  /**
   * Address of what was made of the constant `source` in the way that `key` tells; 0 when it is not there. What is found
   * stays until the next {@link PackedWeights.add}.
   */
  find(source: object, key: number): number
  /**
   * Makes room of `bytes` bytes for what is about to be made of `source`, dropping what was not used for longest.
   *
   * @returns its address, or 0 when it would not fit with everything else dropped
   */
  add(source: object, key: number, bytes: number): number
}

type Entry = {
  readonly key: number
  readonly address: number
  readonly bytes: number
  lastUse: number
  isKept: boolean
}

/**
 * A cache in the `capacityBytes` bytes of memory from `PACKED` on. Entries belong to their source's identity, which they
 * do not keep alive: those of a source that is gone are dropped in their turn.
 */
export function createPackedWeights(capacityBytes: number): PackedWeights {
  const end = PACKED + capacityBytes
  const entriesOf = new WeakMap<object, Entry[]>()
  /** What is kept, by address. */
  const kept: Entry[] = []
  let uses = 0

  /** Where the first gap of `bytes` is: its address and the index in `kept` of what follows it. */
  const gap = (bytes: number): { address: number; index: number } | undefined => {
    let address = PACKED
    for (let index = 0; index <= kept.length; index++) {
      const next = kept[index]
      if ((next?.address ?? end) - address >= bytes) return { address, index }
      if (next) address = next.address + next.bytes
    }
    return undefined
  }

  const dropOldest = () => {
    let oldest = 0
    for (let index = 1; index < kept.length; index++)
      if ((kept[index] as Entry).lastUse < (kept[oldest] as Entry).lastUse) oldest = index
    const [entry] = kept.splice(oldest, 1) as [Entry]
    entry.isKept = false
  }

  return {
    find(source, key) {
      const entries = entriesOf.get(source)
      if (entries === undefined) return 0
      for (let index = 0; index < entries.length; index++) {
        const entry = entries[index] as Entry
        if (entry.key === key && entry.isKept) {
          entry.lastUse = ++uses
          return entry.address
        }
      }
      return 0
    },
    add(source, key, bytes) {
      const rounded = Math.ceil(bytes / GRANULE_BYTES) * GRANULE_BYTES
      if (rounded > capacityBytes) return 0
      let found = gap(rounded)
      while (found === undefined) {
        dropOldest()
        found = gap(rounded)
      }
      const entry = { key, address: found.address, bytes: rounded, lastUse: ++uses, isKept: true }
      kept.splice(found.index, 0, entry)
      const others = entriesOf.get(source)?.filter(({ isKept }) => isKept) ?? []
      entriesOf.set(source, [...others, entry])
      return found.address
    },
  }
}
