import { readdirSync, readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { type CompiledContract, compileSources } from '../../compiler-ext/index.ts'
import { setUp } from '../evm-ext/setup.ts'
import { bytesOf } from './librarySetup.ts'
import { type Deployed, deploy, PREAMBLE } from './setup.ts'

const guide = readFileSync(new URL('../../docs/solidity.md', import.meta.url), 'utf8')
const blocks = [...guide.matchAll(/^```solidity\n([\s\S]*?)^```$/gm)].map(([, text]) => text as string)

/** What `Tensor.sol` gives to those who import it. */
const root = readFileSync(new URL('../../Tensor.sol', import.meta.url), 'utf8')
const names = [...root.matchAll(/import \{([^}]*)\}/g)].flatMap(([, list]) =>
  (list as string).split(',').flatMap((name) => name.trim() || []),
)

const imports = `import {${names.join(', ')}} from "tensor-evm/Tensor.sol";\n`

/** A block of the guide that is not a file becomes a contract with everything imported. */
function fileOf(block: string, index: number): string {
  if (block.startsWith('// SPDX')) return block
  return `${PREAMBLE}${imports}contract Block${index} {\n${block}}\n`
}

/** Calls the functions of the blocks. */
const uses = `${PREAMBLE}${imports}${blocks.map((_, i) => `import "./Block${i}.sol";\n`).join('')}
contract Uses is ${blocks.flatMap((block, i) => (block.startsWith('// SPDX') ? [] : [`Block${i}`])).join(', ')} {
  function quantization() external pure returns (int256[5] memory) {
    Quantization q = parameters();
    return [int256(q.multiplier()), q.shift(), q.inputZeroPoint(), q.low(), q.high()];
  }
  function add(int256[] memory a, int256[] memory b) external pure returns (int256[] memory) {
    Shape dims = shape(a.length);
    return addQuantized(Tensors.fromArray(a, INT8, dims), Tensors.fromArray(b, INT8, dims)).toArray();
  }
  function classes(bytes calldata image) external pure returns (uint256[] memory) {
    Tensor kernels = Tensors.full(1, INT8, shape(2, 3, 3, 1));
    Tensor weights = Tensors.full(1, INT8, shape(3, 8));
    Quantization q = Quantizations.fromScale(1, 8);
    return network(Tensors.fromCalldata(image, INT8, shape(1, 8, 8, 1)), kernels, weights, q, q).shape().toArray();
  }
  function powers(int256[] memory x, uint256 n) external pure returns (int256[] memory) {
    return power(Tensors.fromArray(x, INT32, shape(x.length)), n).toArray();
  }
}
`

/** What the guide says of gas, measured. */
const measured = `${PREAMBLE}${imports}contract Measured {
  Quantization immutable Q = Quantizations.fromScale(3, 1000).withInputZeroPoint(-128).withOutputZeroPoint(4);

  function tensors(bytes calldata x) private pure returns (Tensor, Tensor, Tensor) {
    return (
      Tensors.fromCalldata(x, INT8, shape(1, 64)),
      Tensors.zeros(INT8, shape(10, 64)),
      Tensors.zeros(INT32, shape(10))
    );
  }
  function layerByInstructions(bytes calldata data) external view returns (uint256 used) {
    (Tensor x, Tensor w, Tensor b) = tensors(data);
    uint256 before = gasleft();
    Tensor sums = TensorInstructions.matmul(TensorInstructions.matmulAttributes(-128, 0), x, w, b);
    uint256 attributes = TensorInstructions.rescaleAttributes(1, 0, 0, 0, 0, 4, -128, 127);
    TensorInstructions.rescale(attributes, sums, 1649267442, uint256(int256(-8)));
    used = before - gasleft();
  }
  function layer(bytes calldata data) external view returns (uint256 used) {
    (Tensor x, Tensor w, Tensor b) = tensors(data);
    uint256 before = gasleft();
    x.fullyConnected(w, b, Q);
    used = before - gasleft();
  }
  function sumByInstructions(bytes calldata) external view returns (uint256 used) {
    Tensor a = Tensors.zeros(INT32, shape(1, 64));
    uint256 before = gasleft();
    a.tadd(a);
    used = before - gasleft();
  }
  function sum(bytes calldata) external view returns (uint256 used) {
    Tensor a = Tensors.zeros(INT32, shape(1, 64));
    uint256 before = gasleft();
    a + a;
    used = before - gasleft();
  }
  function loadByInstructions(bytes calldata data) external view returns (uint256 used) {
    uint256 offset;
    assembly { offset := data.offset }
    uint256 before = gasleft();
    TensorInstructions.tcalldataload(TensorInstructions.tensorType(1, 1, 64), offset);
    used = before - gasleft();
  }
  function load(bytes calldata data) external view returns (uint256 used) {
    uint256 before = gasleft();
    Tensors.fromCalldata(data, INT8, shape(1, 64));
    used = before - gasleft();
  }
  function argmax(bytes calldata) external view returns (uint256 used) {
    Tensor a = Tensors.zeros(INT32, shape(1, 64));
    uint256 before = gasleft();
    a.argmax();
    used = before - gasleft();
  }
  function getSmall(bytes calldata) external view returns (uint256 used) {
    Tensor a = Tensors.zeros(INT8, shape(1, 64));
    uint256 before = gasleft();
    a.get(3);
    used = before - gasleft();
  }
  function getLarge(bytes calldata) external view returns (uint256 used) {
    Tensor a = Tensors.zeros(INT32, shape(1, 64));
    uint256 before = gasleft();
    a.get(3);
    used = before - gasleft();
  }
  function array(bytes calldata) external view returns (uint256 used) {
    Tensor a = Tensors.zeros(INT8, shape(1, 64));
    uint256 before = gasleft();
    a.toArray();
    used = before - gasleft();
  }
  function scale(bytes calldata data) external view returns (uint256 used) {
    uint256 before = gasleft();
    Quantization q = Quantizations.fromScale(data.length, 1000);
    used = before - gasleft();
    require(q.multiplier() > 0);
  }
}
`

