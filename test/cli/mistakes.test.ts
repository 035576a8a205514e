import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { encodeModel } from '../../model/index.ts'
import { writeTflite } from '../model/tflite/writer.ts'
import { repository, smallProgram, tensorEVM } from './bins.ts'

const SENDER = '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266'
const REGISTRAR = `0x${'0a'.repeat(20)}`
let folder: string

/** A model of two operators that are not supported. */
function hopelessModel(): Uint8Array {
  const x = { shape: [1, 4], scale: 1, zeroPoint: 0 }
  return writeTflite({
    tensors: { x, a: x, b: x },
    operators: [
      { name: 'LSTM', inputs: ['x'], outputs: ['a'] },
      { name: 'SVDF', inputs: ['x'], outputs: ['b'] },
    ],
    inputs: ['x'],
    outputs: ['a', 'b'],
  })
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tensor-evm-mistakes-'))
  const genesis = JSON.parse(readFileSync(join(repository, 'examples/customChain/genesis.json'), 'utf8'))
  const tensor = { ...genesis.config.tensor, registrar: REGISTRAR }
  const files: Record<string, string | Uint8Array> = {
    'small.tensor': encodeModel(smallProgram()),
    'rows.bin': Uint8Array.of(4, 5, 6, 1, 2, 3),
    'fake.tflite': Buffer.from('20000000544654', 'hex'),
    'two.tflite': hopelessModel(),
    'poor.json': JSON.stringify({ ...genesis, alloc: {} }),
    'penny.json': JSON.stringify({ ...genesis, alloc: { [SENDER]: { balance: '1' } } }),
    'guarded.json': JSON.stringify({ ...genesis, config: { ...genesis.config, tensor } }),
  }
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content)
  mkdirSync(join(folder, 'taken/Small.bin'), { recursive: true })
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const run = (...options: string[]) => ['run', 'small.tensor', '--input', 'rows.bin', ...options]

describe('a mistake ends with one line, exit code 1 and nothing written', () => {
  const mistakes: [name: string, args: string[], message: string | RegExp][] = [
    [
      'no such model',
      ['run', 'none.tflite', '--input', 'rows.bin', '--output', 'bad'],
      'model none.tflite: no such file',
    ],
    [
      'not a model',
      ['run', 'rows.bin', '--input', 'rows.bin', '--output', 'bad'],
      'rows.bin: neither a TFLite file nor a model file',
    ],
    ['no such input', ['run', 'small.tensor', '--input', 'none', '--output', 'bad'], 'input none: no such file'],
    [
      'wrong input length',
      ['run', 'small.tensor', '--input', 'small.tensor', '--output', 'bad'],
      /^input small\.tensor: \d+ bytes, expected a multiple of 3 \(rows of int8\[1,3\]\)$/,
    ],
    ['a directory', ['run', '.', '--input', 'rows.bin'], 'model .: is a directory'],
    ['output to a directory', run('--output', 'taken'), 'output taken: is a directory'],
    ['output below a file', run('--output', 'rows.bin/x'), 'output rows.bin/x: a parent is not a directory'],
    ['unknown path', run('--path', 'gpu'), /^option '--path <path>' .* instructions, precompile, reference\.$/],
    ['bad limit', run('--limit', '0'), /expected a positive integer$/],
    ['no workers', run('--workers', '0'), /^option '--workers <n>' .* expected an integer in 1\.\.256$/],
    ['too many workers', run('--workers', '257'), /^option '--workers <n>' .* expected an integer in 1\.\.256$/],
    ['workers in words', run('--workers', 'all'), /^option '--workers <n>' .* expected an integer in 1\.\.256$/],
    [
      'a sender without funds, for workers',
      run('--genesis', 'poor.json', '--workers', '2'),
      `genesis poor.json: expected alloc to fund ${SENDER}, which sends the transactions`,
    ],
    ['unknown option', run('--outptu', 'x'), "unknown option '--outptu'; Did you mean --output?"],
    ['unknown command', ['rnu'], "unknown command 'rnu'; Did you mean run?"],
    ['missing option', ['run', 'small.tensor'], "required option '--input <file>' not specified"],
    ['missing argument', ['disasm'], "missing required argument 'bytecode'"],
    ['empty folder name', ['import', 'small.tensor', '--out', ''], /^option '--out <directory>' .* expected a path$/],
    ['empty output name', run('--output', ''), /^option '--output <file>' .* expected a path$/],
    ['no such genesis', ['genesis', 'none.json'], 'none.json: no such file'],
    [
      'no such genesis, though none is needed',
      run('--path', 'reference', '--genesis', 'none.json'),
      'none.json: no such file',
    ],
    [
      'a sender without funds',
      run('--genesis', 'poor.json'),
      `genesis poor.json: expected alloc to fund ${SENDER}, which sends the transactions`,
    ],
    [
      'a sender with too little',
      run('--genesis', 'penny.json', '--path', 'precompile'),
      /^sender doesn't have enough funds .* only has: 1$/,
    ],
    [
      'a registry of someone else',
      run('--genesis', 'guarded.json', '--path', 'precompile'),
      new RegExp(
        `^model 0x\\w{64} was not registered: only the registrar ${REGISTRAR} may register models, and ${SENDER} sent the transaction$`,
      ),
    ],
    ['not TFLite', ['import', 'fake.tflite', '--out', 'bad'], /^fake\.tflite: not a TFLite model/],
    [
      'several problems',
      ['import', 'two.tflite', '--out', 'bad'],
      /^two\.tflite: 2 problems: [^;]*LSTM[^;]*; [^;]*SVDF[^;]*$/,
    ],
    [
      'a name of the library',
      ['import', 'small.tensor', '--out', 'bad', '--name', 'Tensor'],
      'name: Tensor is taken by the library',
    ],
    [
      'a name that is a keyword',
      ['import', 'small.tensor', '--out', 'bad', '--name', 'contract'],
      'name: expected a capital letter, then letters, digits and underscores, found "contract"',
    ],
    [
      'output where a directory is',
      ['import', 'small.tensor', '--out', 'taken'],
      'output taken/Small.bin: is a directory',
    ],
  ]
  test.each(mistakes)('%s', (_, args, message) => {
    const before = readdirSync(folder, { recursive: true })
    const { status, stdout, stderr } = tensorEVM(folder, args)
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' })
    const line = /^tensor-evm: ([^\n]+)\n$/.exec(stderr)?.[1]
    if (typeof message === 'string') expect(line, stderr).toBe(message)
    else expect(line, stderr).toMatch(message)
    expect(readdirSync(folder, { recursive: true })).toEqual(before)
  })
})
