import { describe, expect, it } from 'vitest'
import { type Bytecode, compile, type StandardJsonInput } from '../../compiler-ext/index.ts'
import { openSolc } from '../../compiler-ext/solc.ts'
import { compileAll, compileWithSolc, contractOf, IMPORT, PREAMBLE } from './setup.ts'
import { compileOnBothPaths } from './yulPath.ts'

/** Code without markers that uses much of what the IR can contain. */
const tough = {
  'lib/Base.sol': `${PREAMBLE}
    /// é: positions are in bytes
    abstract contract Base {
      address internal immutable owner = msg.sender;
      error NotOwner(address caller);
      event Done(uint256 indexed what, string text);
      modifier onlyOwner() { if (msg.sender != owner) revert NotOwner(msg.sender); _; }
      function name() public view virtual returns (string memory) { return unicode"é → base"; }
    }`,
  'lib/Library.sol': `${PREAMBLE}
    library External { function cube(uint256 x) external pure returns (uint256) { return x * x * x; } }
    library Internal { function twice(uint256 x) internal pure returns (uint256) { return 2 * x; } }`,
  'A.sol': `${PREAMBLE}
    import {Base} from "lib/Base.sol";
    import {External, Internal} from "lib/Library.sol";
    type Word is uint256;
    function plus(Word a, Word b) pure returns (Word) { return Word.wrap(Word.unwrap(a) + Word.unwrap(b)); }
    using {plus as +} for Word global;
    contract Child { uint256 immutable seed; uint256 immutable other; constructor(uint256 s) { seed = s; other = s + 1; }
      function get() external view returns (uint256) { return seed * other; } }
    interface Any { function any() external; }
    contract Main is Base {
      using Internal for uint256;
      Child immutable child = new Child(7);
      mapping(address => uint256[]) internal lists;
      function(uint256) internal pure returns (uint256) pointer = Internal.twice;
      function name() public view override returns (string memory) { return string.concat(super.name(), "!"); }
      function push(uint256 x) external onlyOwner { lists[msg.sender].push(x.twice()); emit Done(x, name()); }
      function cube(uint256 x) external view returns (uint256 r) { unchecked { r = External.cube(pointer(x)); } }
      function add(Word a, Word b) external pure returns (Word) { return a + b; }
      function probe(Any target) external returns (bool ok) { try target.any() { ok = true; } catch { ok = false; } }
      function spawn(bytes32 salt) external returns (address) { return address(new Child{salt: salt}(9)); }
      function code() external pure returns (bytes32) { return keccak256(type(Child).creationCode); }
    }`,
}

const settings = [
  { optimizer: { enabled: false } },
  { optimizer: { enabled: true, runs: 1 } },
  { optimizer: { enabled: true, runs: 200 }, evmVersion: 'cancun' },
  {
    optimizer: {
      enabled: true,
      runs: 100000,
      details: { yul: true, yulDetails: { optimizerSteps: 'dhfoDgvulfnTUtnIf' } },
    },
  },
  { optimizer: { enabled: true, details: { yul: false } }, metadata: { bytecodeHash: 'none' as const } },
]

const everything = { '*': { '*': ['*'], '': ['*'] } }

const inputOf = (extra: object): StandardJsonInput => ({
  language: 'Solidity',
  sources: Object.fromEntries(Object.entries(tough).map(([file, content]) => [file, { content }])),
  settings: { outputSelection: everything, ...extra },
})

/** Outputs of code, without the opcodes of code that holds a byte AE in data, which may read as an instruction. */
function comparable(bytecode: Partial<Bytecode> | undefined) {
  return bytecode?.object?.includes('ae') ? { ...bytecode, opcodes: '' } : bytecode
}

describe('code without markers', () => {
  it.each([true, false, undefined])('is what solc makes of it, in every output, with viaIR %s', (viaIR) => {
    const input = inputOf({ ...settings[2], ...(viaIR !== undefined && { viaIR }) })
    expect(compile(input)).toEqual(openSolc().run(input))
  })

  it.each(settings)('is the same when it goes through Yul: code, references and source maps: %o', (extra) => {
    const contracts = compileOnBothPaths(openSolc(), inputOf(extra))
    expect(contracts.map(({ name }) => name)).toEqual(expect.arrayContaining(['Main', 'Child', 'External']))
    for (const { name, bySolc, throughYul } of contracts)
      for (const kind of ['bytecode', 'deployedBytecode'] as const)
        expect(comparable(throughYul.evm?.[kind]), `${name} ${kind}`).toEqual(comparable(bySolc.evm?.[kind]))
  })

  it('stays untouched beside code with markers, and code that embeds a marked contract is marked', () => {
    const shared = 'contract Plain { function f() external pure returns (uint256) { return 7; } }'
    const marked = `contract Marked { function g() external view returns (uint256) { return TensorInstructions.tspace(); } }
      contract Factory { function make() external returns (address) { return address(new Marked()); } }
      contract Embeds { function code() external pure returns (bytes memory) { return type(Factory).creationCode; } }`
    const source = PREAMBLE + IMPORT + shared + marked
    const output = compileAll(source)
    const plain = compileWithSolc(source, { viaIR: false })
    expect(contractOf(output, 'Plain')).toEqual(contractOf(plain, 'Plain'))
    for (const name of ['Marked', 'Factory', 'Embeds'])
      expect(contractOf(output, name).tensorInstructions, name).toEqual({ TSPACE: 1 })
    const object = (name: string) => contractOf(output, name).evm?.bytecode?.object as string
    expect(object('Factory')).toContain(object('Marked'))
    expect(object('Embeds')).toContain(object('Factory'))
  })

  it('in another language goes to solc', () => {
    const sources = { 'a.yul': { content: '{ sstore(0, 1) }' } }
    const input = { language: 'Yul', sources, settings: { outputSelection: { '*': { '*': ['evm.bytecode.object'] } } } }
    expect(compile(input)).toEqual(openSolc().run(input))
  })

  it.each([
    ['no sources', { language: 'Solidity' }],
    ['sources that are no objects', { language: 'Solidity', sources: { 'a.sol': null } }],
    ['settings that are no object', { language: 'Solidity', sources: {}, settings: 3 }],
    ['a selection of another form', { language: 'Solidity', sources: {}, settings: { outputSelection: { '*': 5 } } }],
    ['source that does not parse', { language: 'Solidity', sources: { 'a.sol': { content: 'contract {' } } }],
  ])('with %s fails as with solc', (_, input) => {
    const output = compile(input as unknown as StandardJsonInput)
    expect(output.errors?.length).toBeGreaterThan(0)
    expect(output.errors).toEqual(openSolc().run(input as unknown as StandardJsonInput).errors)
  })
})
