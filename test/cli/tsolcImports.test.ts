import { mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createImportReader } from '../../cli/importReader.ts'
import { sourceUnitName } from '../../cli/tsolc/paths.ts'
import { PREAMBLE } from '../compiler-ext/setup.ts'
import { createFolder } from './tsolcHost.ts'

function createTree() {
  const folder = createFolder({
    'base/lib/Both.sol': '// both, base',
    'base/lib/Base.sol': '// base',
    'include/lib/Both.sol': '// both, include',
    'include/lib/Include.sol': '// include',
    'outside/Secret.sol': '// secret',
  })
  symlinkSync(join(folder.path, 'outside', 'Secret.sol'), join(folder.path, 'base', 'Link.sol'))
  const roots = { cwd: folder.path, basePath: 'base', includePaths: ['include'], allowPaths: [] as string[] }
  return { folder, root: folder.path, roots }
}

describe('imports from disk', () => {
  it('are looked for below the base path and the include paths', () => {
    const { root, roots } = createTree()
    const read = createImportReader(roots)
    expect(read('lib/Base.sol')).toEqual({ contents: '// base' })
    expect(read('lib/Include.sol')).toEqual({ contents: '// include' })
    expect(read('file://lib/Base.sol')).toEqual({ contents: '// base' })
    expect(read('lib/None.sol')).toEqual({
      error: `File not found. Searched the following locations: "${root}/base", "${root}/include".`,
    })
    expect(createImportReader({ ...roots, includePaths: [] })('lib')).toEqual({ error: 'Not a valid file.' })
  })

  it('must not be ambiguous', () => {
    const { root, roots } = createTree()
    expect(createImportReader(roots)('lib/Both.sol')).toEqual({
      error:
        'Ambiguous import. Multiple matching files found inside base path and/or include paths: ' +
        `"${root}/base/lib/Both.sol", "${root}/include/lib/Both.sol".`,
    })
  })

  it('must be within allowed directories, also through links and parent directories', () => {
    const { root, roots } = createTree()
    const single = { ...roots, includePaths: [] }
    for (const name of ['Link.sol', '../outside/Secret.sol']) {
      expect(createImportReader(single)(name), name).toEqual({
        error: `File outside of allowed directories. The following are allowed: "${root}/base".`,
      })
      const read = createImportReader({ ...single, allowPaths: ['outside'] })
      expect(read(name), name).toEqual({ contents: '// secret' })
    }
    // A directory whose name only begins alike is another one.
    expect(createImportReader({ ...single, allowPaths: ['out'] })('Link.sol')).toHaveProperty('error')
  })

  it('have absolute names only without a base path', () => {
    const { root, roots } = createTree()
    const absolute = `${root}/outside/Secret.sol`
    const bare = { ...roots, basePath: '', includePaths: [] }
    expect(createImportReader({ ...bare, allowPaths: [root] })(absolute)).toEqual({ contents: '// secret' })
    expect(createImportReader({ ...bare, allowPaths: [root] })(`file://${absolute}`)).toEqual({ contents: '// secret' })
    expect(createImportReader({ ...bare, cwd: join(root, 'base') })(absolute)).toEqual({
      error: 'File outside of allowed directories. The following are allowed: ".".',
    })
    expect(createImportReader({ ...roots, allowPaths: [root] })(absolute)).toHaveProperty('error')
  })
})

describe('the name of a file among the sources', () => {
  it.each([
    ['A.sol', '', [], 'A.sol'],
    ['./x/../A.sol', '', [], 'A.sol'],
    ['/root/project/lib//A.sol', '', [], 'lib/A.sol'],
    ['/elsewhere/A.sol', '', [], '/elsewhere/A.sol'],
    ['lib/A.sol', 'lib', [], 'A.sol'],
    ['lib/A.sol', 'lib/', [], 'A.sol'],
    ['library/A.sol', 'lib', [], '/root/project/library/A.sol'],
    ['modules/A.sol', 'lib', ['other', 'modules'], 'A.sol'],
    ['../A.sol', '/', [], 'root/A.sol'],
  ])('%s below "%s" and %j is %s', (path, basePath, includePaths, name) => {
    expect(sourceUnitName(path, { cwd: '/root/project', basePath, includePaths })).toBe(name)
  })
})

