import { describe, expect, it } from 'vitest'
import { CompileError, compileSources } from '../../compiler-ext/index.ts'
import { notLoweredSelector } from '../../compiler-ext/library.ts'
import { markerError } from '../../compiler-ext/markers.ts'
import { compileAll, compileOne, errorsOf, PREAMBLE } from './setup.ts'

const tag = '/// @custom:evm-opcode TTYPE'
const use = 'contract C { function g() external pure returns (uint256) { return 1; } }'
const selector = `0x${notLoweredSelector.toString(16)}`
const fallback = `{ assembly { if mload(0x40) { mstore(0x00, ${selector}) mstore(0x20, 0xae06) revert(0x1c, 0x24) } r := a } }`

/**
 * Each error: its name, the source after the preamble, where it is (line and column, the preamble being two lines), and its
 * hint.
 */
const cases: [
  code: string,
  what: string,
  source: string,
  line: number,
  column: number,
  message: RegExp,
  hint: string,
][] = [
  [
    'ML001',
    'a tag on an event',
    `contract C {\n  ${tag}\n  event E();\n}`,
    4,
    3,
    /belongs on a function/,
    'write the tag above the function whose body the instruction is to take the place of',
  ],
  [
    'ML001',
    'a tag on a contract',
    `${tag}\ncontract C {}`,
    3,
    1,
    /belongs on a function/,
    'write the tag above the function whose body the instruction is to take the place of',
  ],
  [
    'ML002',
    'two tags',
    `${tag}\n${tag}\nfunction f(uint256 a) pure returns (uint256 r) {}\n${use}`,
    3,
    1,
    /only one/,
    'keep one tag, and write a function of its own for each of the other instructions',
  ],
  [
    'ML003',
    'a number',
    `/// @custom:evm-opcode 16\nfunction f() pure {}\n${use}`,
    3,
    1,
    /"16" is neither/,
    'write the mnemonic alone, as in /// @custom:evm-opcode MATMUL',
  ],
  [
    'ML003',
    'one byte',
    `/// @custom:evm-opcode 0x10\nfunction f() pure {}\n${use}`,
    3,
    1,
    /"0x10" is neither/,
    'did you mean MATMUL?',
  ],
  [
    'ML003',
    'more than one word',
    `/// @custom:evm-opcode TTYPE please\nfunction f() pure {}\n${use}`,
    3,
    1,
    /"TTYPE please"/,
    'write the mnemonic alone, as in /// @custom:evm-opcode MATMUL',
  ],
  [
    'ML004',
    'an unknown mnemonic',
    `/// @custom:evm-opcode MATMULL\nfunction f() pure {}\n${use}`,
    3,
    1,
    /no instruction MATMULL/,
    'did you mean MATMUL?',
  ],
  [
    'ML004',
    'an unassigned opcode',
    `/// @custom:evm-opcode 0xae4f\nfunction f() pure {}\n${use}`,
    3,
    1,
    /no instruction 0xae4f/,
    'the functions of tensor-evm/Tensor.sol are all the instructions that there are',
  ],
  [
    'ML004',
    'an opcode of the EVM',
    `/// @custom:evm-opcode 0x0006\nfunction f() pure {}\n${use}`,
    3,
    1,
    /no instruction 0x0006/,
    'the functions of tensor-evm/Tensor.sol are all the instructions that there are',
  ],
  [
    'ML005',
    'a public function',
    `contract C {\n\t${tag}\n\tfunction f(uint256 a) public pure returns (uint256 r) {}\n}`,
    5,
    2,
    /free, internal or private/,
    'make it internal, and call it from a function that is public, virtual or has modifiers',
  ],
  [
    'ML005',
    'a virtual function',
    `contract C {\n${tag}\nfunction f(uint256 a) internal pure virtual returns (uint256 r) {}\n}`,
    5,
    1,
    /not virtual/,
    'make it internal, and call it from a function that is public, virtual or has modifiers',
  ],
  [
    'ML005',
    'a modifier',
    `contract C {\nmodifier m() { _; }\n${tag}\nfunction f(uint256 a) internal m returns (uint256 r) {}\n}`,
    6,
    1,
    /no modifiers/,
    'make it internal, and call it from a function that is public, virtual or has modifiers',
  ],
  [
    'ML005',
    'a constructor',
    `contract C {\n${tag}\nconstructor(uint256 a) {}\n}`,
    5,
    1,
    /free, internal or private/,
    'make it internal, and call it from a function that is public, virtual or has modifiers',
  ],
  [
    'ML006',
    'a function without a body',
    `abstract contract C {\n${tag}\nfunction f(uint256 a) internal pure virtual returns (uint256 r);\n}`,
    5,
    1,
    /needs a body/,
    'write a body that reverts, as those of TensorInstructions do',
  ],
  [
    'ML006',
    'a function of an interface',
    `interface I {\n${tag}\nfunction f(uint256 a) external pure returns (uint256 r);\n}`,
    5,
    1,
    /needs a body/,
    'write a body that reverts, as those of TensorInstructions do',
  ],
  [
    'ML007',
    'too few operands',
    `${tag}\nfunction f() pure returns (uint256 r) {}\n${use}`,
    4,
    1,
    /TTYPE takes 1 and gives 1 words, the function takes 0 and gives 1/,
    'operands of TTYPE, top of the stack first: tensor; result: word',
  ],
  [
    'ML007',
    'no result',
    `${tag}\nfunction f(uint256 a) pure {}\n${use}`,
    4,
    1,
    /takes 1 and gives 0/,
    'operands of TTYPE, top of the stack first: tensor; result: word',
  ],
  [
    'ML008',
    'a narrow operand',
    `${tag}\nfunction f(uint8 a) pure returns (uint256 r) {}\n${use}`,
    4,
    12,
    /not uint8/,
    'take and give uint256, and convert in a function around the marker',
  ],
  [
    'ML008',
    'a narrow value type',
    `type Small is uint64;\n${tag}\nfunction f(uint256 a) pure returns (Small r) {}\n${use}`,
    5,
    37,
    /not Small/,
    'take and give uint256, and convert in a function around the marker',
  ],
  [
    'ML008',
    'a reference',
    `${tag}\nfunction f(bytes memory a) pure returns (uint256 r) {}\n${use}`,
    4,
    12,
    /not bytes/,
    'take and give uint256, and convert in a function around the marker',
  ],
  [
    'ML009',
    'an unknown tag',
    `/// @custom:evm-opcod TTYPE\nfunction f(uint256 a) pure returns (uint256 r) {}\n${use}`,
    3,
    1,
    /no tag @custom:evm-opcod$/,
    'the tag of a marker is @custom:evm-opcode',
  ],
  [
    'ML010',
    'a body without a tag',
    `function f(uint256 a) pure returns (uint256 r) ${fallback}\ncontract C { function g(uint256 a) external pure returns (uint256) { return f(a); } }`,
    3,
    1,
    /no tag @custom:evm-opcode/,
    'write /// @custom:evm-opcode and the mnemonic above it, or call the function of TensorInstructions instead',
  ],
  [
    'ML003',
    'the name of a function',
    `/// @custom:evm-opcode depthwiseConv2d\nfunction f() pure {}\n${use}`,
    3,
    1,
    /"depthwiseConv2d" is neither/,
    'did you mean DEPTHWISE_CONV2D?',
  ],
  [
    'ML003',
    'nothing',
    `/// @custom:evm-opcode\nfunction f() pure {}\n${use}`,
    3,
    1,
    /"" is neither/,
    'write the mnemonic alone, as in /// @custom:evm-opcode MATMUL',
  ],
  [
    'ML004',
    'swapped letters',
    `/// @custom:evm-opcode CLMAP\nfunction f() pure {}\n${use}`,
    3,
    1,
    /no instruction CLMAP/,
    'did you mean CLAMP?',
  ],
  [
    'ML004',
    'a name of nothing',
    `/// @custom:evm-opcode GELU\nfunction f() pure {}\n${use}`,
    3,
    1,
    /no instruction GELU/,
    'the functions of tensor-evm/Tensor.sol are all the instructions that there are',
  ],
  [
    'ML007',
    'several operands',
    `/// @custom:evm-opcode MATMUL\nfunction f(uint256 a, uint256 b) pure returns (uint256 r) {}\n${use}`,
    4,
    1,
    /MATMUL takes 4 and gives 1 words, the function takes 2 and gives 1/,
    'operands of MATMUL, top of the stack first: attributes, a, b, bias; result: output',
  ],
  [
    'ML007',
    'no operands',
    `/// @custom:evm-opcode TSPACE\nfunction f(uint256 a) view {}\n${use}`,
    4,
    1,
    /TSPACE takes 0 and gives 1 words, the function takes 1 and gives 0/,
    'operands of TSPACE, top of the stack first: none; result: word',
  ],
]

