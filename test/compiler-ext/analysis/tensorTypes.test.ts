import { describe, expect, it } from 'vitest'
import { IMPORT, PREAMBLE } from '../setup.ts'
import { analyse, errorsIn, readPlaces } from './setup.ts'

const KEPT = 'be kept beyond the call'
const GIVEN = 'be given to or by other contracts'
const LOGGED = 'be part of an event or an error'

/** Declarations that are wrong, at the places that are marked: what, the source, and what a handle can't be. */
const wrong: readonly (readonly [what: string, source: string, misuse: string])[] = [
  ['a parameter', 'contract C { function f(uint256 a, ⟦Tensor t⟧) external {} }', GIVEN],
  ['a result', 'contract C { function f() public pure returns (⟦Tensor⟧) { return Tensor.wrap(1); } }', GIVEN],
  ['a function of an interface', 'interface I { function f(⟦Tensor[2][] calldata t⟧) external; }', GIVEN],
  [
    'a struct',
    'struct S { uint256 a; T[] b; } struct T { Tensor c; } contract C { function f(⟦S memory s⟧) external {} }',
    GIVEN,
  ],
  [
    'an external function of a library',
    'struct S { Tensor t; } library L { function f(⟦S storage s⟧) external {} }',
    GIVEN,
  ],
  ['a constructor', 'contract C { constructor(⟦Tensor t⟧) {} }', GIVEN],
  ['an abstract function', 'abstract contract C { function f(⟦Tensor t⟧) external virtual; }', GIVEN],
  ['an event', 'contract C { event E(⟦Tensor indexed t⟧); }', LOGGED],
  ['an error', 'error E(uint256 a, ⟦Tensor t⟧);', LOGGED],
  ['storage', 'contract C { ⟦Tensor t⟧; }', KEPT],
  [
    'a struct that holds itself',
    'struct S { S[] a; T[] b; } struct T { S[] a; Tensor b; } contract C { ⟦S s⟧; }',
    KEPT,
  ],
  ['public storage', 'contract C { ⟦Tensor[] public t⟧; }', KEPT],
  ['transient storage', 'contract C { ⟦Tensor transient t⟧; }', KEPT],
  ['an immutable', 'contract C { ⟦Tensor immutable t = Tensor.wrap(1)⟧; }', KEPT],
  ['a constant', 'contract C { ⟦Tensor constant T = Tensor.wrap(1)⟧; }', KEPT],
  ['a constant of a file', '⟦Tensor constant T = Tensor.wrap(0x10)⟧;', KEPT],
  ['a key', 'contract C { ⟦mapping(Tensor => uint256) m⟧; }', KEPT],
  ['a value of a mapping', 'contract C { ⟦mapping(uint256 => mapping(uint256 => Tensor[])) m⟧; }', KEPT],
  ['the type of an external function', 'contract C { ⟦function(uint256) external returns (Tensor) f⟧; }', KEPT],
]

/** Declarations that are right, though something in them looks wrong. */
const right: Readonly<Record<string, string>> = {
  'words that instructions take and give':
    'contract C { uint256 w; function f(uint256 t, bytes32 m) external returns (uint256) { w = t; return w; } }',
  'functions inside the contract': `abstract contract B { constructor(Tensor t) { t.ttype(); } }
    contract C is B(Tensor.wrap(0)) { function f(Tensor[] memory t) internal returns (Tensor) {} modifier m(Tensor t) { _; } }`,
  'pointers to internal functions':
    'contract C { function(Tensor) internal pure returns (Tensor) f; mapping(uint256 => function(Tensor)) m; }',
  'no tensor at all': 'Tensor constant NONE = Tensor.wrap(0); contract C { Tensor constant T = Tensor.wrap(0x00); }',
  'structs and arrays in memory':
    'struct S { Tensor t; } contract C { function f() external pure { S memory s; Tensor[3] memory t; s.t = t[0]; } }',
  'a value type of other words': `type W is uint256;
    /// @custom:evm-opcode TTYPE
    function typeOf(Tensor t) pure returns (W w) { return W.wrap(Tensor.unwrap(t)); }
    contract C { W w; function f(W v) external returns (W) { w = v; return w; } }`,
}

describe('handles beyond their call frame', () => {
  const marked = Object.fromEntries(wrong.map(([what, source]) => [what, readPlaces(PREAMBLE + IMPORT + source)]))
  const vector = readPlaces(`${PREAMBLE}type Vector is uint256;
    /// @custom:evm-opcode TADD
    function plus(Vector a, Vector b) pure returns (Vector r) { return a; }
    contract C { function f(⟦Vector v⟧, uint256 w) external {} }`)
  const { tensorTypes } = analyse({
    ...Object.fromEntries(Object.entries(marked).map(([what, { text }]) => [what, text])),
    ...Object.fromEntries(Object.entries(right).map(([what, source]) => [what, PREAMBLE + IMPORT + source])),
    'Vector.sol': vector.text,
  })

  it.each(wrong)('are found in %s', (what, _, misuse) => {
    const [error, ...others] = errorsIn(tensorTypes, what)
    expect(others).toEqual([])
    expect(error).toMatchObject({
      severity: 'error',
      type: 'TensorError',
      message: `ML011: a Tensor is a handle of its call frame and can't ${misuse}`,
      sourceLocation: { file: what, ...marked[what]?.places[0] },
    })
    expect(error?.formattedMessage).toMatch(/\^\nHint: (make|give|keep) .*\n\n$/)
  })

  it('are found in storage that only a local variable names, where no declaration says it better', () => {
    const source = (declaration: string) => `${PREAMBLE}type Vector is uint256;
      /// @custom:evm-opcode TADD
      function plus(Vector a, Vector b) pure returns (Vector r) { return a; }
      struct S { Vector t; }
      contract C { ${declaration} function f() external { ⟦S storage s⟧; assembly { s.slot := 1 } } }`
    const alone = readPlaces(source(''))
    const beside = readPlaces(source('S public state;'))
    const locations = (text: string) => analyse({ A: text }).tensorTypes.map(({ sourceLocation }) => sourceLocation)
    expect(locations(alone.text)).toEqual([{ file: 'A', ...alone.places[0] }])
    expect(locations(beside.text)).toEqual([
      { file: 'A', start: beside.text.indexOf('S public'), end: beside.text.indexOf('; function') },
    ])
  })

  it('are those of all value types that markers have for tensors', () => {
    const [error, ...others] = errorsIn(tensorTypes, 'Vector.sol')
    expect(others).toEqual([])
    expect(error?.message).toBe(`ML011: a Vector is a handle of its call frame and can't ${GIVEN}`)
    expect(error?.sourceLocation).toEqual({ file: 'Vector.sol', ...vector.places[0] })
  })

  it.each(Object.keys(right))('are not found in %s', (what) => {
    expect(errorsIn(tensorTypes, what).map(({ formattedMessage }) => formattedMessage)).toEqual([])
  })
})
