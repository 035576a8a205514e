import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { tensorOf } from '../../isa/index.ts'
import { createProgramBuilder, encodeModel, modelRoot } from '../../model/index.ts'

const root = join(import.meta.dirname, '../..')
let folder: string

/** A dense layer of two classes: scores 1*x0 + 2*x1 + 3*x2 and -4*x0 + 5*x1 - 6*x2. */
function smallProgram() {
  const builder = createProgramBuilder()
  const x = builder.input({ dtype: 'int8', shape: [1, 3] })
  const weights = builder.constant(tensorOf('int8', [2, 3], [1, 2, 3, -4, 5, -6]))
  const sums = builder.emit('MATMUL', { attributes: {}, a: x, b: weights })
  const scale = { dtype: 1, low: -128, high: 127 }
  builder.output(builder.emit('RESCALE', { attributes: scale, x: sums, multiplier: 2 ** 30, shift: 1 }))
  return builder.build()
}

function run(...args: string[]) {
  const loader = import.meta.resolve('tsx')
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--import', loader, join(root, 'cli/main.ts'), ...args],
    {
      cwd: folder,
      encoding: 'utf8',
      env: { ...process.env, NODE_OPTIONS: '' },
    },
  )
  return { status, stdout, stderr }
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tensor-evm-cli-'))
  writeFileSync(join(folder, 'small.tensor'), encodeModel(smallProgram()))
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

  test('limits the rows and changes the rounding', () => {
    const { stdout } = run(
      'run',
      'small.tensor',
      '--input',
      'rows.bin',
      '--limit',
      '1',
      '--rounding',
      'single',
      '--json',
      '--path',
      'reference',
    )
    expect(JSON.parse(stdout)).toMatchObject({ samples: 1, rounding: 'single' })
  })
})

describe("run on a chain of one's own", () => {
  test('starts at the fork, at its prices', () => {
    const genesis = join(root, 'examples/customChain/genesis.json')
    const { status, stdout } = run('run', 'small.tensor', '--input', 'rows.bin', '--genesis', genesis, '--json')
    expect(status).toBe(0)
    expect(JSON.parse(stdout).outputSha256).toMatch(/^49508b12/)
  })

  test('says who needs funds', () => {
    const genesis = JSON.parse(readFileSync(join(root, 'examples/customChain/genesis.json'), 'utf8'))
    writeFileSync(join(folder, 'poor.json'), JSON.stringify({ ...genesis, alloc: {} }))
    const { status, stderr } = run('run', 'small.tensor', '--input', 'rows.bin', '--genesis', 'poor.json')
    expect(status).toBe(1)
    expect(stderr).toMatch(/genesis poor\.json: expected alloc to fund 0xf39f\w+/)
  })
})

describe('import', () => {
  test('writes the model, the contract, its ABI and a summary', () => {
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
    expect(stdout).toContain('MATMUL')
    const listing = run('disasm', 'out/Small.bin').stdout
    expect(listing).toMatch(/ae10 +MATMUL/)
    expect(listing).toMatch(/ae20 +RESCALE/)
  })
})

describe('mistakes end with one line, exit code 1 and nothing written', () => {
  const mistakes: [string, string[], RegExp][] = [
    [
      'no such model',
      ['run', 'none.tflite', '--input', 'rows.bin', '--output', 'bad'],
      /model none\.tflite: no such file/,
    ],
    ['not a model', ['run', 'rows.bin', '--input', 'rows.bin', '--output', 'bad'], /rows\.bin: .*model file/],
    ['no such input', ['run', 'small.tensor', '--input', 'none', '--output', 'bad'], /input none: no such file/],
    [
      'wrong input length',
      ['run', 'small.tensor', '--input', 'small.tensor', '--output', 'bad'],
      /expected a multiple of 3/,
    ],
    ['a directory', ['run', '.', '--input', 'rows.bin'], /model \.: is a directory/],
    [
      'unknown path',
      ['run', 'small.tensor', '--input', 'rows.bin', '--path', 'gpu'],
      /instructions, precompile, reference/,
    ],
    ['bad limit', ['run', 'small.tensor', '--input', 'rows.bin', '--limit', '0'], /expected a positive integer/],
    ['unknown option', ['run', 'small.tensor', '--input', 'rows.bin', '--outptu', 'x'], /unknown option '--outptu'/],
    ['unknown command', ['rnu'], /unknown command 'rnu'/],
    ['missing option', ['run', 'small.tensor'], /required option '--input <file>' not specified/],
    ['no such genesis', ['genesis', 'none.json'], /none\.json/],
    ['not TFLite', ['import', 'fake.tflite', '--out', 'bad'], /fake\.tflite: not a TFLite model/],
  ]
  for (const [name, args, message] of mistakes)
    test(name, () => {
      writeFileSync(join(folder, 'fake.tflite'), Buffer.from('20000000544654', 'hex'))
      const { status, stdout, stderr } = run(...args)
      expect(status).toBe(1)
      expect(stdout).toBe('')
      expect(stderr).toMatch(message)
      expect(stderr.trim().split('\n').length).toBeLessThanOrEqual(2)
      expect(stderr).not.toMatch(/\n\s+at /)
      expect(readdirSync(folder)).not.toContain('bad')
    })
})

describe('help', () => {
  test('lists the commands', () => {
    const { status, stdout } = run('--help')
    expect(status).toBe(0)
    for (const command of ['run', 'import', 'disasm', 'genesis']) expect(stdout).toContain(command)
  })
})
