import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { GasReport } from '../../evm-ext/index.ts'
import { encodeModel } from '../../model/index.ts'
import { repository, smallProgram, tensorEVM } from './bins.ts'

let folder: string
const run = (...options: string[]) => tensorEVM(folder, ['run', 'small.tensor', '--input', 'rows.bin', ...options])
const read = (name: string) => readFileSync(join(folder, name), 'utf8')

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tensor-evm-gas-report-'))
  writeFileSync(join(folder, 'small.tensor'), encodeModel(smallProgram()))
  writeFileSync(join(folder, 'rows.bin'), Int8Array.of(4, 5, 6, 1, 2, 0))
  mkdirSync(join(folder, 'taken.json'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Gas of the lines of folded stacks. */
const foldedGas = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0)

describe('a report of a run', () => {
  test('by instructions: a table after the rest, with the functions in the stacks', () => {
    const { status, stdout, stderr } = run('--gas-report', '--gas-profile', 'stacks.folded')
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(stdout).toMatch(/^samples +2$/m)
    const used = Number(/^gas of the transaction +([\d,]+)$/m.exec(stdout)?.[1]?.replaceAll(',', ''))
    // The first row: the second has a zero byte and is cheaper.
    expect(stdout).toContain(`max ${used.toLocaleString('en')}`)
    expect(stdout).toMatch(/^\d+ +MATMUL\[1x2x3\] /m)
    expect(stdout).toMatch(/^Model +CALL /m)
    expect(foldedGas(read('stacks.folded'))).toBe(used)
    expect(read('stacks.folded')).toMatch(/^Model;predict;(\S+;)*MATMUL\[1x2x3\] \d+$/m)
  })

  test('by the precompile, as JSON, with a file for speedscope', () => {
    const { status, stdout, stderr } = run(
      ...['--path', 'precompile', '--gas-report', '--gas-profile', 'new/p.speedscope.json', '--json'],
    )
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    const { gasReport, gasPerSample } = JSON.parse(stdout) as {
      readonly gasReport: GasReport
      readonly gasPerSample: { readonly max: number }
    }
    expect(gasReport).toMatchObject({ version: 1, kind: 'transaction', gasUsed: gasPerSample.max })
    expect(gasReport.frame.name).toBe('inference precompile')
    const file = JSON.parse(read('new/p.speedscope.json'))
    expect(file.name).toBe(`small: ${gasReport.gasUsed} gas`)
    expect(file.profiles[0].endValue).toBe(gasReport.gasUsed)
  })

  test('as the whole report in a file, and the same outputs and gas as without', () => {
    const plain = JSON.parse(run('--path', 'precompile', '--json').stdout)
    const { stdout } = run('--path', 'precompile', '--gas-profile', 'report.json', '--json')
    const { gasReport, outputSha256, gasPerSample } = JSON.parse(stdout)
    expect(gasReport).toBeUndefined()
    expect({ outputSha256, gasPerSample }).toEqual({
      outputSha256: plain.outputSha256,
      gasPerSample: plain.gasPerSample,
    })
    expect(JSON.parse(read('report.json'))).toMatchObject({ version: 1, gasUsed: plain.gasPerSample.max })
  })

  test('of a transaction that runs out of gas is told before the error', () => {
    const genesis = JSON.parse(readFileSync(join(repository, 'examples/customChain/genesis.json'), 'utf8'))
    const { parameters } = genesis.config.tensor
    const tensor = { ...genesis.config.tensor, parameters: { ...parameters, tensorBaseGas: 20_000_000 } }
    writeFileSync(join(folder, 'dear.json'), JSON.stringify({ ...genesis, config: { ...genesis.config, tensor } }))
    const { status, stdout, stderr } = run(
      ...['--path', 'precompile', '--genesis', 'dear.json', '--gas-report', '--gas-profile', 'dear.folded'],
    )
    expect(status).toBe(1)
    expect(stderr).toMatch(/^tensor-evm: sample 0: the transaction failed: out of gas, \d+ gas used\n$/)
    expect(stdout).toMatch(/^gas of the transaction, ended with out of gas +[\d,]+$/m)
    expect(read('dear.folded')).toMatch(/;burnt: out of gas \d+$/m)
  })
})

test.each([
  [
    ['--path', 'reference', '--gas-report'],
    '--gas-report: expected --path instructions or precompile, which run a chain',
  ],
  [
    ['--path', 'reference', '--gas-profile', 'no.json'],
    '--gas-profile: expected --path instructions or precompile, which run a chain',
  ],
  [['--gas-report', '--workers', '2'], '--gas-report: expected --workers 1, or none'],
  [
    ['--gas-profile', 'no.txt'],
    "option '--gas-profile <file>' argument 'no.txt' is invalid. expected a name that ends with .speedscope.json, .json or .folded",
  ],
  [['--gas-profile', 'taken.json'], 'output taken.json: is a directory'],
  [['--gas-profile'], "option '--gas-profile <file>' argument missing"],
])('%j ends with one line', (options, message) => {
  const { status, stdout, stderr } = run(...options)
  expect({ status, stdout, stderr }).toEqual({ status: 1, stdout: '', stderr: `tensor-evm: ${message}\n` })
  expect(existsSync(join(folder, 'no.json'))).toBe(false)
})

test('the program of the guide runs', () => {
  const guide = readFileSync(join(repository, 'docs/gas-report.md'), 'utf8')
  const program = /`report\.mjs`:\n\n```js\n([\s\S]*?)```/.exec(guide)?.[1] ?? ''
  // The packages of the repository in place of an installed one.
  writeFileSync(
    join(folder, 'report.mts'),
    program.replaceAll(/'tensor-evm\/([\w-]+)'/g, `'${repository}/$1/index.ts'`),
  )
  const args = ['--import', import.meta.resolve('tsx'), 'report.mts']
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' })
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  const [, receipt, report] = /^(\d+) gas, (\d+) by the report$/m.exec(stdout) ?? []
  expect(receipt).toBeDefined()
  expect(report).toBe(receipt)
  expect(stdout).toMatch(/^Free;bytesFree;(\S+;)*TSPACE \d+$/m)
  expect(JSON.parse(read('report.json'))).toMatchObject({ version: 1, gasUsed: Number(receipt) })
  expect(JSON.parse(read('report.speedscope.json')).profiles.length).toBe(3)
})
