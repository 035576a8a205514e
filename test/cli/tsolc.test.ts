import { chmodSync, existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { compile, compilerVersion, packageImports, type StandardJsonOutput } from '../../compiler-ext/index.ts'
import { openSolc } from '../../compiler-ext/solc.ts'
import { IMPORT, PREAMBLE } from '../compiler-ext/setup.ts'
import { tsolc } from './bins.ts'
import { createFolder } from './tsolcHost.ts'

const selection = { outputSelection: { '*': { '*': ['*'], '': ['ast'] } } }
const marked = `${PREAMBLE}${IMPORT}contract M {
  function f() external view returns (uint256) { return TensorInstructions.tspace(); }
}`
const inputOf = (content: string) => ({ language: 'Solidity', sources: { 'A.sol': { content } }, settings: selection })

describe('the program', () => {
  it('shows the two lines of solc for its version', () => {
    expect(tsolc(['--version'])).toEqual({
      status: 0,
      stdout: `solc, the solidity compiler commandline interface\nVersion: ${compilerVersion()}\n`,
      stderr: '',
    })
  })

  it('takes standard JSON from its input, and gives it', () => {
    const outputSelection = { 'A.sol': { '*': ['evm.bytecode.object', 'metadata'] } }
    const input = { ...inputOf(marked), settings: { outputSelection } }
    const { status, stdout, stderr } = tsolc(['--standard-json', '--no-cache'], JSON.stringify(input))
    expect([status, stderr]).toEqual([0, ''])
    const expected = compile(input, { readImport: packageImports() })
    expect(expected.contracts?.['A.sol']?.M?.tensorInstructions).toEqual({ TSPACE: 1 })
    expect(JSON.parse(stdout)).toEqual(expected)
  })

  it('ends quietly when nobody reads its output, and with one line on a mistake', () => {
    expect(tsolc(['--help'], '', '| true').stderr).toBe('')
    expect(tsolc(['--foo'])).toEqual({ status: 1, stdout: '', stderr: "Error: unrecognised option '--foo'\n" })
  })
})

describe('--standard-json', () => {
  const source = `${PREAMBLE}/// @title Zoë 𝔸\ncontract A { string public s = unicode"ü"; }`

  it('gives the text that solc gives, to the byte', async () => {
    const text = JSON.stringify(inputOf(source))
    const solc = openSolc().run(JSON.parse(text))
    const { stdout } = await createFolder().run(['--standard-json'], { input: text })
    expect(JSON.parse(stdout)).toEqual(solc)
    // What solc prints: keys in order, in ASCII, one line.
    expect(stdout).toMatch(/^\{"contracts":\{"A\.sol":\{"A":\{"abi":\[\{"inputs":\[\],"name":"s",/)
    expect(stdout).toContain('"title":"Zo\\u00eb \\ud835\\udd38"')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII is meant.
    expect(stdout).toMatch(/^[\x00-\x7f]*\n$/)
    const pretty = await createFolder().run(['--standard-json', '--json-indent', '3'], { input: text })
    expect(pretty.stdout.startsWith('{\n   "contracts": {\n      "A.sol": {\n')).toBe(true)
    expect(JSON.parse(pretty.stdout)).toEqual(solc)
  })

  it('takes a file, a dash, a byte order mark, comments and line breaks in strings', async () => {
    const { path, run } = createFolder()
    const text = JSON.stringify(inputOf(source))
    const expected = await run(['--standard-json'], { input: text })
    writeFileSync(join(path, 'in.json'), `\ufeff// first\n${text.replace('{', '{ /* "x": */')}`)
    expect(await run(['--standard-json', 'in.json'])).toEqual(expected)
    expect(await run(['--standard-json', '-'], { input: text })).toEqual(expected)
    const broken = text.replaceAll('\\n', '\n')
    expect(broken).not.toBe(text)
    expect(await run(['--standard-json'], { input: broken })).toEqual(expected)
    // An input with a key that outputs have is one all the same: solc says that it does not know the key.
    const keyed = await run(['--standard-json'], { input: JSON.stringify({ ...JSON.parse(text), errors: [] }) })
    expect(JSON.parse(keyed.stdout).errors).toMatchObject([{ type: 'JSONError', message: 'Unknown key "errors"' }])
  })

  it.each([
    ['{', /^parse error at line 1, column 2: /],
    ['[]', /^Input is not a JSON object\.$/],
    ['null', /^Input is not a JSON object\.$/],
    ['', /^parse error at line 1, column 1: /],
    ['{}', /^No input sources specified\.$/],
    ['{"sources":{"A":{"content":1}}}', /./],
    ['{"language":"Cobol","sources":{"A":{"content":""}}}', /^Only .* are supported|^Only "Solidity"/],
  ])('answers %s as solc does, in JSON and with exit code 0', async (input, message) => {
    const { status, stdout, stderr } = await createFolder().run(['--standard-json'], { input })
    expect([status, stderr]).toEqual([0, ''])
    const { errors } = JSON.parse(stdout) as StandardJsonOutput
    expect(errors?.[0]).toMatchObject({ severity: 'error', type: 'JSONError', message: expect.stringMatching(message) })
  })

  it('reads urls and imports from the directories that it may read from', async () => {
    const { run, path } = createFolder({
      'base/Url.sol': `${PREAMBLE}import "lib/Include.sol";\ncontract Url is Include {}`,
      'include/lib/Include.sol': `${PREAMBLE}contract Include {}`,
    })
    const sources = { 'A.sol': { urls: ['Url.sol'] } }
    const input = JSON.stringify({
      language: 'Solidity',
      sources,
      settings: { outputSelection: { '*': { '*': ['abi'] } } },
    })
    const places = ['--base-path', 'base', '--include-path', 'include', '--allow-paths', `${path},.`]
    const { contracts } = JSON.parse((await run(['--standard-json', ...places], { input })).stdout)
    expect(contracts).toEqual({ 'A.sol': { Url: { abi: [] } }, 'lib/Include.sol': { Include: { abi: [] } } })
    const refused = await run(['--standard-json', '--no-import-callback'], { input })
    expect(JSON.parse(refused.stdout).errors).toMatchObject([{ severity: 'error' }])
  })
})

describe('the cache', () => {
  it('is where the command line says, or else the environment', async () => {
    const { run, path, write } = createFolder({ 'A.sol': `${PREAMBLE}contract A {}` })
    const kept = (directory: string) =>
      existsSync(join(path, directory)) && readdirSync(join(path, directory)).length > 0
    const words = ['A.sol', '--bin']
    const first = await run([...words, '--cache-dir', 'option'], { env: { TSOLC_CACHE: 'unused' } })
    expect(await run(words, { env: { TSOLC_CACHE: 'variable', XDG_CACHE_HOME: 'unused' } })).toEqual(first)
    expect(await run(words, { env: { XDG_CACHE_HOME: 'xdg', HOME: 'unused' } })).toEqual(first)
    expect(await run(words, { env: { HOME: join(path, 'home') } })).toEqual(first)
    for (const directory of ['option', 'variable', 'xdg/tsolc', 'home/.cache/tsolc'])
      expect(kept(directory), directory).toBe(true)
    expect(await run([...words, '--no-cache'], { env: { HOME: join(path, 'unused') } })).toEqual(first)
    expect(await run(words, { env: { TSOLC_CACHE: '', HOME: join(path, 'unused') } })).toEqual(first)
    expect(kept('unused')).toBe(false)
    // A place that can't be written to takes nothing away from the result.
    write({ blocked: '' })
    expect(await run([...words, '--cache-dir', 'blocked'])).toEqual(first)
  })
})

describe('--solc', () => {
  const program = (version: string) =>
    `#!/bin/sh\necho "solc, the solidity compiler"; echo "Version: ${version}.Linux.g++"\n`

  it('names the solc that does the work, and refuses one that is too old', async () => {
    const { run, path } = createFolder({
      new: program('0.8.30+commit.73712a01'),
      old: program('0.8.28+commit.7893614a'),
    })
    for (const name of ['new', 'old']) chmodSync(join(path, name), 0o755)
    const { stdout } = await run(['--version', '--solc', 'new'])
    expect(stdout).toMatch(/\nVersion: 0\.8\.30\+commit\.73712a01\.tsolc\.\d+\.\d+\.\d+\n$/)
    const refused = await run(['--version', '--solc', 'old'])
    expect(refused).toMatchObject({ status: 1, stdout: '' })
    expect(refused.stderr).toMatch(
      /^Error: solc .*old: version 0\.8\.28 is older than 0\.8\.29, the first that works\n$/,
    )
  })
})
