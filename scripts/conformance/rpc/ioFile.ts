/** A request, and the response to it as a file has it. */
type Exchange = { readonly request: unknown; readonly expected: unknown }

/** A file of requests and responses as execution-apis writes them. */
export type RpcTest = {
  /** Method and name, without the ending: `eth_call/call-contract`. */
  readonly name: string
  /** Whether the values of responses depend on the client, so that their form alone is compared. */
  readonly formOnly: boolean
  readonly exchanges: readonly Exchange[]
}

function readJSON(text: string, place: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new SyntaxError(`${place}: ${(error as Error).message}`)
  }
}

/**
 * Reads a file of execution-apis' tests: `>>` before a request, `<<` before the response, `//` before a comment.
 *
 * @throws {SyntaxError} naming the file and line that can't be read
 */
export function readRpcTest(name: string, text: string): RpcTest {
  const exchanges: Exchange[] = []
  let formOnly = false
  let request: unknown
  for (const [index, line] of text.split('\n').entries()) {
    const place = `${name}, line ${index + 1}`
    const [mark, content] = [line.slice(0, 2), line.slice(2).trim()]
    if (mark === '//') formOnly ||= content.startsWith('speconly:') && exchanges.length === 0
    else if (mark === '>>' && request === undefined) request = readJSON(content, place)
    else if (mark === '<<' && request !== undefined) {
      exchanges.push({ request, expected: readJSON(content, place) })
      request = undefined
    } else if (line.trim() !== '')
      throw new SyntaxError(`${place}: expected a comment, request or response, found ${line.slice(0, 60)}`)
  }
  if (request !== undefined) throw new SyntaxError(`${name}: the last request has no response`)
  return { name, formOnly, exchanges }
}
