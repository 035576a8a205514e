import { describe, expect, it } from 'vitest'
import { hasErrors, type StandardJsonInput } from '../../compiler-ext/index.ts'
import { compileText } from '../../compiler-ext/standardJsonText.ts'
import { compileAnything, expectClear, expectSolcErrors, expectSolcShape, runStock, runStockText } from './broken.ts'
import { PREAMBLE } from './setup.ts'

const plain = `${PREAMBLE}contract C {}`
const marked = `${PREAMBLE}
/// @custom:evm-opcode TSPACE
function space() view returns (uint256 r) { r = gasleft(); }
contract C { function f() external view returns (uint256) { return space(); } }`

/** Every key that solc reads, each with a value that it takes. */
const inputOf = (content: string) => ({
  language: 'Solidity',
  sources: { 'A.sol': { content, keccak256: undefined, urls: undefined } },
  settings: {
    stopAfter: undefined,
    remappings: ['a=b'],
    optimizer: {
      enabled: false,
      runs: 200,
      details: {
        peephole: true,
        inliner: true,
        jumpdestRemover: true,
        orderLiterals: true,
        deduplicate: true,
        cse: true,
        constantOptimizer: true,
        simpleCounterForLoopUncheckedIncrement: true,
        yul: true,
        yulDetails: { stackAllocation: true, optimizerSteps: 'u' },
      },
    },
    evmVersion: 'cancun',
    eofVersion: undefined,
    viaIR: undefined,
    experimental: undefined,
    debug: { revertStrings: 'default', debugInfo: ['location'] },
    metadata: { appendCBOR: true, useLiteralContent: false, bytecodeHash: 'ipfs' },
    libraries: { 'A.sol': { L: `0x${'12'.repeat(20)}` } },
    outputSelection: { '*': { '*': ['evm.bytecode.object'], '': ['ast'] } },
    modelChecker: undefined,
    unknown: undefined,
  },
  auxiliaryInput: undefined,
})

type Json = { [key: string]: unknown }

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)

/** Paths of all values below and including one, from the root. */
function pathsOf(value: unknown, path: readonly string[] = []): string[][] {
  const below = isObject(value) ? Object.entries(value).flatMap(([key, child]) => pathsOf(child, [...path, key])) : []
  return [[...path], ...below]
}

/** A copy in which the value at a path is another. */
function replace(value: unknown, [key, ...rest]: readonly string[], other: unknown): unknown {
  if (key === undefined) return other
  return { ...(value as Json), [key]: replace((value as Json)[key], rest, other) }
}

/** Values of every kind; most are of the wrong kind for any key. */
const values = [null, 3, -1.5, true, '', 'x', [], [3], ['x'], [null], {}, { x: 3 }, { '': null }]

const texts = (content: string) => ({ 'A.sol': content })

describe('a value of the wrong kind', () => {
  it.each(pathsOf(inputOf(plain)).map((path) => [path.join(' › ') || 'the input', path]))('at %s', (_, path) => {
    let refused = 0
    for (const value of values) {
      const input = replace(inputOf(plain), path as string[], value)
      const stock = runStock(input)
      if (!hasErrors(stock)) continue
      refused++
      expectSolcErrors(compileAnything(input), stock, texts(plain))
      const withMarker = compileAnything(replace(inputOf(marked), path as string[], value))
      expectSolcErrors(withMarker, stock, texts(marked))
      expect(withMarker.contracts).toBeUndefined()
    }
    // Only what solc does not look at may be anything.
    if (!['viaIR', 'keccak256', 'urls'].includes(path.at(-1) as string)) expect(refused).toBeGreaterThan(3)
  })

  it('in the text of an exception is named with its place', () => {
    for (const [path, value] of [
      ['language', 3],
      ['settings.metadata.bytecodeHash', 7],
      ['settings.debug.debugInfo', [3]],
      ['sources.A~sol', null],
      ['settings', []],
    ] as const) {
      const keys = path.split('.').map((key) => key.replace('~', '.'))
      const { errors } = compileAnything(replace(inputOf(plain), keys, value))
      expect(errors?.[0]?.message, path).toContain(keys.at(-1))
      expectClear(errors?.[0]?.message ?? '')
    }
  })
})

