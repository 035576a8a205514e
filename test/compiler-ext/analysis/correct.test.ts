import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { generateContract } from '../../../compiler-ext/contract.ts'
import { tensorOf } from '../../../isa/index.ts'
import { createProgramBuilder, decodeModel, type Program } from '../../../model/index.ts'
import { IMPORT, PREAMBLE } from '../setup.ts'
import { analyse, errorsIn } from './setup.ts'

const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8')

const LOAD = `
function load(uint256 dtype, uint256 rows, uint256 columns) pure returns (Tensor) {
  return TensorInstructions.tcalldataload(TensorInstructions.tensorType(dtype, rows, columns), 4);
}
`

/** Contracts that never halt, or not always where they do, each for another reason to be wrong about it. */
const correct: Readonly<Record<string, string>> = {
  'a variable that changes its shape in a loop': `contract C { function f(uint256 n) external pure {
    Tensor x = load(3, 1, 2);
    for (uint256 i; i < n; i++) {
      uint256 shape = i % 2 == 0 ? TensorInstructions.tensorType(3, 2) : TensorInstructions.tensorType(3, 1, 2);
      x = TensorInstructions.reshape(shape, x);
      x.tadd(x);
    }
    x.tadd(load(3, 1, 2));
  } }`,
  'a shape that grows with each turn': `contract C { function f(uint256 n) external pure {
    Tensor x = load(3, 1, 2);
    for (uint256 i; i < n; i++) x = TensorInstructions.concat(0, x, load(3, 1, 2));
    TensorInstructions.reshape(TensorInstructions.tensorType(3, 5, 2), x);
  } }`,
  'branches of which one is right': `contract C { uint256 kind; function f() external view {
    Tensor x = load(kind == 3 ? 3 : 1, 1, 2);
    if (kind == 3) x.tadd(x);
    else TensorInstructions.matmul(0, x, x, Tensor.wrap(0));
  } }`,
  'checks before the instruction, which are known to fail': `contract C {
    error Different(uint256 a, uint256 b);
    function add(Tensor a, Tensor b) private pure returns (Tensor) {
      if (a.ttype() != b.ttype()) revert Different(a.ttype(), b.ttype());
      return a.tadd(b);
    }
    function f() external pure { add(load(3, 1, 2), load(3, 2, 1)); }
    function g() external pure { require(load(3, 1, 2).ttype() == 0, "type"); load(1, 1, 1).rsqrt(); }
  }`,
  'a loop that frees': `contract C { function f(uint256 n) external pure {
    Tensor one = load(3, 1, 2);
    Tensor sum = one;
    for (uint256 i; i < n; ++i) {
      Tensor next = sum.tadd(one);
      if (i > 0) TensorInstructions.tfree(Tensor.unwrap(sum), 1);
      sum = next;
    }
    TensorInstructions.tfree(2, n);
    one.tadd(one);
  } }`,
  'handles that depend on the path': `contract C { function f(bool x) external pure {
    if (x) load(1, 1, 1);
    load(3, 1, 2);
    Tensor.wrap(2).ttype();
    Tensor.wrap(3).tadd(Tensor.wrap(1));
  } }`,
  recursion: `contract C {
    function power(Tensor x, uint256 n) private pure returns (Tensor) {
      if (n == 0) return x;
      Tensor half = power(x, n / 2);
      return n % 2 == 0 ? half.tadd(half) : half.tadd(half).tadd(x);
    }
    function f(uint256 n) external pure { power(load(3, 1, 2), n).tadd(load(3, 1, 2)); power(load(3, 1, 2), 37); }
  }`,
  'memory that another function wrote': `contract C {
    function fill(Tensor[] memory all, uint256 at, Tensor x) private pure { all[at] = x; }
    function f(uint256 n) external pure {
      Tensor[] memory all = new Tensor[](4);
      for (uint256 i; i < 4; i++) all[i] = load(1, 1, 2);
      for (uint256 i; i < 4; i++) fill(all, (n + i) % 4, load(3, 1, 2));
      all[2].tadd(all[3]);
      assembly { mstore(add(all, n), 1) }
      all[0].ttype();
    }
  }`,
  'calls of other contracts, and of its own': `contract C {
    function g() external pure returns (uint256) { return load(3, 1, 2).ttype(); }
    function f(address to) external {
      Tensor x = load(3, 1, 2);
      try this.g() returns (uint256 word) { TensorInstructions.tcalldataload(word, 0).tadd(x); } catch { }
      (bool ok, bytes memory data) = to.call("");
      if (ok) TensorInstructions.tmload(abi.decode(data, (uint256)), 0).tadd(x);
      x.tadd(load(3, 1, 2));
    }
  }`,
  'optional operands, and a bias that may be none': `contract C {
    function dense(Tensor x, Tensor w, Tensor bias) private pure returns (Tensor) {
      if (Tensor.unwrap(bias) != 0) bias.ttype();
      return TensorInstructions.matmul(0, x, w, bias);
    }
    function f(bool x) external pure {
      dense(load(1, 1, 8), load(1, 4, 8), Tensor.wrap(0));
      dense(load(1, 1, 8), load(1, 4, 8), x ? TensorInstructions.tcalldataload(TensorInstructions.tensorType(3, 4), 0) : Tensor.wrap(0));
    }
  }`,
  'a long, checked computation over every word': `contract C { function f(uint256 n) external pure {
    for (uint256 i; i < 3000; i++) { uint256 k = i; while (k > n) k /= 2; load(3, k + 1, 2); }
    load(3, 1, 2).tadd(load(3, 1, 2));
  } }`,
}

