import { describe, expect, it } from 'vitest'
import { hasErrors } from '../../compiler-ext/index.ts'
import { compileAnything, expectClear, expectSolcErrors, expectSolcShape, runStock } from './broken.ts'
import { errorsOf, PREAMBLE } from './setup.ts'

const marker = `/// @custom:evm-opcode TSPACE
function space() view returns (uint256 r) { r = gasleft(); }
`
const ofCode = { '*': { '*': ['evm.bytecode.object'] } }

type Sources = Readonly<Record<string, string>>

const inputOf = (sources: Sources, settings: object = {}) => ({
  language: 'Solidity',
  sources: Object.fromEntries(Object.entries(sources).map(([file, content]) => [file, { content }])),
  settings: { outputSelection: ofCode, ...settings },
})

/** Statements with more values than the stack has room for, which inline assembly keeps from memory. */
function deep(value: string): string {
  const names = Array.from({ length: 22 }, (_, i) => `x${i}`)
  return `uint256 deepest = ${value}; ${names.map((name, i) => `uint256 ${name} = ${value} + a * ${i};`).join('\n')}
    assembly { mstore(0x80, r) }
    r = ${names.join(' * ')} + ${[...names].reverse().join(' - ')} + deepest;`
}
const deepFunction = (value: string) => `function g(uint256 a) external returns (uint256 r) { ${deep(value)} }`

/** Sources that do not compile, after a preamble. */
const wrong: [what: string, source: string, others?: Sources][] = [
  ['a syntax error', 'contract C { function }'],
  ['a missing brace', 'contract C { function f() external {'],
  ['a type error', 'contract C { uint256 x = "s"; }'],
  ['an unknown name', 'contract C { uint256 x = y; }'],
  ['an unknown base', 'contract C is D {}'],
  ['two contracts of a name', 'contract C {} contract C {}'],
  ['a missing import', 'import "no.sol"; contract C {}'],
  ['an import of nothing', 'import ""; contract C {}'],
  ['a name that an import does not have', 'import {D} from "B.sol"; contract C is D {}', { 'B.sol': PREAMBLE }],
  [
    'a cycle of imports that needs itself',
    'import "B.sol"; contract C is D {}',
    { 'B.sol': `${PREAMBLE}import "A.sol"; contract D is C {}` },
  ],
  [
    'contracts that embed each other',
    'contract C { function f() external { new D(); } } contract D { C c = new C(); }',
  ],
  ['a write to an immutable', 'contract C { uint256 immutable x; function f() external { x = 1; } }'],
  [
    'an immutable that is never set',
    'contract C { uint256 immutable x; constructor() { revert(); x = 1; } function f() external view returns (uint256) { return x; } }',
  ],
  ['verbatim in assembly', 'contract C { function f() external { assembly { verbatim_0i_0o(hex"ae08") } } }'],
  ['an instruction in assembly', 'contract C { function f() external { assembly { tspace() } } }'],
  ['an unterminated string', 'contract C { string x = "a'],
  ['an unterminated comment', 'contract C { /* '],
  ['an unterminated tag', 'contract C { /** @custom:evm-opcode TADD '],
  ['a NUL', 'contract C { \0 }'],
  ['a character that turns text around', 'contract C { /* \u202e */ }'],
  ['too many brackets', `contract C { uint256 x = ${'('.repeat(2000)}1${')'.repeat(2000)}; }`],
  ['an unknown tag', '/// @nothing x\ncontract C {}'],
  ['another pragma', 'pragma solidity ^0.7.0; contract C {}'],
  ['an unknown pragma', 'pragma verbatim on; contract C {}'],
]

