import { describe, expect, it } from 'vitest'
import { hasErrors } from '../../compiler-ext/index.ts'
import { compileAnything, expectClear, expectSolcShape, runStock } from './broken.ts'
import { errorsOf, PREAMBLE } from './setup.ts'

const ops = `${PREAMBLE}
type Tensor is uint256;
using {plus as +, kind} for Tensor global;
/// é → the sum
/// @custom:evm-opcode TADD
function plus(Tensor a, Tensor b) pure returns (Tensor c) { c = a; b; }
/** @custom:evm-opcode 0xae06 */
function kind(Tensor a) pure returns (uint256 word) { word = Tensor.unwrap(a); }
/// @custom:evm-opcode TMSTORE
function store(Tensor a, uint256 offset) pure { a; offset; }
`

const main = `${PREAMBLE}
import "Ops.sol";
error Small(string what);
abstract contract Base {
  uint256 immutable least;
  constructor(uint256 n) { least = n; }
  modifier large(uint256 x) { if (x < least) revert Small(unicode"→ {"); _; }
  /// @custom:evm-opcode TROOT
  function root(Tensor a) internal pure returns (bytes32 r) { r = bytes32(Tensor.unwrap(a)); }
}
contract C is Base(3) {
  function(Tensor) internal pure returns (uint256) pointer = kind;
  function f(uint256 x) external view large(x) returns (bytes32, uint256) {
    Tensor t = Tensor.wrap(x) + Tensor.wrap(x + 1);
    assembly ("memory-safe") { mstore(0x80, 7) }
    store(t, 0x80);
    return (root(t), pointer(t));
  }
}
contract D { function g() external returns (C) { return new C(); } }
`

/** Numbers in [0, 1) that are the same in every run: mulberry32. */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let x = Math.imul(state ^ (state >>> 15), state | 1)
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61)
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32
  }
}

const TOKEN = /\s+|\w+|[^\s\w]/gu

/** Text with one to three of its tokens deleted, doubled, swapped, or replaced by another of its tokens. */
function mutate(text: string, random: () => number): string {
  const tokens = text.match(TOKEN) ?? []
  const pick = () => Math.floor(random() * tokens.length)
  for (let count = 1 + Math.floor(random() * 3); count > 0; count--) {
    const [i, j] = [pick(), pick()]
    const [a, b] = [tokens[i] as string, tokens[j] as string]
    const kind = Math.floor(random() * 4)
    if (kind === 0) tokens.splice(i, 1)
    else if (kind === 1) tokens.splice(i, 0, a)
    else if (kind === 2) [tokens[i], tokens[j]] = [b, a]
    else tokens[i] = b
  }
  return tokens.join('')
}

const inputOf = (sources: Readonly<Record<string, string>>, outputSelection: object) => ({
  language: 'Solidity',
  sources: Object.fromEntries(Object.entries(sources).map(([file, content]) => [file, { content }])),
  settings: { outputSelection },
})

describe('mutated source with markers', () => {
  it('compiles as it is', () => {
    const output = compileAnything(
      inputOf({ 'A.sol': main, 'Ops.sol': ops }, { 'A.sol': { D: ['evm.bytecode.object'] } }),
    )
    expect(errorsOf(output)).toEqual([])
    expect(output.contracts?.['A.sol']?.D?.tensorInstructions).toEqual({ TADD: 1, TROOT: 1, TTYPE: 1, TMSTORE: 1 })
  })

  it.each([1, 2, 3, 4, 5])('never throws, and its errors are as solc’s: seed %i', (seed) => {
    const random = seeded(seed)
    let refused = 0
    for (let i = 0; i < 50; i++) {
      const sources =
        random() < 0.5
          ? { 'A.sol': mutate(main, random), 'Ops.sol': ops }
          : { 'A.sol': main, 'Ops.sol': mutate(ops, random) }
      const output = compileAnything(inputOf(sources, { 'A.sol': { C: ['evm.bytecode.object'] } }))
      expectSolcShape(output, sources)
      // What solc says of a source that it refuses is what its user has to read.
      const stock = runStock(inputOf(sources, { '*': { '': ['ast'] } }))
      if (hasErrors(stock)) {
        refused++
        expect(output.errors, sources['A.sol'] + sources['Ops.sol']).toEqual(stock.errors)
      } else for (const { message, formattedMessage } of errorsOf(output)) expectClear(message, formattedMessage)
      if (hasErrors(output)) expect(output.contracts).toBeUndefined()
    }
    expect(refused).toBeGreaterThan(10)
    expect(refused).toBeLessThan(50)
  })
})
