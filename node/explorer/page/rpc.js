/** What the node answers where it can't do what was asked. */
class RequestError extends Error {
  /**
   * @param {number} code - JSON-RPC code; 0 where no answer came
   * @param {string} message
   * @param {unknown} [data]
   */
  constructor(code, message, data) {
    super(message)
    this.code = code
    this.data = data
  }
}

/** @typedef {readonly [method: string, ...params: unknown[]]} Call */

/**
 * @param {unknown} body
 * @param {AbortSignal} [signal]
 * @returns {Promise<any>}
 */
async function post(body, signal) {
  const request = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
  const response = await fetch('/', { ...request, signal: signal ?? null }).catch((error) => {
    if (signal?.aborted) throw error
    throw new RequestError(0, 'The node does not answer.')
  })
  const answer = await response.json().catch((error) => {
    if (signal?.aborted) throw error
  })
  if (answer === undefined) throw new RequestError(0, `The node answered with HTTP status ${response.status}.`)
  return answer
}

/** @param {{ result?: unknown, error?: { code: number, message: string, data?: unknown } }} answer */
function resultOf({ result, error }) {
  if (error !== undefined) throw new RequestError(error.code, error.message, error.data)
  return result
}

/**
 * Calls a method of the node.
 *
 * @param {Call} call
 * @param {AbortSignal} [signal]
 * @returns {Promise<any>}
 */
export async function request([method, ...params], signal) {
  return resultOf(await post({ jsonrpc: '2.0', id: 1, method, params }, signal))
}

/**
 * Calls several methods at once. Rejects with the first error, unless `onError` gives a result in its place.
 *
 * @param {readonly Call[]} calls
 * @param {AbortSignal} [signal]
 * @param {(error: unknown) => unknown} [onError]
 * @returns {Promise<any[]>} results in the order of the calls
 */
export async function requestAll(calls, signal, onError) {
  if (calls.length === 0) return []
  const body = calls.map(([method, ...params], id) => ({ jsonrpc: '2.0', id, method, params }))
  const answers = await post(body, signal)
  if (!Array.isArray(answers)) return [resultOf(answers)]
  const byId = new Map(answers.map((answer) => [answer.id, answer]))
  return calls.map((_, id) => {
    try {
      return resultOf(byId.get(id) ?? { error: { code: 0, message: 'The node left a request unanswered.' } })
    } catch (error) {
      if (onError === undefined) throw error
      return onError(error)
    }
  })
}
