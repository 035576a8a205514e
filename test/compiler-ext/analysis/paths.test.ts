import { describe, expect, it } from 'vitest'
import { IMPORT, PREAMBLE } from '../setup.ts'
import { analyse, errorsIn, readPlaces } from './setup.ts'

const LOADS = `
function load(uint256 dtype, uint256 rows, uint256 columns) pure returns (Tensor) {
  return TensorInstructions.tcalldataload(TensorInstructions.tensorType(dtype, rows, columns), 4);
}
`

const mismatch = 'ML012: TADD halts with TypeMismatch: b is int8[1,2], not int32'
const mismatchHere = mismatch.replace('halts', 'can halt')
const shapes = 'ML012: TADD halts with ShapeMismatch: [1,2] and [1,3] do not broadcast'

/**
 * The first place is the error's, the others those of its notes, from the inside outward. What can halt is a warning: the
 * same place goes well in another way.
 */
const sources: readonly (readonly [what: string, source: string, message: string])[] = [
  [
    'variables and conditions that are known',
    `contract C { function f(bool x) external pure {
      uint256 kind = x ? 3 : 1;
      uint256 rows = 2 - 1;
      Tensor a = load(3, rows, 2);
      if (rows == 1) kind = 1;
      ⟦a.tadd(load(kind, rows, rows + 1))⟧;
    } }`,
    mismatch,
  ],
  [
    'paths that meet with the same type',
    `contract C { function f(bool x) external pure {
      Tensor a = load(3, 1, 2);
      Tensor b = x ? load(3, 1, 3) : load(3, 1, 3);
      ⟦a.tadd(b)⟧;
    } }`,
    shapes,
  ],
  [
    'one of two branches',
    `contract C { function f(bool x) external pure {
      Tensor a = load(3, 1, 2);
      if (x) ⟦a.tadd(load(3, 1, 3))⟧;
      else a.tadd(load(3, 1, 2));
    } }`,
    shapes,
  ],
  [
    'a function that is right for other arguments, and where it is called',
    `contract C {
      function add(Tensor a, Tensor b) private pure returns (Tensor) { return ⟦a.tadd(b)⟧; }
      function f() external pure { add(load(3, 1, 2), load(3, 1, 2)); }
      function g() external pure { Tensor c = ⟦add(load(3, 1, 2), load(1, 1, 2))⟧; add(c, c); }
    }`,
    mismatchHere,
  ],
  [
    'modifiers',
    `contract C {
      modifier with(uint256 columns) { Tensor a = load(3, 1, 2); ⟦a.tadd(load(3, 1, columns))⟧; _; }
      function f() external pure with(2) { }
      function g() external pure with(3) { load(1, 1, 1); }
    }`,
    shapes.replace('halts', 'can halt'),
  ],
  [
    'a body inside modifiers',
    `contract C {
      uint256 state;
      modifier open() { require(state == 1); _; state = 2; }
      function f() external open returns (uint256) { Tensor a = load(3, 1, 2); return Tensor.unwrap(⟦a.tadd(load(1, 1, 2))⟧); }
    }`,
    mismatch,
  ],
  [
    'a loop whose turns are known',
    `contract C { function f() external pure {
      Tensor a = load(3, 1, 2);
      for (uint256 i = 0; i < 4; i++) a = ⟦a.tadd(load(i == 3 ? 1 : 3, 1, 2))⟧;
    } }`,
    mismatchHere,
  ],
  [
    'a loop with turns that all have the same types',
    `contract C { function f(uint256 n) external pure {
      Tensor a = load(3, 1, 2);
      Tensor b = load(3, 1, 3);
      uint256 i;
      while (i < n) { a = a.tadd(a); i++; if (i == 7) continue; }
      ⟦a.tadd(b)⟧;
    } }`,
    shapes,
  ],
  [
    'the first turn of a loop',
    `contract C { function f(uint256 n) external pure {
      Tensor a = load(3, 1, 2);
      for (uint256 i = 0; i < n; i++) { a = ⟦a.tadd(load(1, 1, 2))⟧; if (n == 5) break; }
    } }`,
    mismatch,
  ],
  [
    'internal functions of another library',
    `library Layers {
      function dense(Tensor x, Tensor w) internal pure returns (Tensor) {
        return ⟦TensorInstructions.matmul(TensorInstructions.matmulAttributes(0, 0), x, w, Tensor.wrap(0))⟧;
      }
    }
    contract C { using Layers for Tensor; function f() external pure returns (uint256) { return ⟦load(1, 1, 8).dense(load(1, 4, 7))⟧.ttype(); } }`,
    'ML012: MATMUL halts with ShapeMismatch: inner dimensions 8 and 7 differ',
  ],
  [
    'external functions of a library',
    `library Layers { function f() external pure { ⟦load(3, 1, 2).tadd(load(1, 1, 2))⟧; } }
    contract C { function f() external pure { Layers.f(); } }`,
    mismatch,
  ],
  [
    'overrides and super',
    `abstract contract B { function add(Tensor a, Tensor b) internal pure virtual returns (Tensor) { return ⟦a.tadd(b)⟧; } }
    contract C is B {
      function add(Tensor a, Tensor b) internal pure override returns (Tensor) { return ⟦super.add(b, a)⟧; }
      function f() external pure { ⟦add(load(1, 1, 2), load(3, 1, 2))⟧; }
    }`,
    mismatch,
  ],
  [
    'function pointers',
    `contract C {
      function apply2(function(Tensor, Tensor) pure returns (Tensor) f, Tensor a, Tensor b) private pure { ⟦f(a, b)⟧; }
      function f() external pure { ⟦apply2(TensorInstructions.tadd, load(3, 1, 2), load(1, 1, 2))⟧; }
      function g() external pure { apply2(TensorInstructions.maximum, load(3, 1, 2), load(3, 1, 2)); }
    }`,
    mismatch,
  ],
  [
    'operators of a value type of the source, and its own markers',
    `type Vector is uint256;
    /// @custom:evm-opcode TADD
    function plus(Vector a, Vector b) pure returns (Vector r) { return a; }
    using {plus as +} for Vector global;
    contract C { function f() external pure {
      Vector a = Vector.wrap(Tensor.unwrap(load(3, 1, 2)));
      Vector b = Vector.wrap(Tensor.unwrap(load(1, 1, 2)));
      a + a; ⟦a + b⟧;
    } }`,
    mismatch,
  ],
  [
    'arrays and structs in memory',
    `struct Layer { Tensor weights; uint256 columns; }
    contract C { function f() external pure {
      Tensor[] memory all = new Tensor[](2);
      all[0] = load(3, 1, 2);
      all[1] = load(3, 1, 3);
      Layer memory layer = Layer({ weights: all[1], columns: 2 });
      ⟦all[0].tadd(layer.weights)⟧;
    } }`,
    shapes,
  ],
  [
    'a constructor',
    `contract C { uint256 immutable kind; constructor() { ⟦load(3, 1, 2).tadd(load(1, 1, 2))⟧; kind = 1; } function f() external view returns (uint256) { return kind; } }`,
    mismatch,
  ],
  ['a fallback', `contract C { fallback() external { ⟦load(3, 1, 2).tadd(load(1, 1, 2))⟧; } }`, mismatch],
  [
    'a receive function',
    `contract C { receive() external payable { ⟦load(3, 1, 2).tadd(load(1, 1, 2))⟧; } }`,
    mismatch,
  ],
  [
    'assembly, with the type that an instruction gave',
    `contract C { function f() external pure {
      Tensor a = load(3, 4, 2);
      uint256 word = a.ttype();
      assembly {
        function columns(w) -> n { n := and(shr(48, w), 0xffffffff) }
        word := or(and(word, 0xffffffffffff), shl(48, add(columns(word), 1)))
      }
      ⟦a.tadd(TensorInstructions.tcalldataload(word, 0))⟧;
    } }`,
    'ML012: TADD halts with ShapeMismatch: [4,2] and [4,3] do not broadcast',
  ],
  [
    'a handle that was freed',
    `contract C { function f() external pure {
      Tensor a = load(3, 1, 2);
      Tensor b = a.tadd(a);
      TensorInstructions.tfree(Tensor.unwrap(a), 1);
      ⟦b.tadd(a)⟧;
    } }`,
    'ML012: TADD halts with BadHandle: tensor 1 was freed',
  ],
  [
    'attributes, whatever the tensors are',
    `contract C { function f(uint256 handle) external pure { ⟦TensorInstructions.clamp(1 << 64, Tensor.wrap(handle))⟧; } }`,
    'ML012: CLAMP halts with BadAttribute: unused bits are set',
  ],
  [
    'an operand that is wrong whatever the others are',
    `contract C { function f(uint256 handle) external pure { ⟦load(1, 1, 2).tadd(Tensor.wrap(handle))⟧; } }`,
    'ML012: TADD halts with TypeMismatch: a is int8[1,2], not int32',
  ],
  [
    'recursion',
    `contract C {
      function deep(Tensor x, uint256 n) private pure { if (n == 0) ⟦x.tadd(x)⟧; else ⟦deep(x, n - 1)⟧; }
      function f() external pure { ⟦deep(load(1, 1, 2), 5)⟧; }
    }`,
    mismatch.replace('b is', 'a is'),
  ],
  [
    'a function that may be called in other ways, which take too long to look at',
    `contract C {
      function waste(uint256 n) private pure { if (n > 0) { waste(n - 1); waste(n - 1); } }
      function add(Tensor a, Tensor b) private pure { ⟦a.tadd(b)⟧; }
      function f() external pure { ⟦add(load(3, 1, 2), load(1, 1, 2))⟧; }
      function g() external pure { waste(90); add(load(3, 1, 2), load(3, 1, 2)); }
    }`,
    mismatchHere,
  ],
  [
    'a call that is a statement of its own, whose last operand is elsewhere',
    `contract C { function f(uint256 offset) external pure { ⟦Tensor.wrap(3).tmstore({
        offset: offset
    })⟧; } }`,
    'ML012: TMSTORE halts with BadHandle: this frame has made no tensor 3',
  ],
]

