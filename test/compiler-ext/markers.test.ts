import { describe, expect, it } from 'vitest'
import { CompileError, compileSources } from '../../compiler-ext/index.ts'
import { notLoweredSelector } from '../../compiler-ext/library.ts'
import { compileAll, compileOne, errorsOf, PREAMBLE } from './setup.ts'

const tag = '/// @custom:evm-opcode TTYPE'
const use = 'contract C { function g() external pure returns (uint256) { return 1; } }'
const selector = `0x${notLoweredSelector.toString(16)}`
const fallback = `{ assembly { if mload(0x40) { mstore(0x00, ${selector}) mstore(0x20, 0xae06) revert(0x1c, 0x24) } r := a } }`

/** Each error: its name, the source after the preamble, where it is (line and column, the preamble being two lines). */
const cases: [code: string, what: string, source: string, line: number, column: number, message: RegExp][] = [
  ['ML001', 'a tag on an event', `contract C {\n  ${tag}\n  event E();\n}`, 4, 3, /belongs on a function/],
  ['ML001', 'a tag on a contract', `${tag}\ncontract C {}`, 3, 1, /belongs on a function/],
  ['ML002', 'two tags', `${tag}\n${tag}\nfunction f(uint256 a) pure returns (uint256 r) {}\n${use}`, 3, 1, /only one/],
  ['ML003', 'a number', `/// @custom:evm-opcode 16\nfunction f() pure {}\n${use}`, 3, 1, /"16" is neither/],
  ['ML003', 'one byte', `/// @custom:evm-opcode 0x10\nfunction f() pure {}\n${use}`, 3, 1, /"0x10" is neither/],
  [
    'ML003',
    'more than one word',
    `/// @custom:evm-opcode TTYPE please\nfunction f() pure {}\n${use}`,
    3,
    1,
    /"TTYPE please"/,
  ],
  [
    'ML004',
    'an unknown mnemonic',
    `/// @custom:evm-opcode MATMULL\nfunction f() pure {}\n${use}`,
    3,
    1,
    /no instruction MATMULL/,
  ],
  [
    'ML004',
    'an unassigned opcode',
    `/// @custom:evm-opcode 0xae4f\nfunction f() pure {}\n${use}`,
    3,
    1,
    /no instruction 0xae4f/,
  ],
  [
    'ML004',
    'an opcode of the EVM',
    `/// @custom:evm-opcode 0x0006\nfunction f() pure {}\n${use}`,
    3,
    1,
    /no instruction 0x0006/,
  ],
  [
    'ML005',
    'a public function',
    `contract C {\n\t${tag}\n\tfunction f(uint256 a) public pure returns (uint256 r) {}\n}`,
    5,
    2,
    /free, internal or private/,
  ],
  [
    'ML005',
    'a virtual function',
    `contract C {\n${tag}\nfunction f(uint256 a) internal pure virtual returns (uint256 r) {}\n}`,
    5,
    1,
    /not virtual/,
  ],
  [
    'ML005',
    'a modifier',
    `contract C {\nmodifier m() { _; }\n${tag}\nfunction f(uint256 a) internal m returns (uint256 r) {}\n}`,
    6,
    1,
    /no modifiers/,
  ],
  ['ML005', 'a constructor', `contract C {\n${tag}\nconstructor(uint256 a) {}\n}`, 5, 1, /free, internal or private/],
  [
    'ML006',
    'a function without a body',
    `abstract contract C {\n${tag}\nfunction f(uint256 a) internal pure virtual returns (uint256 r);\n}`,
    5,
    1,
    /needs a body/,
  ],
  [
    'ML006',
    'a function of an interface',
    `interface I {\n${tag}\nfunction f(uint256 a) external pure returns (uint256 r);\n}`,
    5,
    1,
    /needs a body/,
  ],
  [
    'ML007',
    'too few operands',
    `${tag}\nfunction f() pure returns (uint256 r) {}\n${use}`,
    4,
    1,
    /TTYPE takes 1 and gives 1 words, the function takes 0 and gives 1/,
  ],
  ['ML007', 'no result', `${tag}\nfunction f(uint256 a) pure {}\n${use}`, 4, 1, /takes 1 and gives 0/],
  ['ML008', 'a narrow operand', `${tag}\nfunction f(uint8 a) pure returns (uint256 r) {}\n${use}`, 4, 12, /not uint8/],
  [
    'ML008',
    'a narrow value type',
    `type Small is uint64;\n${tag}\nfunction f(uint256 a) pure returns (Small r) {}\n${use}`,
    5,
    37,
    /not Small/,
  ],
  [
    'ML008',
    'a reference',
    `${tag}\nfunction f(bytes memory a) pure returns (uint256 r) {}\n${use}`,
    4,
    12,
    /not bytes/,
  ],
  [
    'ML009',
    'an unknown tag',
    `/// @custom:evm-opcod TTYPE\nfunction f(uint256 a) pure returns (uint256 r) {}\n${use}`,
    3,
    1,
    /no tag @custom:evm-opcod;/,
  ],
  [
    'ML010',
    'a body without a tag',
    `function f(uint256 a) pure returns (uint256 r) ${fallback}\ncontract C { function g(uint256 a) external pure returns (uint256) { return f(a); } }`,
    3,
    1,
    /no tag @custom:evm-opcode/,
  ],
]