describe('tsolc', () => {
  const using = (path: string) => `${PREAMBLE}import "${path}";\ncontract Using {}\n`

  it('reads imports next to its files, and remapped ones in the directory of their target', async () => {
    const folder = createFolder({
      'work/A.sol': using('./B.sol'),
      'work/B.sol': using('@lib/C.sol').replace('Using', 'B'),
      'modules/lib/src/C.sol': `${PREAMBLE}contract C {}`,
    })
    const cwd = join(folder.path, 'work')
    const refused = await folder.run(['A.sol'], { cwd })
    expect(refused.stderr).toContain('Error: Source "@lib/C.sol" not found: File not found.')
    const target = join(folder.path, 'modules/lib/src/')
    const { stdout, stderr, status } = await folder.run(['A.sol', `@lib/=${target}`, '--bin'], { cwd })
    expect([status, stderr]).toEqual([0, ''])
    expect(stdout).toContain(`======= ${target}C.sol:C =======`)
  })

  it('has the library of this package when nothing else provides it, under remapped names too', async () => {
    const folder = createFolder({ 'A.sol': using('tensor-evm/Tensor.sol'), 'B.sol': using('@t/Tensor.sol') })
    expect(await folder.run(['A.sol', '--check'])).toEqual({ status: 0, stdout: '', stderr: '' })
    expect(await folder.run(['B.sol', '@t/=tensor-evm/', '--check'])).toMatchObject({ status: 0, stderr: '' })
    mkdirSync(join(folder.path, 'tensor-evm'))
    folder.write({ 'tensor-evm/Tensor.sol': `${PREAMBLE}contract Mine {}` })
    expect((await folder.run(['A.sol', '--hashes'])).stdout).toContain('======= tensor-evm/Tensor.sol:Mine =======')
  })

  it('reads nothing but what it is given without the import callback', async () => {
    const folder = createFolder({ 'A.sol': using('tensor-evm/Tensor.sol'), 'B.sol': using('./A.sol') })
    for (const [file, name] of [
      ['A.sol', 'tensor-evm/Tensor.sol'],
      ['B.sol', 'A.sol'],
    ] as const) {
      const { status, stderr } = await folder.run([file, '--no-import-callback'])
      expect(status).toBe(1)
      expect(stderr.startsWith(`Error: Source "${name}" not found: No import callback.\n --> ${file}:3:1:\n`)).toBe(
        true,
      )
    }
  })

  it('leaves files out that are missing where it may, and not where it may not', async () => {
    const folder = createFolder({ 'A.sol': `${PREAMBLE}contract A {}` })
    const { status, stdout, stderr } = await folder.run(['A.sol', 'B.sol', '.', '--ignore-missing', '--bin'])
    expect(status).toBe(0)
    expect(stdout).toContain('======= A.sol:A =======')
    expect(stderr).toBe('Info: "." is not a valid file. Skipping.\nInfo: "B.sol" is not found. Skipping.\n')
    expect(await folder.run(['B.sol', '--ignore-missing'])).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(
        /\nError: All specified input files either do not exist or are not regular files\.\n$/,
      ),
    })
  })

  it('refuses files that would have the same name', async () => {
    const folder = createFolder({ 'a/A.sol': '', 'b/A.sol': '' })
    const words = ['a/A.sol', 'b/A.sol', '--base-path', 'a', '--include-path', 'b']
    const { stderr, status } = await folder.run(words)
    expect(status).toBe(1)
    expect(stderr).toBe(
      'Error: Source unit name collision detected. The specified values of base path and/or include paths would result ' +
        'in multiple input files being assigned the same source unit name:\n' +
        `A.sol matches: "${folder.path}/a/A.sol", "${folder.path}/b/A.sol"\n\n`,
    )
  })
})
