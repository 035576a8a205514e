/** An error that a node answered with. */
export class AnsweredError extends Error {
  override readonly name = 'AnsweredError'
}

let nextId = 1

/** Asks a node. @throws {AnsweredError} with the method and the node's message */
export async function ask<Result>(url: string, method: string, ...params: readonly unknown[]): Promise<Result> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: nextId++, method, params }),
  })
  const { result, error } = (await response.json()) as { result: Result; error?: { code: number; message: string } }
  if (error !== undefined) throw new AnsweredError(`${method}: ${error.message} (${error.code})`)
  return result
}
