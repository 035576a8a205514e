import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createImportReader } from '../../cli/importReader.ts'
import { compile, compilerVersion, packageImports, type StandardJsonOutput } from '../../compiler-ext/index.ts'
import { PREAMBLE } from '../compiler-ext/setup.ts'
import { tsolc } from './bins.ts'

let root: string

/** Writes files below the temporary directory. */
function write(files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(root, name, '..'), { recursive: true })
    writeFileSync(join(root, name), text)
  }
}

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'tsolc-'))
  write({
    'base/lib/Both.sol': '// both, base',
    'base/lib/Base.sol': '// base',
    'include/lib/Both.sol': '// both, include',
    'include/lib/Include.sol': '// include',
    'outside/Secret.sol': '// secret',
    'base/Using.sol': `${PREAMBLE}import "lib/Include.sol";
      import "tensor-evm/Tensor.sol";
      contract Using { function f() external view returns (uint256) { return TensorInstructions.tspace(); } }`,
  })
  symlinkSync(join(root, 'outside', 'Secret.sol'), join(root, 'base', 'Link.sol'))
})

afterAll(() => rmSync(root, { recursive: true }))

const paths = (allowPaths: string[] = []) => ({
  basePath: join(root, 'base'),
  includePaths: [join(root, 'include')],
  allowPaths,
})

describe('imports from disk', () => {
  it('are looked for below the base path and the include paths', () => {
    const read = createImportReader(paths())
    expect(read('lib/Base.sol')).toEqual({ contents: '// base' })
    expect(read('lib/Include.sol')).toEqual({ contents: '// include' })
    expect(read('lib/None.sol')).toEqual({
      error: `File not found. Searched the following locations: "${root}/base", "${root}/include".`,
    })
    expect(read('lib')).toMatchObject({ error: expect.stringMatching(/^Ambiguous import/) })
    expect(read('.')).toMatchObject({ error: expect.stringMatching(/^Ambiguous import/) })
    expect(createImportReader({ ...paths(), includePaths: [] })('lib')).toEqual({ error: 'Not a valid file.' })
  })

  it('must not be ambiguous', () => {
    expect(createImportReader(paths())('lib/Both.sol')).toEqual({
      error:
        'Ambiguous import. Multiple matching files found inside base path and/or include paths: ' +
        `"${root}/base/lib/Both.sol", "${root}/include/lib/Both.sol".`,
    })
  })

  it('must be within allowed directories, also through links and parent directories', () => {
    const refused = {
      error: expect.stringMatching(/^File outside of allowed directories\. The following are allowed: "/),
    }
    const names = ['Link.sol', '../outside/Secret.sol', `file://${root}/outside/Secret.sol`]
    const single = { ...paths(), includePaths: [] }
    for (const name of names) {
      expect(createImportReader(single)(name), name).toMatchObject(refused)
      const read = createImportReader({ ...single, allowPaths: [join(root, 'outside')] })
      expect(read(name), name).toEqual({ contents: '// secret' })
    }
    // A directory whose name only begins alike is another one.
    expect(createImportReader({ ...single, allowPaths: [join(root, 'out')] })('Link.sol')).toMatchObject(refused)
  })
})

describe('tsolc', () => {
  it('shows the two lines of solc for its version', () => {
    expect(tsolc(['--version'])).toEqual({
      status: 0,
      stdout: `solc, the solidity compiler commandline interface\nVersion: ${compilerVersion()}\n`,
      stderr: '',
    })
  })

  it('compiles standard JSON from its input or a file, with imports from disk and from the package', () => {
    const using = `import "Using.sol";`
    const input = JSON.stringify({
      language: 'Solidity',
      sources: { 'A.sol': { content: PREAMBLE + using } },
      settings: { outputSelection: { 'Using.sol': { '*': ['evm.bytecode.object', 'metadata'] } } },
    })
    const places = ['--base-path', join(root, 'base'), '--include-path', join(root, 'include')]
    const expected = compile(JSON.parse(input), { readImport: packageImports(createImportReader(paths())) })
    expect(expected.contracts?.['Using.sol']?.Using?.tensorInstructions).toEqual({ TSPACE: 1 })
    const piped = tsolc(['--allow-paths', `${root},.`, ...places, '--standard-json'], input)
    expect(piped).toMatchObject({ status: 0, stderr: '' })
    expect(JSON.parse(piped.stdout)).toEqual(expected)
    write({ 'input.json': input })
    expect(tsolc(['--standard-json', join(root, 'input.json'), ...places])).toEqual(piped)
  })

  it('gives errors of the source and of the JSON as JSON', () => {
    const errors = (input: string) => {
      const { status, stdout } = tsolc(['--standard-json'], input)
      expect(status).toBe(0)
      return (JSON.parse(stdout) as StandardJsonOutput).errors
    }
    expect(errors('{')).toMatchObject([{ type: 'JSONError', severity: 'error' }])
    expect(errors('[]')).toMatchObject([{ type: 'JSONError', message: 'Input is not a JSON object.' }])
    const sources = { 'A.sol': { content: `${PREAMBLE}import "None.sol";` } }
    expect(errors(JSON.stringify({ language: 'Solidity', sources }))).toMatchObject([{ type: 'ParserError' }])
  })

  it('compiles an input with a key that outputs have, or after a byte order mark', () => {
    const sources = { 'A.sol': { content: `${PREAMBLE}contract A {}` } }
    const input = { language: 'Solidity', sources, settings: { outputSelection: { '*': { '*': ['abi'] } } } }
    const expected = compile(input)
    expect(expected.contracts?.['A.sol']).toHaveProperty('A')
    expect(JSON.parse(tsolc(['--standard-json'], `\ufeff${JSON.stringify(input)}`).stdout)).toEqual(expected)
    const withErrors = JSON.parse(tsolc(['--standard-json'], JSON.stringify({ ...input, errors: [] })).stdout)
    expect(withErrors).toEqual(compile(Object.assign(input, { errors: [] })))
    expect(withErrors).not.toHaveProperty('language')
  })

  it('ends quietly when nobody reads its output', () => {
    expect(tsolc(['--help'], '', '| true').stderr).toBe('')
  })

  it.each([
    ['an unknown option', ['--foo'], "tsolc: unknown option '--foo'\n"],
    ['nothing to do', [], 'tsolc: nothing to do: give --standard-json, --version or --help\n'],
    ['no such file', ['--standard-json', '/none.json'], 'tsolc: input /none.json: no such file\n'],
    [
      'an include path without a base path',
      ['--standard-json', '--include-path', '.'],
      'tsolc: --include-path option requires a non-empty base path.\n',
    ],
  ])('tells of %s in one line', (_, args, stderr) => {
    expect(tsolc(args)).toEqual({ status: 1, stdout: '', stderr })
  })
})
