import { type RunningNode, type StartOptions, startNode } from '../../../node/index.ts'

/** A node on a free port, and a way to ask it. */
export type TestNode = RunningNode & {
  /** @returns the result @throws {Error} with the code and the message of an error */
  ask<T = unknown>(method: string, ...params: readonly unknown[]): Promise<T>
}

/** Starts a node for a test. */
export async function startTestNode(options: StartOptions = {}): Promise<TestNode> {
  const node = await startNode({ port: 0, ...options })
  return {
    ...node,
    async ask<T>(method: string, ...params: readonly unknown[]) {
      const response = await fetch(node.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
      })
      const { result, error } = (await response.json()) as { result: T; error?: { code: number; message: string } }
      if (error) throw new Error(`${error.code}: ${error.message}`)
      return result
    },
  }
}

/** The accounts that every development chain has. */
export const [first, second] = [
  '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266',
  '0x70997970c51812dc3a010c7d01b50e0d17dc79c8',
] as const

/** An account that nobody has. */
export const stranger = `0x${'5a'.repeat(20)}` as const
