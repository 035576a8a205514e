/** Values that were used lately. Those that were not used for longest are given up beyond a number of bytes. */
export type Recent<Value> = {
  get(key: string): Value | undefined
  set(key: string, value: Value, bytes: number): void
}

/** @param capacityBytes - of all values; one that is larger than that is not kept */
export function createRecent<Value>(capacityBytes: number): Recent<Value> {
  const entries = new Map<string, { readonly value: Value; readonly bytes: number }>()
  let total = 0
  const drop = (key: string) => {
    total -= entries.get(key)?.bytes ?? 0
    entries.delete(key)
  }
  return {
    get(key) {
      const entry = entries.get(key)
      if (entry === undefined) return undefined
      // A map keeps the order in which keys were set: the first is the one that was not used for longest.
      entries.delete(key)
      entries.set(key, entry)
      return entry.value
    },
    set(key, value, bytes) {
      drop(key)
      if (bytes > capacityBytes) return
      entries.set(key, { value, bytes })
      total += bytes
      for (const oldest of entries.keys()) {
        if (total <= capacityBytes) break
        drop(oldest)
      }
    },
  }
}