/** Several reasons at one place, and several places. */
const several = {
  'Reasons.sol': `contract C {
    function add(Tensor a, Tensor b) private pure { ⟦a.tadd(b)⟧; }
    function f() external pure { add(load(3, 1, 2), load(3, 1, 3)); }
    function g() external pure { add(load(3, 1, 2), load(1, 1, 2)); }
  }`,
  'Places.sol': `contract C {
    function z() external pure { ⟦load(3, 1, 2).tadd(load(3, 1, 3))⟧; load(9, 1, 1); }
    function a() external pure { ⟦load(3, 1, 2).tadd(load(1, 1, 2))⟧; }
  }`,
}

const checked = `contract C {
  function kind(uint256 rows) private pure returns (uint256) { return ⟦TensorInstructions.tensorType(1, rows, 64)⟧; }
  function make(uint256 typeWord) private pure { TensorInstructions.tcalldataload(typeWord, 4); }
  function f() external pure { make(kind(1)); }
  function g() external pure { make(⟦kind(1 << 24)⟧); }
  function h(uint256 n) external pure { make(kind(n)); }
}`

const always = `contract C {
  function f(Tensor x) private pure { TensorInstructions.clamp(⟦TensorInstructions.clampAttributes(0, 1 << 31)⟧, x); }
  function g() external pure { f(load(3, 1, 2)); }
  function h(uint256 n) external pure { f(Tensor.wrap(n)); }
}`

