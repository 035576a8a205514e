import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { systemReason, UsageError } from '../../cli/errors.ts'
import { checkWritable, writeUserFile, writeUserFiles } from '../../cli/files.ts'

let folder: string
const at = (name: string) => join(folder, name)

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'files-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

describe('writing', () => {
  test('replaces a file, whose mode stays, and makes folders', () => {
    writeFileSync(at('old'), 'old')
    chmodSync(at('old'), 0o640)
    writeUserFile(at('old'), 'new')
    expect(readFileSync(at('old'), 'utf8')).toBe('new')
    expect(statSync(at('old')).mode & 0o777).toBe(0o640)
    writeUserFile(at('a/b/c'), Uint8Array.of(1, 2))
    expect([...readFileSync(at('a/b/c'))]).toEqual([1, 2])
    expect(readdirSync(folder).sort()).toEqual(['a', 'old'])
  })

  test('follows links and leaves them in place', () => {
    mkdirSync(at('elsewhere/deep'), { recursive: true })
    writeFileSync(at('elsewhere/file'), 'old')
    symlinkSync('elsewhere/file', at('link'))
    symlinkSync('link', at('second'))
    writeUserFile(at('second'), 'new')
    expect(readFileSync(at('elsewhere/file'), 'utf8')).toBe('new')
    // ".." is that of the folder behind a link, not of the link.
    symlinkSync(at('elsewhere/deep'), at('deep'))
    symlinkSync('../made', at('elsewhere/deep/dangling'))
    writeUserFile(at('deep/dangling'), 'made')
    expect(readFileSync(at('elsewhere/made'), 'utf8')).toBe('made')
    for (const link of ['link', 'second', 'deep', 'elsewhere/deep/dangling'])
      expect(lstatSync(at(link)).isSymbolicLink()).toBe(true)
  })

  test('writes to a pipe, which stays one', async () => {
    execFileSync('mkfifo', [at('pipe')])
    symlinkSync('pipe', at('link'))
    for (const name of ['pipe', 'link']) {
      const reader = spawn('cat', [at('pipe')])
      const chunks: Buffer[] = []
      reader.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
      const closed = once(reader, 'close')
      writeUserFile(at(name), 'content')
      await closed
      expect(Buffer.concat(chunks).toString()).toBe('content')
    }
    expect(lstatSync(at('pipe')).isFIFO()).toBe(true)
    expect(readdirSync(folder).sort()).toEqual(['link', 'pipe'])
  })
})

describe('what is refused', () => {
  const cases: [name: string, prepare: () => string, reason: string][] = [
    ['a directory', () => folder, 'is a directory'],
    [
      'a link to a directory',
      () => {
        symlinkSync('.', at('link'))
        return at('link')
      },
      'is a directory',
    ],
    ['a file as parent', () => at('file/x'), 'a parent is not a directory'],
    ['a file as parent of the parent', () => at('file/x/y'), 'a parent is not a directory'],
    ['a long name', () => at('x'.repeat(300)), 'the name is too long'],
    [
      'links in a circle',
      () => {
        symlinkSync('circle', at('circle'))
        return at('circle')
      },
      'too many symbolic links',
    ],
  ]
  test.each(cases)('%s, in words, before any file is written', (_, prepare, reason) => {
    writeFileSync(at('file'), 'kept')
    const path = prepare()
    const before = readdirSync(folder)
    const error = new UsageError(`output ${path}: ${reason}`)
    expect(() => checkWritable([path])).toThrow(error)
    expect(() => writeUserFiles(['file', 'other/new'].map(at).concat(path).map(toFile))).toThrow(error)
    expect(readdirSync(folder)).toEqual(before)
    expect(readFileSync(at('file'), 'utf8')).toBe('kept')
  })

  const toFile = (path: string) => ({ path, content: 'content' })

  test.skipIf(process.getuid?.() === 0)('what permissions forbid (skipped for root, whom none bind)', () => {
    mkdirSync(at('closed'), { mode: 0o500 })
    writeFileSync(at('closed-file'), '', { mode: 0o400 })
    for (const path of [at('closed/x'), at('closed-file')])
      expect(() => writeUserFile(path, '')).toThrow(new UsageError(`output ${path}: permission denied`))
  })
})

test('reasons of the file system are in words', () => {
  const reason = (code: string) => systemReason(Object.assign(new Error(`${code}: open`), { code }))
  expect(reason('EACCES')).toBe('permission denied')
  expect(reason('EISDIR')).toBe('is a directory')
  expect(reason('EXDEV')).toBe('EXDEV')
})