let contracts: Readonly<Record<string, Readonly<Record<string, CompiledContract>>>>
let evm: Awaited<ReturnType<typeof setUp>>['evm']
beforeAll(async () => {
  const files = blocks.map((block, i) => [`Block${i}.sol`, fileOf(block, i)] as const)
  contracts = compileSources({ ...Object.fromEntries(files), 'Uses.sol': uses, 'Measured.sol': measured })
  evm = (await setUp()).evm
}, 120_000)

const open = (file: string, name: string): Promise<Deployed> => deploy(evm, contracts[file]?.[name] as CompiledContract)

describe('the guide to the library', () => {
  it('has blocks that compile, and a first contract that does what it says', async () => {
    expect(blocks.length).toBeGreaterThan(4)
    const scorer = await open('Block0.sol', 'Scorer')
    // Sums 100 + 5, 73 and -50 + 36; times 0.03, less 10: -6.85, -7.81 and -10.42.
    expect(await scorer.value('classify', bytesOf('int8', [1, 2, 3, 4, 5, 6, 7, 8]))).toEqual([0n, -7n])
    // Sums 100 - 150, 340 and -50 + 40: -11.5, 0.2 and -10.3.
    expect(await scorer.value('classify', bytesOf('int8', [-20, -20, 10, 10, 0, 0, 30, 30]))).toEqual([1n, 0n])
    const { error, data } = await scorer.call('classify', '0x01020304050607')
    expect([error, scorer.abi.parseError(data)?.name, scorer.abi.parseError(data)?.args.toArray()]).toEqual([
      'revert',
      'LengthMismatch',
      [7n, 8n],
    ])
  })

  it('has functions that do what they say', async () => {
    const contract = await open('Uses.sol', 'Uses')
    expect(await contract.value('quantization')).toEqual([1649267442n, -8n, -128n, 4n, 100n])
    // 10 / 5 + 7 / 2, a half away from zero; 127 / 5 - 128 / 2 = -38.6; 0.2 + 0.5; limited.
    expect(await contract.value('add', [10, 127, 1, 127], [7, -128, 1, 127])).toEqual([6n, -39n, 1n, 89n])
    expect(await contract.value('classes', `0x${'05'.repeat(64)}`)).toEqual([1n, 3n])
    // Each turn makes five tensors and keeps one.
    expect(await contract.value('powers', [3, -2, 1], 19)).toEqual([1162261467n, -524288n, 1n])
    expect(await contract.value('powers', [-1], 401)).toEqual([-1n])
  })

  it('names every function of the checked libraries', () => {
    const folder = new URL('../../compiler-ext/contracts/', import.meta.url)
    const files = readdirSync(folder).filter(
      (file) => !/^Tensor(Instructions|Checks|LayerChecks|Errors|Gas)/.test(file),
    )
    const functions = files.flatMap((file) =>
      [...readFileSync(new URL(file, folder), 'utf8').matchAll(/^ {4}function ([a-z]\w*)\([^{]*?\) internal /gm)].map(
        ([, name]) => name as string,
      ),
    )
    // Of parameters, those that layers alone call.
    const inner =
      /^(rescaleAttributes|rescaleInputAttributes|matmulAttributes|placed|transposed|require\w+|stride[HW]|dilationW|groups)$/
    const missing = new Set(functions.filter((name) => !inner.test(name) && !new RegExp(`\\b${name}\\b`).test(guide)))
    expect([...missing]).toEqual([])
    expect(functions.length).toBeGreaterThan(80)
  })

  it('says what checks cost, within a tenth', async () => {
    const contract = await open('Measured.sol', 'Measured')
    const gas = async (name: string) => Number(await contract.value(name, `0x${'01'.repeat(64)}`))
    const row = (start: string) =>
      (guide.split('\n').find((line) => line.startsWith(`| ${start}`)) ?? '')
        .split('|')
        .slice(2)
        .flatMap((cell) => cell.split(';'))
        .flatMap((cell) => (/\d/.test(cell) ? Number(cell.replace(/[^\d]/g, '')) : []))
    const rows: readonly (readonly [string, readonly string[]])[] = [
      ['fully connected', ['layerByInstructions', 'layer']],
      ['`a + b`, int32', ['sumByInstructions', 'sum']],
      ['a tensor of 64 bytes', ['loadByInstructions', 'load']],
      ['`argmax()` of', ['argmax']],
      ['`get(3)`', ['getSmall', 'getLarge']],
      ['`toArray()` of', ['array']],
    ]
    for (const [start, functions] of rows) {
      const said = row(start)
      expect(said.length, start).toBe(functions.length)
      for (const [i, name] of functions.entries())
        expect(
          Math.abs((await gas(name)) / (said[i] as number) - 1),
          `${start}: ${name} ${await gas(name)}`,
        ).toBeLessThan(0.1)
    }
    expect(Math.abs((await gas('scale')) / 2000 - 1)).toBeLessThan(0.1)
  })
})