describe('errors about markers', () => {
  it.each(cases)('%s: %s', (code, _, source, line, column, message, hint) => {
    const output = compileAll(PREAMBLE + source)
    const [error, ...others] = errorsOf(output)
    expect(others).toEqual([])
    expect(error?.message).toMatch(new RegExp(`^${code}: `))
    expect(error?.message).toMatch(message)
    expect(error?.type).toBe('MarkerError')
    expect(error?.formattedMessage).toContain(`MarkerError: ${error?.message}\n`)
    expect(error?.formattedMessage).toContain(` --> A.sol:${line}:${column}:\n`)
    expect(error?.formattedMessage).toMatch(/\n +\| +\t*\^[^\n]*\nHint: [^\n]*\n\n$/)
    expect(error?.formattedMessage).toContain(`\nHint: ${hint}\n`)
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
Hint: write the tag above the function whose body the instruction is to take the place of

`,
    )
  })

  it('with further places are followed by these, as solc prints them', () => {
    const texts = new Map([['A.sol', 'one\ntwo three']])
    const place = (start: number, end: number) => ({ file: 'A.sol', start, end })
    const note = { ...place(4, 7), message: 'the other' }
    const error = markerError('ML012', 'wrong', place(8, 13), texts, 'help', [note, { ...note, file: 'B.sol' }])
    expect(error).toEqual({
      component: 'general',
      severity: 'error',
      type: 'TensorError',
      message: 'ML012: wrong',
      sourceLocation: place(8, 13),
      secondarySourceLocations: [note, { ...note, file: 'B.sol' }],
      formattedMessage: `TensorError: ML012: wrong
 --> A.sol:2:5:
  |
2 | two three
  |     ^^^^^
Hint: help
Note: the other:
 --> A.sol:2:1:
  |
2 | two three
  | ^^^
Note: the other:
 --> B.sol

`,
    })
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