describe('errors about markers', () => {
  it.each(cases)('%s: %s', (code, _, source, line, column, message) => {
    const output = compileAll(PREAMBLE + source)
    const [error, ...others] = errorsOf(output)
    expect(others).toEqual([])
    expect(error?.message).toMatch(new RegExp(`^${code}: `))
    expect(error?.message).toMatch(message)
    expect(error?.type).toBe('MarkerError')
    expect(error?.formattedMessage).toContain(`MarkerError: ${error?.message}\n`)
    expect(error?.formattedMessage).toContain(` --> A.sol:${line}:${column}:\n`)
    const { start = 0 } = error?.sourceLocation ?? {}
    const before = (PREAMBLE + source).slice(0, start)
    expect(before.split('\n').length).toBe(line)
    expect(start - before.lastIndexOf('\n')).toBe(column)
    expect(output.contracts).toBeUndefined()
  })

  it('show the line in the format of solc, with multi-byte characters and tabs before it', () => {
    const source = `${PREAMBLE}/* é → */ contract C {\n\t/* é */ ${tag}\n\tevent E();\n}`
    expect(errorsOf(compileAll(source))[0]?.formattedMessage).toBe(
      `MarkerError: ML001: @custom:evm-opcode belongs on a function
 --> A.sol:4:10:
  |
4 | \t/* é */ ${tag}
  | \t        ${'^'.repeat(tag.length)}

`,
    )
  })

  it('are all reported, in the files that they are in', () => {
    const sources = {
      'A.sol': `${PREAMBLE}import "lib/B.sol";\n/// @custom:evm-opcode NO\nfunction f() pure {}\n`,
      'lib/B.sol': `${PREAMBLE}${tag}\nfunction g() pure {}\n`,
    }
    const run = () => compileSources(sources)
    expect(run).toThrow(CompileError)
    expect(run).toThrow(/ML004: .*\n --> A\.sol:4:1:[\s\S]*ML007: .*\n --> lib\/B\.sol:4:1:/)
  })

  it('find lines in imported sources', () => {
    const readImport = () => ({ contents: `${PREAMBLE}${tag}\nfunction g() pure {}\n` })
    expect(() => compileSources({ 'A.sol': `${PREAMBLE}import "x/B.sol";` }, { readImport })).toThrow(
      ' --> x/B.sol:4:1:',
    )
  })

  it('are not raised by tags in other text, or by the selector in a contract that handles the error', () => {
    const contract = compileOne(
      'C',
      `// @custom:evm-opcode NO
      /// @dev mentions @custom:evm-opcode NO and @custom:evm-nothing
      contract C {
        function g(bytes4 s) external pure returns (bool) {
          if (s == bytes4(${selector})) revert TensorInstructionNotLowered(1);
          return s == TensorInstructionNotLowered.selector;
        }
      }`,
    )
    expect(contract.tensorInstructions).toBeUndefined()
  })
})

describe('compileSources', () => {
  it('throws what solc says', () => {
    expect(() => compileSources({ 'A.sol': `${PREAMBLE}contract C { uint x = y; }` })).toThrow(
      /^DeclarationError: Undeclared identifier\.\n --> A\.sol:3:23:/,
    )
  })

  it.each(['tensor-evm/Nothing.sol', 'tensor-evm/../secret.sol', 'tensor-evm/package.json', 'other/A.sol'])(
    'does not find %s',
    (name) => {
      expect(() => compileSources({ 'A.sol': `${PREAMBLE}import "${name}";` })).toThrow(/File not found/)
    },
  )
})
