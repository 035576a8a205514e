import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { GenesisError, loadTensorGenesis, readTensorGenesis } from '../../evm-ext/index.ts'
import { genesisJSON } from './genesisJSON.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'genesis-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

test('a genesis file', () => {
  const path = join(folder, 'genesis.json')
  writeFileSync(path, JSON.stringify(genesisJSON({ tensorTime: 7 })))
  expect(loadTensorGenesis(path).forks[0]).toMatchObject({ name: 'tensor', time: 7 })
})

test('a missing file', () => {
  const path = join(folder, 'none.json')
  expect(() => loadTensorGenesis(path)).toThrow(new GenesisError(`${path}: no such file`))
})

test('a directory', () => {
  expect(() => loadTensorGenesis(folder)).toThrow(new GenesisError(`${folder}: is a directory`))
})

test('a byte order mark before the JSON', () => {
  const path = join(folder, 'marked.json')
  writeFileSync(path, `\ufeff${JSON.stringify(genesisJSON({ tensorTime: 7 }))}`)
  expect(loadTensorGenesis(path).forks[0]).toMatchObject({ time: 7 })
})

const broken: [text: string, place: string][] = [
  ['', '1:1: not JSON: found the end of the file'],
  ['{"config": {\n  "chainId": 5,\n}}', '3:1: not JSON: found "}"'],
  ['{"a": tru}', '1:7: not JSON: found "t"'],
  ['{"a": "x\ny"}', '1:7: not JSON: found "\\""'],
  ['{"a": [1, 2', '1:12: not JSON: found the end of the file'],
  ['{"a": 01}', '1:8: not JSON: found "1"'],
  ['{"a": 1} b', '1:10: not JSON: found "b"'],
  ["{'a': 1}", '1:2: not JSON: found "\'"'],
  ['{"é\\u00e9": [true, null, -1.5e3], "b" 2}', '1:39: not JSON: found "2"'],
]
test.each(broken)('broken JSON %j', (text, place) => {
  const path = join(folder, 'broken.json')
  writeFileSync(path, text)
  expect(() => loadTensorGenesis(path)).toThrow(new GenesisError(`${path}:${place}`))
  expect(() => readTensorGenesis(text)).toThrow(new GenesisError(`genesis:${place}`))
})

test('what is wrong in a file names the file', () => {
  const path = join(folder, 'wrong.json')
  writeFileSync(path, JSON.stringify(genesisJSON({ tensor: { precompile: 5 } })))
  const message = `${path}: config.tensor.precompile: expected 20 bytes of hex, found 5`
  expect(() => loadTensorGenesis(path)).toThrow(new GenesisError(message))
})
