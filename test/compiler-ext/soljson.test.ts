import { createRequire } from 'node:module'
import { describe, expect, it } from 'vitest'
import { compile, compilerVersion, packageImports } from '../../compiler-ext/index.ts'
import soljson from '../../compiler-ext/soljson.ts'
import type { ImportResult, StandardJsonOutput } from '../../compiler-ext/standardJson.ts'
import { IMPORT, PREAMBLE } from './setup.ts'

type Wrapped = {
  version(): string
  semver(): string
  license(): string
  readonly features: Readonly<Record<string, boolean>>
  readonly lowlevel: { compileStandard(input: string, callbacks?: unknown): string; compileSingle: unknown }
  compile(input: string, callbacks?: { import(name: string): ImportResult }): string
}

// The module is what solc-js and Hardhat take it for when solc-js's own wrapper works with it.
const require = createRequire(import.meta.url)
const wrapped = (require('solc/wrapper') as (module: unknown) => Wrapped)(soljson)
const solc = require('solc') as Wrapped

const input = (content: string) => ({
  language: 'Solidity',
  sources: { 'A.sol': { content } },
  settings: { outputSelection: { 'A.sol': { '*': ['evm.bytecode.object', 'metadata'] } } },
})

const run = (content: string, callbacks?: Parameters<Wrapped['compile']>[1]) =>
  JSON.parse(wrapped.compile(JSON.stringify(input(content)), callbacks)) as StandardJsonOutput

const marked = `${PREAMBLE}${IMPORT}contract A {
  function f() external view returns (uint256) { return TensorInstructions.tspace(); }
}`

describe('solc/wrapper around the module', () => {
  it('says what it is', () => {
    expect(wrapped.version()).toBe(compilerVersion())
    // The form that Hardhat asks for.
    expect(wrapped.version()).toMatch(/\d+\.\d+\.\d+\+commit\.\w+/)
    expect(wrapped.license()).toBe(solc.license())
    expect(wrapped.features).toEqual(solc.features)
    expect(wrapped.lowlevel.compileSingle).toBe(solc.lowlevel.compileSingle)
  })

  it('compiles without callbacks, with the library of the package', () => {
    const { contracts, errors } = run(marked)
    expect(errors).toBeUndefined()
    expect(contracts).toEqual(compile(input(marked), { readImport: packageImports() }).contracts)
    expect(contracts?.['A.sol']?.A?.tensorInstructions).toEqual({ TSPACE: 1 })
  })

  it('reads imports through callbacks, in any script and of any size', () => {
    const content = `${PREAMBLE}import "libs/ä.sol";\n${'// 𝔸\n'.repeat(20_000)}contract A is B {}`
    const imported = `${PREAMBLE}contract B { string s = unicode"𝔹ü"; }\n${'// ß\n'.repeat(50_000)}`
    const read = (name: string) => (name === 'libs/ä.sol' ? { contents: imported } : { error: `there is no ${name}` })
    const expected = solc.compile(JSON.stringify(input(content)), { import: read })
    expect(run(content, { import: read })).toEqual(JSON.parse(expected))
    const failed = run(`${PREAMBLE}import "x.sol";`, { import: read })
    expect(failed.errors).toMatchObject([{ message: 'Source "x.sol" not found: there is no x.sol' }])
    const without = run(`${PREAMBLE}import "x.sol";`)
    expect(without.errors).toMatchObject([{ message: 'Source "x.sol" not found: File import callback not supported' }])
    // An import that is empty was found.
    expect(run(`${PREAMBLE}import "x.sol";`, { import: () => ({ contents: '' }) }).errors).toMatchObject([
      { severity: 'warning' },
      { severity: 'warning' },
    ])
  })

  it('answers what is no input as solc does', () => {
    for (const text of ['{', '[]', '7', '{"language":"Solidity"}'])
      expect(JSON.parse(wrapped.lowlevel.compileStandard(text)), text).toEqual(
        JSON.parse(solc.lowlevel.compileStandard(text)),
      )
  })
})

describe('the module by itself', () => {
  it('compiles without a callback, and then reads nothing but the package', () => {
    const call = soljson.cwrap('solidity_compile', 'string', ['string', 'number', 'number'])
    const output = JSON.parse(call(JSON.stringify(input(`${PREAMBLE}import "x.sol";`)), 0, 0) as string)
    expect(output.errors).toMatchObject([{ message: 'Source "x.sol" not found: No import callback.' }])
    expect(() => soljson.cwrap('compileJSON', 'string')).toThrow('has no function compileJSON')
  })

  it('keeps text where it is when the heap grows', () => {
    const address = soljson._malloc(4)
    soljson.stringToUTF8('abc', address, 4)
    const large = soljson._malloc(2 ** 24)
    soljson.stringToUTF8('def', large + 2 ** 24 - 4, 4)
    expect([soljson.UTF8ToString(address), soljson.UTF8ToString(large + 2 ** 24 - 4)]).toEqual(['abc', 'def'])
  })

  it('cuts text between characters when there is no room for all of it', () => {
    const address = soljson._malloc(8)
    expect(soljson.stringToUTF8('aé𝔸', address, 8)).toBe(7)
    expect(soljson.UTF8ToString(address)).toBe('aé𝔸')
    expect(soljson.stringToUTF8('aé𝔸', address, 7)).toBe(3)
    expect(soljson.UTF8ToString(address)).toBe('aé')
    expect(soljson.stringToUTF8('aé', address, 0)).toBe(0)
    expect(soljson.lengthBytesUTF8('aé𝔸')).toBe(7)
  })
})
