import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { startNode } from '../../node/index.ts'

/** A node of its own that others talk to. */
export type WatchedNode = {
  readonly url: string
  /** Names of the methods that were asked for and that the node does not have. */
  readonly missing: ReadonlySet<string>
  close(): Promise<void>
}

type Message = { readonly id?: unknown; readonly method?: string; readonly error?: { readonly code: number } }

const METHOD_NOT_FOUND = -32601

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}

function messagesIn(text: string): readonly Message[] {
  return [JSON.parse(text)].flat()
}

/** Starts a node behind a server that passes on what it is asked, and notes what the node does not know. */
export async function startWatchedNode(): Promise<WatchedNode> {
  const node = await startNode({ port: 0 })
  const missing = new Set<string>()
  const server = createServer(async (request, response) => {
    try {
      const body = await bodyOf(request)
      const headers = { 'content-type': request.headers['content-type'] ?? 'application/json' }
      const answer = await fetch(node.url, { method: 'POST', headers, body })
      const text = await answer.text()
      for (const { id, error } of messagesIn(text)) {
        if (error?.code !== METHOD_NOT_FOUND) continue
        const asked = messagesIn(body).find((message) => message.id === id)
        missing.add(asked?.method ?? 'one without a name')
      }
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(text)
    } catch (error) {
      response.writeHead(502).end((error as Error).message)
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    missing,
    async close() {
      server.close()
      server.closeAllConnections()
      await node.close()
    },
  }
}
