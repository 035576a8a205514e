/** Tasks that wait for a thread, by who asks. */
export type FairQueue<T> = {
  readonly length: number
  add(task: T, client: unknown): void
  /** Takes a task out that waits. @returns whether it did */
  remove(task: T): boolean
  /**
   * The task whose turn it is: clients take turns, and each gets its own tasks in their order.
   *
   * @param isAllowed - whether a client may have another now
   */
  next(isAllowed: (client: unknown) => boolean): T | undefined
  /** Takes all tasks out. */
  clear(): T[]
}

/** An empty queue. Tasks without a client are those of one. */
export function createFairQueue<T>(): FairQueue<T> {
  // In the order in which clients were last served.
  const waiting = new Map<unknown, T[]>()
  let length = 0
  return {
    get length() {
      return length
    },
    add(task, client) {
      const tasks = waiting.get(client)
      if (tasks === undefined) waiting.set(client, [task])
      else tasks.push(task)
      length++
    },
    remove(task) {
      for (const [client, tasks] of waiting) {
        const index = tasks.indexOf(task)
        if (index < 0) continue
        tasks.splice(index, 1)
        if (tasks.length === 0) waiting.delete(client)
        length--
        return true
      }
      return false
    },
    next(isAllowed) {
      for (const [client, tasks] of waiting) {
        if (!isAllowed(client)) continue
        const task = tasks.shift()
        waiting.delete(client)
        if (tasks.length > 0) waiting.set(client, tasks)
        length--
        return task
      }
      return undefined
    },
    clear() {
      const tasks = [...waiting.values()].flat()
      waiting.clear()
      length = 0
      return tasks
    },
  }
}
