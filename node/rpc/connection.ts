import type { Answering } from './answer.ts'
import type { Feed } from './feed.ts'
import type { RequestContext } from './method.ts'
import { createSubscriptions } from './subscriptions.ts'

/** What a connection needs of a WebSocket. */
export type Socket = {
  readonly bufferedAmount: number
  send(message: string): void
  ping(): void
  pause(): void
  resume(): void
  terminate(): void
  on(event: 'message', listener: (message: Buffer, isBinary: boolean) => void): unknown
  on(event: 'close' | 'pong', listener: () => void): unknown
}

export type ConnectionLimits = {
  /** Most requests of a connection that run at a time. What comes then is not read before one is over. */
  readonly running: number
  /** Most bytes that wait for a client to read them; one that reads too slowly is cut off. */
  readonly unread: number
  /** Milliseconds between pings; a client that did not answer the last one is cut off. */
  readonly ping: number
}

/** What all requests of the node share. */
export type SharedContext = Omit<RequestContext, 'signal' | 'subscriptions' | 'afterAnswer'>

/** Answers what comes over a WebSocket until it is closed. */
export function serveConnection(
  socket: Socket,
  { answer }: Answering,
  shared: SharedContext & { readonly feed: Feed },
  limits: ConnectionLimits,
): void {
  const leaving = new AbortController()
  const waiting: string[] = []
  let running = 0
  let isAlive = true

  const send = (message: string) => {
    if (leaving.signal.aborted) return
    if (socket.bufferedAmount > limits.unread) socket.terminate()
    else socket.send(message)
  }

  const subscriptions = createSubscriptions(shared.feed, send)

  const pings = setInterval(() => {
    if (!isAlive) return socket.terminate()
    isAlive = false
    socket.ping()
  }, limits.ping)
  pings.unref()

  socket.on('pong', () => {
    isAlive = true
  })
  socket.on('close', () => {
    clearInterval(pings)
    subscriptions.close()
    leaving.abort(new Error('the client left'))
  })
  const respond = async (message: string) => {
    const tasks: (() => void)[] = []
    const afterAnswer = (task: () => void) => tasks.push(task)
    const text = await answer(message, { ...shared, signal: leaving.signal, subscriptions, afterAnswer })
    if (text !== undefined) send(text)
    for (const task of tasks) task()
  }

  /** Answers a message and those that wait after it, until there are no more. */
  const work = async (first: string) => {
    running++
    for (let message: string | undefined = first; message !== undefined; message = waiting.shift()) {
      if (leaving.signal.aborted) break
      await respond(message)
    }
    running--
    socket.resume()
  }

  socket.on('message', (message) => {
    const text = message.toString()
    if (running < limits.running) void work(text)
    else {
      // What was read along with it still comes; nothing after that does.
      socket.pause()
      waiting.push(text)
    }
  })
}