/** What the library checks of tensors before it runs an instruction. */
const shapesOfTensors = `contract C {
  function f(bytes calldata data) external pure returns (bytes memory) {
    Tensor x = Tensors.fromCalldata(data, INT32, shape(2, 3));
    return (⟦x + Tensors.zeros(INT32, shape(3, 2))⟧).toBytes();
  }
  function g(bytes calldata data) external pure returns (int256[] memory) {
    Tensor x = Tensors.fromCalldata(data, INT32, shape(2, 3));
    return ⟦(x + Tensors.zeros(INT32, shape(3))).reshape(shape(3, 3))⟧.toArray();
  }
  function h(bytes calldata data, uint256 rows) external pure returns (int256[] memory values) {
    Tensor start = Tensors.mark();
    Tensor x = Tensors.fromCalldata(data, INT32, shape(rows, 3));
    values = (x + Tensors.zeros(INT32, shape(3))).reshape(shape(3, rows)).toArray();
    start.release();
  }
}`

const otherReverts = `contract C {
  function positive(uint256 n) private pure returns (uint256) { require(n > 0, "none"); return n; }
  function make(uint256 typeWord) private pure { TensorInstructions.tcalldataload(typeWord, 4); }
  function f() external pure { make(TensorInstructions.tensorType(1, positive(0))); }
  function g(uint256 n) external pure { make(n == 0 ? TensorInstructions.tensorType(1, n) : 0x040101); }
}`

