import { isIP } from 'node:net'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { errorAnswer } from './answer.ts'
import { rpcCodes } from './errors.ts'

/** Who may talk to the node, besides programs of its own machine. `*` stands for all. */
export type Access = {
  /** Names by which the node may be called, besides those of the loopback and the address that was connected to. */
  readonly allowedHosts: readonly string[]
  /** Origins of web pages that may, besides the node's own. */
  readonly allowedOrigins: readonly string[]
}

/** Seconds for which a browser may keep the answer to a preflight. */
const PREFLIGHT_SECONDS = 600

/** Name in a Host header or origin, without port and brackets, in lower case. */
function nameOf(host: string): string {
  return (/^\[([^\]]*)\](?::\d*)?$/.exec(host)?.[1] ?? host.replace(/:\d*$/, '')).toLowerCase()
}

function isLoopback(name: string): boolean {
  return name === 'localhost' || name === '::1' || (isIP(name) === 4 && name.startsWith('127.'))
}

/** An address of IPv6 that stands for one of IPv4, as that. */
function plainAddress(address: string | undefined): string | undefined {
  return address?.replace(/^::ffff:/, '')
}

function refuse(reply: FastifyReply, message: string): FastifyReply {
  return reply
    .code(403)
    .type('application/json')
    .send(errorAnswer(null, rpcCodes.invalidRequest, message))
}

/**
 * Turns away requests under a foreign name, which is how a web page reaches a node by rebinding its own name to the
 * loopback, and those of foreign web pages. Answers preflights.
 */
export function guardAccess(app: FastifyInstance, { allowedHosts, allowedOrigins }: Access): void {
  const hosts = new Set(allowedHosts.map((host) => host.toLowerCase()))
  const origins = new Set(allowedOrigins.map((origin) => origin.toLowerCase()))

  const isHostAllowed = ({ headers, raw }: FastifyRequest) => {
    if (hosts.has('*')) return true
    const name = nameOf(headers.host ?? '')
    return isLoopback(name) || hosts.has(name) || name === plainAddress(raw.socket.localAddress)
  }

  const isOriginAllowed = (origin: string, host: string | undefined) => {
    if (origins.has('*') || origins.has(origin.toLowerCase())) return true
    return origin.toLowerCase() === `http://${host?.toLowerCase()}`
  }

  app.addHook('onRequest', async (request, reply) => {
    const { host, origin } = request.headers
    if (!isHostAllowed(request)) {
      const name = JSON.stringify(nameOf(host ?? '')).slice(0, 80)
      return refuse(reply, `invalid host specified: ${name} is not one of the node's allowed hosts`)
    }
    reply.header('vary', 'origin')
    if (origin === undefined) return undefined
    if (!isOriginAllowed(origin, host)) {
      const name = JSON.stringify(origin).slice(0, 80)
      return refuse(reply, `origin not allowed: ${name} is not one of the node's allowed origins`)
    }
    reply.header('access-control-allow-origin', origin)
    return undefined
  })

  app.options('/', async (request, reply) => {
    if (request.headers.origin !== undefined) {
      reply.headers({
        'access-control-allow-methods': 'POST',
        'access-control-allow-headers': 'content-type',
        'access-control-max-age': PREFLIGHT_SECONDS,
      })
      if (request.headers['access-control-request-private-network'] === 'true')
        reply.header('access-control-allow-private-network', 'true')
    }
    return reply.code(204).send()
  })
}