describe('source that does not compile fails as with solc', () => {
  it.each(wrong)('%s', (_, body, others = {}) => {
    for (const before of [PREAMBLE, PREAMBLE + marker]) {
      const sources = { 'A.sol': before + body, ...others }
      const stock = runStock(inputOf(sources))
      expect(hasErrors(stock)).toBe(true)
      expectSolcErrors(compileAnything(inputOf(sources)), stock, sources)
    }
  })

  it.each([
    ['a byte order mark', (text: string) => `\ufeff${text}`],
    ['CRLF', (text: string) => text.replaceAll('\n', '\r\n')],
    ['CR', (text: string) => text.replaceAll('\n', '\r')],
    ['characters of several bytes', (text: string) => `/* é→😀 */ ${text}`],
  ])('in a file with %s', (_, change) => {
    for (const body of ['contract C { uint256 x = y; }', `${marker}contract C {\n\tuint256 x = y;\n}`]) {
      const sources = { 'A.sol': change(PREAMBLE + body) }
      expectSolcErrors(compileAnything(inputOf(sources)), runStock(inputOf(sources)), sources)
    }
  })

  it('where the stack is too deep, in the words of solc', () => {
    const sources = { 'A.sol': `${PREAMBLE}contract C { ${deepFunction('gasleft()')} }` }
    for (const settings of [{}, { viaIR: true, optimizer: { enabled: true } }]) {
      const stock = runStock(inputOf(sources, settings))
      expect(hasErrors(stock)).toBe(true)
      expectSolcErrors(compileAnything(inputOf(sources, settings)), stock, sources)
    }
  })

  it.each([
    ['a source without content', {}],
    ['a source without a place', { urls: [] }],
    ['a place that is no text', { urls: [3] }],
    ['a hash of something else', { content: `${PREAMBLE}${marker}contract C {}`, keccak256: `0x${'12'.repeat(32)}` }],
    ['a lone surrogate', { content: `${PREAMBLE}${marker}contract C { string x = "\ud800"; }` }],
  ])('%s', (_, source) => {
    const input = { language: 'Solidity', sources: { 'A.sol': source }, settings: { outputSelection: ofCode } }
    const readImport = () => ({ error: 'no' })
    expect(compileAnything(input, readImport)).toEqual(runStock(input, readImport))
  })

  it('another language', () => {
    const yul = { ...inputOf({ 'a.yul': '{ x }' }), language: 'Yul' }
    for (const input of [yul, { ...yul, language: 'Rust' }, { ...yul, language: 'SolidityAST' }])
      expect(compileAnything(input)).toEqual(runStock(input))
  })
})

describe('imports that are read', () => {
  const main = `${PREAMBLE}import "B.sol"; contract C { function f() external view returns (uint256) { return space(); } }`
  const input = inputOf({ 'A.sol': main })

  it('in an order that is not that of their names are lowered', () => {
    const files: Sources = {
      'z/Top.sol': `${PREAMBLE}import "m/Middle.sol"; import "a/First.sol"; contract C is M { function f() external view returns (uint256) { return space() + half(4); } }`,
      'm/Middle.sol': `${PREAMBLE}import "b/Ops.sol"; contract M { function g(uint256 x) external view returns (uint256) { return x + space(); } }`,
      'b/Ops.sol': `${PREAMBLE}${marker}`,
      'a/First.sol': `${PREAMBLE}function half(uint256 x) pure returns (uint256) { return x / 2; }`,
    }
    const { 'z/Top.sol': top = '', ...others } = files
    const read = compileAnything(inputOf({ 'z/Top.sol': top }), (name) => ({ contents: others[name] ?? '' }))
    expect(errorsOf(read)).toEqual([])
    expect(read.contracts?.['z/Top.sol']?.C?.tensorInstructions).toEqual({ TSPACE: expect.any(Number) })
    const { contracts: given } = compileAnything(inputOf(files))
    expect(read.contracts).toEqual(given)
  })

  it.each([
    ['an error', () => ({ error: 'disk on fire' }), /^Source "B\.sol" not found: disk on fire$/],
    [
      'an exception',
      () => {
        throw new Error('disk on fire')
      },
      /disk on fire/,
    ],
    ['nothing', () => undefined, /B\.sol/],
    ['contents that are none', () => ({ contents: 5 }), /B\.sol/],
    ['neither contents nor an error', () => ({}), /B\.sol/],
  ])('give %s', (_, readImport, message) => {
    const output = compileAnything(input, readImport as never)
    expectSolcShape(output, { 'A.sol': main })
    const [error, ...others] = errorsOf(output)
    expect(others).toEqual([])
    expect(error?.message).toMatch(message)
    expectClear(error?.message ?? '')
  })

  it('give an exception for a source that the input names', () => {
    const sources = { 'A.sol': { urls: ['A.sol'] } }
    const output = compileAnything({ language: 'Solidity', sources, settings: { outputSelection: ofCode } }, () => {
      throw new Error('disk on fire')
    })
    expect(errorsOf(output)[0]?.message).toMatch(/disk on fire/)
  })

  it.each([
    ['a byte order mark', `\ufeff${PREAMBLE}${marker}`],
    ['CRLF', `${PREAMBLE}${marker}`.replaceAll('\n', '\r\n')],
    ['half a character', `// \ud800\n${PREAMBLE}${marker}`],
    ['nothing', ''],
  ])('give a file with %s', (_, contents) => {
    const readImport = () => ({ contents })
    const output = compileAnything(input, readImport)
    const stock = runStock(input, readImport)
    expect(errorsOf(output)).toEqual(errorsOf(stock))
    expect(Object.keys(output.contracts ?? {})).toEqual(Object.keys(stock.contracts ?? {}))
  })
})

