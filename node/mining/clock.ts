/** When the next block is. All in seconds. */
export type Clock = {
  /** Timestamp of the block after one of this timestamp. */
  next(head: bigint): bigint
  /** Called with the timestamp that a block got. */
  used(timestamp: bigint): void
  /** @returns by how much the clock is moved in all */
  increase(seconds: number): number
  /** Moves it there. A timestamp that was set for the next block holds no more. */
  set(timestamp: bigint): void
  setNext(timestamp: bigint): void
  setInterval(seconds: number | undefined): void
}

/** A clock that goes with the machine's. @param now - seconds; the machine's clock unless given */
export function createClock(now: () => number = () => Math.floor(Date.now() / 1000)): Clock {
  let offset = 0
  let exact: bigint | undefined
  let interval: bigint | undefined
  const time = () => BigInt(Math.max(0, now() + offset))
  const moveTo = (timestamp: bigint) => {
    offset = Number(timestamp) - now()
  }
  return {
    next(head) {
      const wanted = exact ?? (interval === undefined ? time() : head + interval)
      return wanted > head ? wanted : head + 1n
    },
    used(timestamp) {
      // The clock goes on from a timestamp that was set.
      if (exact !== undefined) moveTo(timestamp)
      exact = undefined
    },
    increase(seconds) {
      offset += seconds
      return offset
    },
    set(timestamp) {
      exact = undefined
      moveTo(timestamp)
    },
    setNext(timestamp) {
      exact = timestamp
    },
    setInterval(seconds) {
      interval = seconds === undefined ? undefined : BigInt(seconds)
    },
  }
}