const marked = new Map(
  Object.entries({
    ...Object.fromEntries(sources.map(([, source], i) => [`${i}.sol`, source])),
    ...several,
    'Checked.sol': checked,
    'Always.sol': always,
    'Shapes.sol': shapesOfTensors,
    'Other.sol': otherReverts,
  }).map(([file, source]) => [file, readPlaces(PREAMBLE + IMPORT + LOADS + source)]),
)
// One compilation for all: the library is the largest part of each.
const { contracts } = analyse(Object.fromEntries([...marked].map(([file, { text }]) => [file, text])))

const placesIn = (file: string) => marked.get(file)?.places.map((place) => ({ file, ...place })) ?? []
const locationsIn = (file: string) => errorsIn(contracts, file).map(({ sourceLocation }) => sourceLocation)

describe('what halts is found', () => {
  it.each(sources.map(([what, , message], i) => ({ what, message, file: `${i}.sol` })))(
    'in $what',
    ({ message, file }) => {
      const [error, ...others] = errorsIn(contracts, file)
      expect(others).toEqual([])
      expect(error?.message).toBe(message)
      expect(error?.severity).toBe(message.includes('can halt') ? 'warning' : 'error')
      const [place, ...notes] = placesIn(file)
      expect(error?.sourceLocation).toEqual(place)
      const found = (error as { secondarySourceLocations?: unknown[] }).secondarySourceLocations ?? []
      expect(found).toEqual(notes.map((note) => ({ ...note, message: 'it is reached from here' })))
    },
  )

  it('once a place, for the first of several reasons', () => {
    expect(locationsIn('Reasons.sol')).toEqual(placesIn('Reasons.sol'))
  })

  it('in several places, in their order', () => {
    expect(locationsIn('Places.sol')).toEqual(placesIn('Places.sol'))
  })
})

describe('a check of the library that always fails is found', () => {
  it('at the call, with what it is given and where the check is', () => {
    const [error, ...others] = errorsIn(contracts, 'Checked.sol')
    const [place, caller] = placesIn('Checked.sol')
    expect(others).toEqual([])
    expect(error).toMatchObject({
      severity: 'warning',
      type: 'Warning',
      message: 'ML013: tensorType can revert here with TensorFieldOutOfRange',
      sourceLocation: place,
      secondarySourceLocations: [
        { file: 'tensor-evm/compiler-ext/contracts/TensorInstructions.sol', message: 'the check is here' },
        { ...caller, message: 'it is reached from here' },
      ],
    })
    expect(error?.formattedMessage).toContain(
      '\nHint: dtype is 1, d0 is 16777216, d1 is 64\nNote: the check is here:\n',
    )
  })

  it('and is an error where no other call goes well', () => {
    const [error, ...others] = errorsIn(contracts, 'Always.sol')
    expect(others).toEqual([])
    expect(error).toMatchObject({
      severity: 'error',
      type: 'TensorError',
      message: 'ML013: clampAttributes always reverts here with TensorFieldOutOfRange',
      sourceLocation: placesIn('Always.sol')[0],
    })
    expect(error?.formattedMessage).toContain('\nHint: low is 0, high is 2147483648\nNote: the check is here:\n')
  })

  it('with the types of tensors, where there is no instruction yet', () => {
    const found = errorsIn(contracts, 'Shapes.sol')
    expect(found.map(({ sourceLocation }) => sourceLocation)).toEqual(placesIn('Shapes.sol'))
    expect(found.map(({ severity, message }) => [severity, message])).toEqual([
      ['error', 'ML013: plus always reverts here with ShapesDoNotBroadcast'],
      ['error', 'ML013: reshape always reverts here with ElementCountMismatch'],
    ])
    expect(found[0]?.formattedMessage).toContain('\nHint: a is int32[2,3], b is int32[3,2]\n')
    expect(found[1]?.formattedMessage).toContain('\nHint: x is int32[2,3], dims is [3,3]\n')
  })

  it('but no other revert, of the source or of a function that the library calls', () => {
    expect(errorsIn(contracts, 'Other.sol')).toEqual([])
  })
})