describe('settings that solc refuses', () => {
  const wrong: [string, Json][] = [
    ['an unknown EVM version', { evmVersion: 'future' }],
    ['an unknown EOF version', { eofVersion: 1 }],
    ['a remapping without =', { remappings: ['nonsense'] }],
    ['an empty remapping', { remappings: [''] }],
    ['a short library address', { libraries: { 'A.sol': { L: '0x12' } } }],
    ['a library address without 0x', { libraries: { 'A.sol': { L: '12'.repeat(20) } } }],
    ['a library address that is no hex', { libraries: { 'A.sol': { L: `0x${'zz'.repeat(20)}` } } }],
    ['an unknown optimizer step', { optimizer: { details: { yul: true, yulDetails: { optimizerSteps: 'zzz' } } } }],
    ['unbalanced optimizer steps', { optimizer: { details: { yul: true, yulDetails: { optimizerSteps: '[u' } } } }],
    ['unknown revert strings', { debug: { revertStrings: 'no' } }],
    ['unknown debug info', { debug: { debugInfo: ['no'] } }],
    ['an unknown hash', { metadata: { bytecodeHash: 'md5' } }],
    ['an unknown setting', { nothing: 1 }],
    ['an unknown engine', { modelChecker: { engine: 'no' } }],
    ['a stop before code that is selected', { stopAfter: 'parsing' }],
    ['an unknown stop', { stopAfter: 'lunch' }],
    ['ethdebug without the IR', { outputSelection: { '*': { '*': ['evm.bytecode.ethdebug'] } } }],
    [
      'ethdebug of an optimized IR',
      {
        viaIR: true,
        experimental: true,
        optimizer: { enabled: true },
        outputSelection: { '*': { '*': ['evm.bytecode.ethdebug'] } },
      },
    ],
    ['an experimental output', { viaIR: true, outputSelection: { '*': { '*': ['irAst'] } } }],
  ]

  it.each(wrong)('%s', (_, settings) => {
    for (const content of [plain, marked]) {
      const outputSelection = { '*': { '*': ['evm.bytecode.object'] } }
      const input = {
        language: 'Solidity',
        sources: { 'A.sol': { content } },
        settings: { outputSelection, ...settings },
      }
      const stock = runStock(input)
      expect(hasErrors(stock)).toBe(true)
      expectSolcErrors(compileAnything(input), stock, texts(content))
    }
  })

  it.each([
    ['outputs', { '*': { '*': ['nothing', 'evm.nothing', 'evm.bytecode.nothing', ''] } }],
    ['contracts', { 'A.sol': { D: ['evm.bytecode'], '': ['evm.bytecode', 'ast'] } }],
    ['files', { 'B.sol': { '*': ['evm.bytecode'] }, '': { '': ['ast'] } }],
  ])('unknown %s give what solc gives: nothing', (_, outputSelection) => {
    for (const content of [plain, marked]) {
      const input = { language: 'Solidity', sources: { 'A.sol': { content } }, settings: { outputSelection } }
      const { contracts = {}, ...rest } = compileAnything(input)
      const { contracts: stockContracts = {}, ...stock } = runStock(input)
      expect(rest).toEqual(stock)
      expect(contracts).toEqual(stockContracts)
    }
  })
})

describe('input that is no object', () => {
  it.each([undefined, null, 3, '', 'x', true, [], [{}]])('%s', (input) => {
    const output = compileAnything(input)
    expectSolcShape(output, {})
    expect(output.errors?.[0]?.message).toBe('Input is not a JSON object.')
  })

  it.each([
    '',
    'x',
    '{',
    '{"language":',
    '[]',
    '"x"',
    '{}',
    '{}{}',
    "{'a':1}",
    '{"a":NaN}',
    '{"a":"\\ud800"}',
    '{"a":1,}',
  ])('the text %s', (text) => {
    expect(compileText(text, (input: StandardJsonInput) => compileAnything(input))).toEqual(runStockText(text))
  })
})
