import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseBenchResults } from '../../benchmark/readResults.ts'
import { encodeModel } from '../../model/index.ts'
import { smallProgram } from '../cli/bins.ts'
import { runCommand } from '../cli/command.ts'

let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tensor-evm-bench-'))
  const files: Record<string, string | Uint8Array> = {
    'small.tensor': encodeModel(smallProgram()),
    // Scores 32 and -31, then 14 and -12.
    'rows.bin': Uint8Array.of(4, 5, 6, 1, 2, 3),
    'labels.txt': '0, 1\n',
    'labels.bin': Uint8Array.of(0, 1),
    'three.bin': Uint8Array.of(0, 1, 2),
    'words.csv': '0,cat',
    'odd.bin': Uint8Array.of(1, 2, 3, 4),
    file: '',
  }
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const bench = (...args: string[]) => runCommand(folder, ['bench', ...args])

describe('a mistake ends with one line, exit code 1 and nothing written', () => {
  const input = ['small.tensor', '--input', 'rows.bin']
  const mistakes: [name: string, args: string[], message: string][] = [
    ['an unknown path', ['--paths', 'kernel,gpu'], '"gpu" is no path; there are instructions, precompile,'],
    ['no such model', ['nothing.tensor'], 'model nothing.tensor: no such file'],
    ['no such input', ['small.tensor', '--input', 'nothing.bin'], 'input nothing.bin: no such file'],
    [
      'labels without input',
      ['small.tensor', '--labels', 'labels.bin'],
      '--labels: expected --input, whose rows they are of',
    ],
    ['input without a model', ['--input', 'rows.bin'], '--input: expected a model that it is the input of'],
    [
      'rows that do not divide',
      ['small.tensor', '--input', 'odd.bin'],
      'input odd.bin: 4 bytes, expected a multiple of 3 for small (rows of int8[1,3])',
    ],
    ['too many labels', [...input, '--labels', 'three.bin'], 'labels three.bin: 3 labels for 2 rows of --input'],
    [
      'a label that is none',
      [...input, '--labels', 'words.csv'],
      'labels words.csv: expected integers from 0, found "cat"',
    ],
    ['a price that is none', [...input, '--gas-price', '-1'], 'expected a positive number'],
    [
      'a directory that is a file',
      [...input, '--out', 'file'],
      'output file/results.json: a parent is not a directory',
    ],
    ['no such genesis', [...input, '--genesis', 'nothing.json'], 'nothing.json'],
  ]
  test.concurrent.each(mistakes)('%s', async (_, args, message) => {
    const { status, stdout, stderr } = await bench(...args)
    expect(stderr).toContain(message)
    expect(stderr.trimEnd().split('\n')).toHaveLength(1)
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' })
    expect(readdirSync(folder)).not.toContain('bench-results')
  })
})

describe('the command', () => {
  test('writes a report and prints tables', async () => {
    const args = [
      '--labels',
      'labels.txt',
      '--paths',
      'kernel,precompile,onnxruntime',
      '--gas-price',
      '2',
      '--out',
      'tables',
    ]
    const { status, stdout, stderr } = await bench('small.tensor', '--input', 'rows.bin', ...args)
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(stdout).toContain('small, 6 MACs')
    expect(stdout).toMatch(/^precompile +2\/2 +50\.0 % +\d/m)
    expect(stdout).toMatch(/^kernel +2\/2 +50\.0 %/m)
    expect(stdout).toContain('onnxruntime: refused, the model was given as no .onnx file')
    expect(stdout).toContain('written to tables')
    const results = parseBenchResults(readFileSync(join(folder, 'tables/results.json'), 'utf8'))
    expect(results.command).toEqual(['tensor-evm', 'bench', 'small.tensor', '--input', 'rows.bin', ...args])
    expect(readdirSync(join(folder, 'tables'))).toEqual(
      expect.arrayContaining(['report.html', 'report.md', 'results.csv']),
    )
  })

  test('prints the results as JSON, on as many rows as it is told', async () => {
    const args = ['--paths', 'kernel', '--samples', '1', '--json', '--out', 'json']
    const { status, stdout } = await bench('small.tensor', '--input', 'rows.bin', '--labels', 'labels.bin', ...args)
    expect(status).toBe(0)
    const [model] = parseBenchResults(stdout).models
    expect(model).toMatchObject({ name: 'small', samples: 1, macs: 6, inputBytes: 3, outputBytes: 2 })
    expect(model?.paths).toMatchObject([{ path: 'kernel', equal: { samples: 1, same: 1 }, accuracy: 1 }])
  })
})
