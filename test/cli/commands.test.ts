import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { encodeModel, modelRoot } from '../../model/index.ts'
import { repository, smallProgram, tensorEVM } from './bins.ts'

let folder: string
const run = (...args: string[]) => tensorEVM(folder, args)

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tensor-evm-cli-'))
  for (const name of ['small', 'tensor']) writeFileSync(join(folder, `${name}.tensor`), encodeModel(smallProgram()))
  writeFileSync(join(folder, 'rows.bin'), Int8Array.of(4, 5, 6, 1, 2, 3))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('run', () => {
  for (const path of ['instructions', 'precompile', 'reference'])
    test(`writes the rows and reports, by ${path}`, () => {
      const { status, stdout, stderr } = run(
        ...['run', 'small.tensor', '--input', 'rows.bin', '--output', 'out.bin', '--path', path, '--json'],
      )
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
      expect([...new Int8Array(readFileSync(join(folder, 'out.bin')))]).toEqual([32, -27, 14, -12])
      const report = JSON.parse(stdout)
      expect(report).toMatchObject({ model: 'small', path, rounding: 'double', samples: 2, macs: 6, modelBytes: 6 })
      expect(report.outputSha256).toBe('49508b12f84eaf510bef025a720b1d87959c98db1d0e4a2a7a9eb279fd83f214')
      for (const name of ['gasPerSample', 'msPerSample'])
        expect(Object.keys(report[name])).toEqual(['min', 'median', 'max'])
    })

  test('shares the rows among workers, with the same result', () => {
    const { status, stdout, stderr } = run(
      ...['run', 'small.tensor', '--input', 'rows.bin', '--output', 'shared.bin', '--workers', '3', '--json'],
    )
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect([...new Int8Array(readFileSync(join(folder, 'shared.bin')))]).toEqual([32, -27, 14, -12])
    const report = JSON.parse(stdout)
    // There are two rows.
    expect(report).toMatchObject({ samples: 2, workers: 2 })
    expect(report.outputSha256).toBe('49508b12f84eaf510bef025a720b1d87959c98db1d0e4a2a7a9eb279fd83f214')
    const alone = JSON.parse(run('run', 'small.tensor', '--input', 'rows.bin', '--json').stdout)
    expect(alone).toMatchObject({ workers: 1, gasPerSample: report.gasPerSample, codeBytes: report.codeBytes })
  })

  test('limits the rows and changes the rounding', () => {
    const { stdout } = run(
      ...['run', 'small.tensor', '--input', 'rows.bin', '--limit', '1', '--rounding', 'single', '--json'],
      ...['--path', 'reference'],
    )
    expect(JSON.parse(stdout)).toMatchObject({ samples: 1, rounding: 'single' })
  })

  test("starts a chain of one's own at the fork", () => {
    const genesis = join(repository, 'examples/customChain/genesis.json')
    const { status, stdout } = run('run', 'small.tensor', '--input', 'rows.bin', '--genesis', genesis, '--json')
    expect(status).toBe(0)
    expect(JSON.parse(stdout).outputSha256).toMatch(/^49508b12/)
  })
})

describe('import', () => {
  test('writes the model, the contract, its ABI and a summary, with gas that adds up', () => {
    const { status, stdout } = run('import', 'small.tensor', '--out', 'out')
    expect(status).toBe(0)
    expect(readdirSync(join(folder, 'out')).sort()).toEqual([
      'Small.abi.json',
      'Small.bin',
      'Small.sol',
      'Small.summary.json',
      'Small.tensor',
      'Small.weights.bin',
    ])
    const summary = JSON.parse(readFileSync(join(folder, 'out/Small.summary.json'), 'utf8'))
    expect(summary).toMatchObject({ root: modelRoot(smallProgram()), macs: 6, modelBytes: 6, weights: 'code' })
    expect(stdout).toMatch(/^MATMUL .* 6 MACs/m)
    const gas = [...stdout.matchAll(/([\d,]+) gas$/gm)].map(([, digits]) => Number(digits?.replaceAll(',', '')))
    expect(gas).toHaveLength(4)
    const [total, ...parts] = gas.reverse() as [number, ...number[]]
    expect(parts.reduce((sum, part) => sum + part)).toBe(total)
    expect(summary).toMatchObject({ gas: total, loadGas: parts[0] })
    const listing = run('disasm', 'out/Small.bin').stdout
    expect(listing).toMatch(/ae10 +MATMUL/)
    expect(listing).toMatch(/ae20 +RESCALE/)
  })

  test('keeps clear of the names of the library', () => {
    const { status, stdout } = run('import', 'tensor.tensor', '--out', 'named', '--json')
    expect({ status, root: JSON.parse(stdout).root }).toEqual({ status: 0, root: modelRoot(smallProgram()) })
    expect(readdirSync(join(folder, 'named'))).toContain('ModelTensor.sol')
  })
})

describe('help and output', () => {
  test('lists the commands', () => {
    const { status, stdout } = run('--help')
    expect(status).toBe(0)
    for (const command of ['run', 'import', 'disasm', 'genesis']) expect(stdout).toContain(command)
  })

  test('is shown where no command is given', () => {
    expect(run()).toMatchObject({ status: 1, stdout: '', stderr: expect.stringContaining('Commands:') })
  })

  test('says the same of rounding everywhere', () => {
    const rounding = /--rounding <mode>[\s\S]*?(?=\n {2}--)/
    const [first, second] = ['run', 'import'].map((name) => rounding.exec(run(name, '--help').stdout)?.[0])
    expect(first?.replace(/\s+/g, ' ')).toContain('as stored for a model file')
    expect(second?.replace(/\s+/g, ' ')).toBe(first?.replace(/\s+/g, ' '))
  })

  test('ends quietly when nobody reads on', () => {
    const { status, stderr } = tensorEVM(folder, ['disasm', '5b'.repeat(20_000)], '| head -n 1')
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  })
})
