import type { WebsocketHandler } from '@fastify/websocket'
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import { type Asset, readAssets } from './assets.ts'

export type ExplorerOptions = {
  /** What a WebSocket on the page's own address talks to. */
  readonly wsHandler?: WebsocketHandler
}

const headers = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; '),
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
  // A newer node at the same address is seen at once; what did not change is not sent again.
  'cache-control': 'no-cache',
}

/** Whether the client has the asset already (RFC 9110, If-None-Match). */
function isFresh(request: FastifyRequest, { etag }: Asset): boolean {
  const known = request.headers['if-none-match']?.split(',').map((tag) => tag.trim().replace(/^W\//, ''))
  return known !== undefined && (known.includes(etag) || known.includes('*'))
}

function send(asset: Asset, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  reply.headers({ ...headers, etag: asset.etag })
  if (isFresh(request, asset)) return reply.code(304).send()
  return reply.type(asset.contentType).send(asset.body)
}

/**
 * Serves a block explorer at `/` and its files below `/explorer/`, from memory. The page asks the node that serves it and
 * nobody else: its content security policy has it so.
 */
export const explorer: FastifyPluginAsync<ExplorerOptions> = async (app, { wsHandler }) => {
  for (const asset of readAssets())
    app.route({
      method: 'GET',
      url: asset.path,
      handler: (request, reply) => send(asset, request, reply),
      ...(asset.path === '/' && wsHandler !== undefined ? { wsHandler } : {}),
    })
}