describe('contracts with instructions that do not compile', () => {
  const source = (body: string) => `${PREAMBLE}${marker}contract D$1 { ${body} }`
  const compileBroken = (body: string, settings: object) => {
    const sources = { 'src/é.sol': source(body) }
    const output = compileAnything(inputOf(sources, settings))
    expectSolcShape(output, sources)
    const [error, ...others] = errorsOf(output)
    expect(others).toEqual([])
    expectClear(error?.message ?? '', error?.formattedMessage)
    expect(error?.message).toMatch(/^src\/é\.sol:D\$1: /)
    const { start, end } = error?.sourceLocation ?? {}
    expect(error?.sourceLocation?.file).toBe('src/é.sol')
    expect(error?.formattedMessage).toContain('--> src/é.sol:')
    return { error, place: Buffer.from(sources['src/é.sol']).subarray(start, end).toString() }
  }

  it.each([
    { enabled: true, runs: 200 },
    { enabled: true, runs: 1 },
  ])('a stack that is too deep: %o', (optimizer) => {
    const { error } = compileBroken(deepFunction('space()'), { optimizer })
    expect(error?.message).toMatch(/too deep/)
    // The names of all that is on the stack are solc's own and help nobody.
    expect(error?.message).not.toMatch(/expr_\d|\[/)
  })

  it('a variable that is too deep, by its name and place', () => {
    const names = Array.from({ length: 20 }, (_, i) => `x${i}`)
    const body = `function g(uint256 a) external returns (uint256 result) {
      ${names.map((name) => `uint256 ${name} = space();`).join('\n')}
      assembly { mstore(a, result) ${names.map((name) => `sstore(${name}, a)`).join(' ')} ${names.map((name) => `sstore(a, ${name})`).join(' ')} }
    }`
    const { error, place } = compileBroken(body, { optimizer: { enabled: false } })
    expect(error?.message).toMatch(/\bresult\b.*too deep/)
    expect(place).toBe('uint256 result')
  })

  it('an immutable that is never set', () => {
    const body = `uint256 immutable x;
      constructor() { revert(); x = 1; }
      function f() external view returns (uint256) { return x + space(); }`
    const { error, place } = compileBroken(body, {})
    expect(error?.type).toBe('CodeGenerationError')
    expect(error?.message).toMatch(/Some immutables were read from but never assigned/)
    // solc gives the place of the contract.
    expect(place).toMatch(/^contract D\$1 \{[\s\S]*\}$/)
  })

  it('a tag with a very long name', () => {
    const text = `/// @custom:evm-opcode 0x${'f'.repeat(5000)}\nfunction f() pure {}\ncontract C {}`
    const output = compileAnything(inputOf({ 'A.sol': PREAMBLE + text }))
    expectClear(errorsOf(output)[0]?.message ?? '')
  })
})
