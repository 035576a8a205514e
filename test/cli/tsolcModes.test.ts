import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openSolc } from '../../compiler-ext/solc.ts'
import { PREAMBLE } from '../compiler-ext/setup.ts'
import { createFolder } from './tsolcHost.ts'

const address = `0x${'12'.repeat(20)}`

describe('--link', () => {
  const source = `${PREAMBLE}library L { function f() external {} }\ncontract C { function g() external { L.f(); } }\n`

  it('puts addresses into files of code, as compiling with them does', async () => {
    const { path, run } = createFolder({ 'A.sol': source })
    await run(['A.sol', '--bin', '-o', 'late', '--no-cbor-metadata'])
    await run(['A.sol', '--bin', '-o', 'early', '--no-cbor-metadata', '--libraries', `A.sol:L=${address}`])
    const code = (name: string) => readFileSync(join(path, name), 'utf8')
    expect(code('late/C.bin')).toMatch(/__\$[0-9a-f]{34}\$__[0-9a-f]*\n\n\/\/ \$[0-9a-f]{34}\$ -> A\.sol:L$/)
    expect(await run(['--link', 'late/C.bin', '--libraries', `A.sol:L=${address}`])).toEqual({
      status: 0,
      stdout: 'Linking completed.\n',
      stderr: '',
    })
    expect(code('late/C.bin')).toBe(code('early/C.bin'))
  })

  it('tells of what is left, and of what is no place of a library', async () => {
    const { run } = createFolder()
    const place = `__$${'a'.repeat(34)}$__`
    const left = await run(['--link', '-'], { input: `60${place}\n` })
    expect(left).toEqual({
      status: 0,
      stdout: `60${place}\nLinking completed.\n`,
      stderr: `Warning: Reference "${place}" in file "<stdin>" still unresolved.\n`,
    })
    // Names of libraries from before solc 0.5, and addresses from a file.
    const old = createFolder({ libs: `Old=${address}\nOther=${address}` })
    const linked = await old.run(['--link', '-', '--libraries', 'libs'], { input: `60__Old${'_'.repeat(35)}` })
    expect(linked.stdout).toBe(`60${'12'.repeat(20)}\nLinking completed.\n`)
    expect(await run(['--link', '-'], { input: '60_x' })).toMatchObject({
      status: 1,
      stderr: 'Error: Error in binary object file <stdin> at position 2\n"_x" is not a valid link reference.\n',
    })
  })
})

describe('--strict-assembly', () => {
  it('compiles Yul, verbatim included', async () => {
    const content = 'object "X" { code { sstore(verbatim_0i_1o(hex"ae08"), 1) } }'
    const { contracts } = openSolc().run({
      language: 'Yul',
      sources: { 'a.yul': { content } },
      settings: { optimizer: { enabled: true }, outputSelection: { '*': { '*': ['*', 'irOptimized'] } } },
    })
    const { irOptimized, evm } = contracts?.['a.yul']?.X ?? {}
    const { run } = createFolder({ 'a.yul': content })
    expect(evm?.bytecode?.object).toBe('6001ae085500')
    expect(await run(['--strict-assembly', 'a.yul', '--optimize'])).toEqual({
      status: 0,
      stdout:
        `\n======= a.yul (EVM) =======\n\nPretty printed source:\n${irOptimized}\n` +
        `\nBinary representation:\n6001ae085500\n\nText representation:\n${evm?.assembly}\n`,
      stderr: '',
    })
  })

  it('puts libraries in, whether their names have a file or not', async () => {
    const { run } = createFolder({ 'a.yul': '{ sstore(linkersymbol("f:L"), linkersymbol("M")) }' })
    const { stdout } = await run([
      ...['--strict-assembly', 'a.yul', '--bin', '--libraries', `f:L=${address}`, `--libraries=M=0x${'34'.repeat(20)}`],
    ])
    expect(stdout).toContain(`73${'34'.repeat(20)}73${'12'.repeat(20)}55`)
  })

  it('shows the errors of every file, and no output then', async () => {
    const { run } = createFolder({ 'a.yul': '{ let x := y }', 'b.yul': '{ }', 'c.yul': '{ z() }' })
    const { status, stdout, stderr } = await run(['--strict-assembly', 'a.yul', 'b.yul', 'c.yul'])
    expect([status, stdout]).toEqual([1, ''])
    expect(stderr).toMatch(/^Error: Identifier "y" not found\.\n --> a\.yul:1:12:\n[\s\S]*\n --> c\.yul:1:3:\n/)
  })

  it('refuses the one output that solc does not give in standard JSON', async () => {
    const { run } = createFolder({ 'a.yul': '{ }' })
    expect(await run(['--strict-assembly', '--asm-json', 'a.yul'])).toMatchObject({
      status: 1,
      stderr: 'Error: --asm-json is not available with --strict-assembly.\n',
    })
  })
})

describe('--import-asm-json and --import-ast', () => {
  const source = `${PREAMBLE}contract C { uint x; function f() external { x++; } }\n`

  it('go on to the same code', async () => {
    const { run } = createFolder({ 'C.sol': source })
    const { stdout: direct } = await run(['C.sol', '--bin', '--optimize'])
    const code = direct.slice(direct.indexOf('Binary:\n'))
    const assembly = (await run(['C.sol', '--asm-json', '--optimize'])).stdout.replace(/^[\s\S]*EVM assembly:\n/, '')
    const imported = await run(['--import-asm-json', '-', '--bin', '--experimental'], { input: assembly })
    expect(imported).toEqual({ status: 0, stdout: code, stderr: '' })
    const trees = (await run(['C.sol', '--combined-json', 'ast'])).stdout
    const fromTree = await run(['--import-ast', '-', '--bin', '--optimize', '--no-cbor-metadata', '--experimental'], {
      input: trees,
    })
    const plain = await run(['C.sol', '--bin', '--optimize', '--no-cbor-metadata'])
    expect(fromTree).toEqual(plain)
  })

  it('tell of files that they can not go on from', async () => {
    const { run } = createFolder()
    const error = async (words: readonly string[], input: string) => (await run(words, { input })).stderr
    const assembly = ['--import-asm-json', '-', '--bin', '--experimental']
    expect(await error(assembly, '{')).toBe('Error: Assembly Import Error: Could not parse JSON file.\n')
    expect(await error(assembly, '{"x": 1}')).toMatch(/^Error: Assembly Import Error: Unknown attribute 'x'/)
    expect(await error(['--import-ast', '-', '--experimental'], '[]')).toMatch(/^Error: Failed to import AST: /)
    expect(await error(assembly.slice(0, 3), '{}')).toBe(
      'Error: The following options are only available in experimental mode: --import-asm-json. To enable experimental ' +
        'mode, use the --experimental flag.\n',
    )
  })
})
