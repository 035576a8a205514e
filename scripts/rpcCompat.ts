import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startTestNode } from './conformance/rpc/chain.ts'
import { responseMistake } from './conformance/rpc/compare.ts'
import { type Exceptions, findMistakes, methodOf, type RpcOutcome } from './conformance/rpc/exceptions.ts'
import { type RpcTest, readRpcTest } from './conformance/rpc/ioFile.ts'

// Runs the tests of https://github.com/ethereum/execution-apis against a node on their chain:
//   npm run test:rpc -- FOLDER [--filter TEXT]...
// FOLDER is the folder tests of a clone. Tests that do not pass stand in conformance/rpc/exceptions.json, with the reason;
// ends with 1 when one that does not stand there fails, and when one that stands there passes.

const USAGE = 'usage: test:rpc FOLDER [--filter TEXT]...'
const METHOD_NOT_FOUND = -32601
const INTERNAL_ERROR = -32603

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { filter: { type: 'string', multiple: true, default: [] } },
})
const [folder, ...more] = positionals
if (folder === undefined || more.length > 0) throw new Error(USAGE)
if (!existsSync(join(folder, 'chain.rlp'))) throw new Error(`${folder}: expected chain.rlp in it\n${USAGE}`)

function readTests(root: string): RpcTest[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.io'))
    .sort()
    .map((path) => readRpcTest(path.replace(/\.io$/, ''), readFileSync(join(root, path), 'utf8')))
    .filter(({ name }) => values.filter.length === 0 || values.filter.some((text) => name.includes(text)))
}

async function ask(url: string, request: unknown): Promise<{ error?: { code: number; message: string } }> {
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(request) })
  return response.json() as Promise<{ error?: { code: number; message: string } }>
}

async function runTest(url: string, { formOnly, exchanges }: RpcTest): Promise<RpcOutcome> {
  for (const { request, expected } of exchanges) {
    const response = await ask(url, request)
    const { error } = response
    const { method } = request as { method: string }
    if (error?.code === METHOD_NOT_FOUND) return { kind: 'skipped', method }
    // An error of the node itself is a mistake also where an error is what is expected.
    if (error?.code === INTERNAL_ERROR) return { kind: 'failed', detail: `internal error: ${error.message}` }
    const detail = responseMistake(expected, response, formOnly)
    if (detail !== undefined) return { kind: 'failed', detail }
  }
  return { kind: 'passed' }
}

function printCounts(outcomes: ReadonlyMap<string, RpcOutcome>): void {
  const counts = new Map<string, { passed: number; failed: number; skipped: number }>()
  const total = { passed: 0, failed: 0, skipped: 0 }
  for (const [name, { kind }] of outcomes) {
    const method = counts.get(methodOf(name)) ?? { passed: 0, failed: 0, skipped: 0 }
    method[kind]++
    total[kind]++
    counts.set(methodOf(name), method)
  }
  console.log(`${'method'.padEnd(42)}passed  failed  skipped`)
  for (const [method, { passed, failed, skipped }] of [...counts, ['total', total] as const])
    console.log(
      `${method.padEnd(42)}${String(passed).padStart(6)}${String(failed).padStart(8)}${String(skipped).padStart(9)}`,
    )
}

const exceptions = JSON.parse(
  readFileSync(join(import.meta.dirname, 'conformance/rpc/exceptions.json'), 'utf8'),
) as Exceptions
const outcomes = new Map<string, RpcOutcome>()
const node = await startTestNode(folder)
try {
  for (const test of readTests(folder)) outcomes.set(test.name, await runTest(node.url, test))
} finally {
  await node.close()
}
printCounts(outcomes)
const mistakes = findMistakes(outcomes, exceptions)
for (const mistake of mistakes) console.log(mistake)
process.exitCode = mistakes.length > 0 ? 1 : 0
