import type { AddressInfo } from 'node:net'
import websocket from '@fastify/websocket'
import fastify, { type FastifyInstance } from 'fastify'
import { explorer } from '../explorer/explorer.ts'
import { type Access, guardAccess } from './access.ts'
import { type Answering, type AnswerLimits, createAnswering, errorAnswer } from './answer.ts'
import { type ConnectionLimits, type SharedContext, type Socket, serveConnection } from './connection.ts'
import { rpcCodes } from './errors.ts'
import { createFeed } from './feed.ts'
import { createFilters, type FilterLimits } from './filters.ts'
import type { Methods, NodeServices } from './method.ts'

export type ServerLimits = {
  /** Most bytes of a request's body or of a message. */
  readonly body: number
  /** Most connections. */
  readonly connections: number
  /** Milliseconds in which a request has to have come: its headers, and all of it. */
  readonly headersTime: number
  readonly requestTime: number
  /** Milliseconds without any traffic after which a connection of HTTP is closed. */
  readonly idleTime: number
  readonly answers: AnswerLimits
  readonly connection: ConnectionLimits
  readonly filters: FilterLimits
}

const MINUTE = 60_000
const MEBIBYTE = 2 ** 20

/** What a node takes unless it is told otherwise. */
export const defaultLimits: ServerLimits = {
  body: 32 * MEBIBYTE,
  connections: 1000,
  headersTime: 10_000,
  requestTime: MINUTE,
  idleTime: 10 * MINUTE,
  answers: { batch: 1000, batchAnswer: 64 * MEBIBYTE, running: 1000 },
  connection: { running: 32, unread: 32 * MEBIBYTE, ping: MINUTE / 2 },
  filters: { filters: 10_000, changes: 20_000, lifetime: 5 * MINUTE },
}

export type ServerOptions = Access & {
  readonly services: NodeServices
  readonly methods: Methods
  readonly limits: ServerLimits
  /** Is told of what went wrong in the node itself, a line each. */
  readonly log: (line: string) => void
}

/** The node's server, which listens once it is told to. */
export type Server = {
  /** @returns the port, which was chosen where 0 is given @throws {Error} in one line, when it can't */
  listen(host: string, port: number): Promise<number>
  /** Ends all connections. */
  close(): Promise<void>
}

function answerPosts(app: FastifyInstance, { answer }: Answering, shared: SharedContext): void {
  // Whatever a client says that it sends, or does not say, it is JSON.
  app.addHook('onRequest', async ({ headers }) => {
    headers['content-type'] = 'application/json'
  })
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_, body, done) => done(null, body))
  app.post('/', async (request, reply) => {
    const leaving = new AbortController()
    reply.raw.on('close', () => leaving.abort(new Error('the client left')))
    const tasks: (() => void)[] = []
    const message = typeof request.body === 'string' ? request.body : ''
    const text = await answer(message, {
      ...shared,
      signal: leaving.signal,
      subscriptions: undefined,
      afterAnswer: (task) => tasks.push(task),
    })
    reply.raw.on('finish', () => {
      for (const task of tasks) task()
    })
    return text === undefined ? reply.code(204).send() : reply.type('application/json').send(text)
  })
}

/** What a client of a request that never came to be answered is told. */
function answerFailures(app: FastifyInstance, log: (line: string) => void): void {
  app.setErrorHandler<Error & { readonly statusCode?: number }>((error, _, reply) => {
    const { statusCode = 500, message } = error
    if (statusCode >= 500) log(`server: ${error.name}: ${message}`.replace(/\s+/g, ' '))
    const told =
      statusCode >= 500
        ? errorAnswer(null, rpcCodes.internalError, 'internal error')
        : errorAnswer(null, rpcCodes.invalidRequest, message)
    return reply.code(statusCode).type('application/json').send(told)
  })
  app.setNotFoundHandler((_, reply) =>
    reply
      .code(404)
      .type('application/json')
      .send(errorAnswer(null, rpcCodes.invalidRequest, 'not found; post to /')),
  )
}

function listenError(error: unknown, host: string, port: number): Error {
  const { code, message } = error as NodeJS.ErrnoException
  if (code === 'EADDRINUSE') return new Error(`port ${port} of ${host} is in use; choose another one, or 0 for any`)
  if (code === 'EACCES') return new Error(`port ${port} of ${host} may not be used; choose one from 1024 on`)
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') return new Error(`${host} is not an address of this machine`)
  return new Error(`can't listen at ${host}, port ${port}: ${message}`)
}

/** A server of JSON-RPC over HTTP and WebSocket and of the explorer, all at `/`. */
export async function createServer(options: ServerOptions): Promise<Server> {
  const { services, methods, limits, log } = options
  const feed = createFeed(services.chain, services.pool, (error) => log(`feed: ${error}`))
  const shared: SharedContext = { ...services, feed, filters: createFilters(feed, limits.filters) }
  const closing = new AbortController()
  const { answer } = createAnswering(methods, limits.answers, log)
  // What still runs when the server closes is given up, as when its client leaves.
  const answering: Answering = {
    answer: (message, context) =>
      answer(message, { ...context, signal: AbortSignal.any([context.signal, closing.signal]) }),
  }
  const app = fastify({
    bodyLimit: limits.body,
    connectionTimeout: limits.idleTime,
    requestTimeout: limits.requestTime,
    forceCloseConnections: true,
    http: { headersTimeout: limits.headersTime, connectionsCheckingInterval: limits.headersTime },
  })
  app.server.maxConnections = limits.connections
  answerFailures(app, log)
  await app.register(websocket, { options: { maxPayload: limits.body, perMessageDeflate: false } })
  // After the plugin's own hook, which has to know of an upgrade that is refused here.
  guardAccess(app, options)
  answerPosts(app, answering, shared)
  await app.register(explorer, {
    wsHandler: (socket: Socket) => serveConnection(socket, answering, shared, limits.connection),
  })
  return {
    async listen(host, port) {
      try {
        await app.listen({ host, port })
      } catch (error) {
        throw listenError(error, host, port)
      }
      return (app.server.address() as AddressInfo).port
    },
    async close() {
      feed.close()
      await app.close()
      // Connections are gone by now, so that nobody is answered.
      closing.abort(new Error('the node is closing'))
    },
  }
}
