// Times the command tsolc as a whole beside that of solc-js on the same standard JSON, interleaved.
// `npm run bench:compiler`; see bench/harness/options.ts for arguments.
import { spawnSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createProgress } from '../cli/progress.ts'
import { installCorpus } from '../test/corpus/packages.ts'
import { readOptions } from './harness/options.ts'
import { threeDigits } from './harness/report.ts'
import { runBench } from './harness/run.ts'
import { type CommandCase, commandCases } from './suites/commands.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

type Command = { readonly name: string; readonly args: readonly string[] }

/**
 * Seconds of one run of a command. Input and output are files: solc-js cuts what it writes to a pipe, and fails when it
 * reads one that is not full yet.
 *
 * @throws {Error} when it fails, or its output has errors
 */
function time({ name, args }: Command, input: string, folder: string): number {
  const [inputPath, outputPath] = [join(folder, 'input'), join(folder, 'output')]
  writeFileSync(inputPath, input)
  const files = [openSync(inputPath, 'r'), openSync(outputPath, 'w')]
  const start = performance.now()
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', stdio: [...files, 'pipe'] })
  const seconds = (performance.now() - start) / 1000
  for (const file of files) closeSync(file)
  const stdout = readFileSync(outputPath, 'utf8')
  // solc-js writes a line about SMT solvers first.
  const output = stdout.slice(stdout.indexOf('{'))
  const errors = status === 0 ? (JSON.parse(output).errors ?? []) : [{ severity: 'error', message: stderr }]
  const error = errors.find(({ severity }: { severity: string }) => severity === 'error')
  if (error) throw new Error(`${name}: ${error.formattedMessage ?? error.message}`)
  return seconds
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[sorted.length >> 1] as number
}

await runBench(async () => {
  const options = readOptions(process.argv.slice(2))
  installCorpus()
  const { status } = spawnSync('npm', ['run', '--silent', 'build'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  if (status !== 0) throw new Error('npm run build failed')
  const folder = mkdtempSync(join(tmpdir(), 'tsolc-bench-'))
  const tsolc = [join(root, 'dist/cli/tsolc.js'), '--standard-json']
  const solcjs = createRequire(import.meta.url).resolve('solc/solc.js')
  const commands: readonly Command[] = [
    { name: 'solc-js', args: [solcjs, '--standard-json'] },
    { name: 'tsolc', args: [...tsolc, '--no-cache'] },
    { name: 'tsolc, cached', args: [...tsolc, '--cache-dir', join(folder, 'cache')] },
  ]
  const model = readFileSync(join(root, 'examples/mnist/model.tensor'))
  const cases = commandCases(model).filter(({ name }) => options.wants(name))
  const progress = createProgress('measuring', cases.length)
  const results = cases.map(({ name, input, limit }: CommandCase) => {
    const text = JSON.stringify(input)
    const samples = commands.map((): number[] => [])
    for (let round = -1; round < options.rounds; round++)
      commands.forEach((command, i) => {
        const seconds = time(command, text, folder)
        // The first round fills caches.
        if (round >= 0) samples[i]?.push(seconds)
      })
    progress.step()
    const seconds = Object.fromEntries(commands.map((command, i) => [command.name, median(samples[i] as number[])]))
    return { name, limit, seconds, ratio: (seconds.tsolc as number) / (seconds['solc-js'] as number) }
  })
  progress.end()
  rmSync(folder, { recursive: true })
  if (options.json) {
    console.log(JSON.stringify({ node: process.version, rounds: options.rounds, cases: results }, null, 2))
    return
  }
  console.log(`Node ${process.version}, seconds of a whole command, median of ${options.rounds} rounds\n`)
  for (const { name, limit, seconds, ratio } of results) {
    const times = Object.entries(seconds).map(([command, value]) => `${command} ${threeDigits(value)}`)
    const verdict = ratio <= limit ? 'pass' : 'FAIL'
    console.log(`${name}\n  ${times.join('   ')}   tsolc / solc-js ${threeDigits(ratio)}, at most ${limit}: ${verdict}`)
  }
})