/** A small network: convolutions, rescaling by channel, and a matrix product. */
function network(layers: number): Program {
  const builder = createProgramBuilder()
  let x = builder.input({ dtype: 'int8', shape: [1, 8, 8, 4] })
  const zeros = (...shape: number[]) => tensorOf('int8', shape, new Array(shape.reduce((a, b) => a * b)).fill(0))
  for (let layer = 0; layer < layers; layer++) {
    const attributes = { zeroPoint: -1, padTop: 1, padLeft: 1, padBottom: 1, padRight: 1 }
    const bias = builder.constant(tensorOf('int32', [4], [layer, 1, 2, 3]))
    const sums = builder.emit('CONV2D', { attributes, x, weights: builder.constant(zeros(4, 3, 3, 4)), bias })
    x = builder.emit('RESCALE', {
      attributes: { dtype: 1, perChannel: 1, low: -128, high: 127 },
      x: sums,
      multiplier: builder.constant(tensorOf('int32', [4], [layer, 2, 3, 4])),
      shift: builder.constant(tensorOf('int8', [4], [-7, -8, -9, 0])),
    })
  }
  const a = builder.emit('RESHAPE', { type: { dtype: 'int8', shape: [1, 256] }, x })
  const sums = builder.emit('MATMUL', { attributes: {}, a, b: builder.constant(zeros(10, 256)) })
  const attributes = { dtype: 1, low: -128, high: 127 }
  builder.output(builder.emit('RESCALE', { attributes, x: sums, multiplier: 2 ** 30, shift: -10 }))
  return builder.build()
}

const program = network(5)
const generated = generateContract(program, { name: 'Network', weights: 'code' })
const wrongShape = generated.source.replace(
  /(?<=conv2d\(0x\w+, )(Tensor\.wrap\(\d+\)), (Tensor\.wrap\(\d+\))/,
  '⟦$2⟧, $1',
)

const sources = {
  ...Object.fromEntries(Object.entries(correct).map(([name, source]) => [name, PREAMBLE + IMPORT + LOAD + source])),
  'Constructs.sol': read('test/compiler-ext/Constructs.sol'),
  'GatedTransfer.sol': read('examples/gatedTransfer/GatedTransfer.sol'),
  'Code.sol': generated.source,
  'Model.sol': generateContract(program, { name: 'Network', weights: 'model' }).source,
  'Digits.sol': generateContract(
    decodeModel(readFileSync(new URL('../../../examples/mnist/model.tensor', import.meta.url))),
    {
      name: 'Digits',
      weights: 'auto',
    },
  ).source,
  'Wrong.sol': wrongShape.replaceAll(/[⟦⟧]/g, ''),
}

describe('nothing is found', () => {
  const { contracts, tensorTypes } = analyse(sources)

  it.each([...Object.keys(correct), 'Constructs.sol', 'GatedTransfer.sol', 'Code.sol', 'Model.sol', 'Digits.sol'])(
    'in %s',
    (name) => {
      expect(errorsIn(contracts, name).map(({ formattedMessage }) => formattedMessage)).toEqual([])
    },
  )

  it('about types of handles', () => {
    expect(tensorTypes).toEqual([])
  })

  it('in a generated contract, until two handles are swapped', () => {
    const [error, ...others] = errorsIn(contracts, 'Wrong.sol')
    expect(others).toEqual([])
    expect(error?.message).toBe('ML012: CONV2D halts with ShapeMismatch: bias is int32[4], not of shape [1]')
    const line = wrongShape.split('\n').findIndex((text) => text.includes('⟦')) + 1
    expect(error?.formattedMessage).toContain(` --> Wrong.sol:${line}:13:\n`)
  })
})
