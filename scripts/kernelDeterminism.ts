import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { createWasmKernel } from '../kernel/index.ts'
import { digestOf } from '../test/kernel/digest.ts'
import { compileScript, ENGINES, installEngine, printed, TIERS } from './engines.ts'

// Prints one hash over the kernel's results for a fixed sequence of calls; with --engines, that of several releases of Node
// and of each tier of their compilers, and fails when two differ.

const DEFAULT_CASES = 400

/** Hashes by release and tier. @returns whether all are the same */
async function compareEngines(cases: number): Promise<boolean> {
  const root = join(dirname(fileURLToPath(import.meta.url)), '..')
  const cache = join(root, 'node_modules/.cache/tensor-evm')
  const script = compileScript(root, join(cache, 'determinism'), 'scripts/kernelDeterminism.ts')
  const arguments_ = [script, '--cases', String(cases)]
  const hashes = new Set<string>()
  for (const version of ENGINES) {
    const executable = installEngine(join(cache, 'engines'), version)
    const actual = await printed(executable, ['--version'], [])
    if (actual !== `v${version}`) throw new Error(`node@${version} is ${actual}`)
    for (const [tier, options] of Object.entries(TIERS)) {
      const hash = await printed(executable, options, arguments_)
      hashes.add(hash)
      console.log(`Node ${version.padEnd(8)}  ${tier.padEnd(26)}  ${hash}`)
    }
  }
  const [first = ''] = hashes
  const isSame = hashes.size === 1 && /^[0-9a-f]{64}$/.test(first)
  console.log(isSame ? 'all the same' : `${hashes.size} different results`)
  return isSame
}

const { values } = parseArgs({ options: { cases: { type: 'string' }, engines: { type: 'boolean' } } })
const cases = Number(values.cases ?? DEFAULT_CASES)
if (!Number.isInteger(cases) || cases < 1)
  throw new RangeError(`--cases: expected a positive integer, found ${values.cases}`)
if (values.engines) process.exitCode = (await compareEngines(cases)) ? 0 : 1
else console.log(digestOf(createWasmKernel(), cases))
