import { describe, expect, it } from 'vitest'
import { notLoweredSelector } from '../../../compiler-ext/library.ts'
import { expectSolcShape } from '../broken.ts'
import { compileAll, errorsOf, PREAMBLE } from '../setup.ts'

const TYPE = '/// @custom:evm-opcode TTYPE\n'
const LOAD =
  '/// @custom:evm-opcode TMLOAD\nfunction load(uint256 t, uint256 p) pure returns (T r) { r = T.wrap(t ^ p); }\n'
const ADD = '/// @custom:evm-opcode TADD\nfunction plus(T a, T b) pure returns (T r) { r = a; b; }\n'
const BODY = `{ assembly { if mload(0x40) { mstore(0, 0x${notLoweredSelector.toString(16)}) mstore(0x20, 0xae06) revert(0x1c, 0x24) } r := a } }`
const TENSOR = `type T is uint256;\n${LOAD}${ADD}`

/** Each error: its code, what is wrong, and the source; the error is in the line that holds HERE. */
const cases: [code: string, what: string, source: string][] = [
  [
    'ML001',
    'a marker that is no function',
    '/// @custom:evm-opcode TTYPE HERE\nstruct S { uint256 x; }\ncontract C {}',
  ],
  [
    'ML002',
    'several tags',
    `/// @custom:evm-opcode TTYPE HERE\n/// @custom:evm-opcode TROOT\nfunction f(uint256 a) pure returns (uint256 r) { r = a; }\ncontract C {}`,
  ],
  ['ML003', 'a malformed tag', '/// @custom:evm-opcode HERE ae06\nfunction f() pure {}\ncontract C {}'],
  ['ML004', 'an instruction that there is not', '/// @custom:evm-opcode HERE\nfunction f() pure {}\ncontract C {}'],
  [
    'ML005',
    'a marker that others can call',
    `contract C {\n${TYPE}function HERE(uint256 a) external pure returns (uint256 r) { r = a; }\n}`,
  ],
  [
    'ML005',
    'a marker that others can override',
    `contract C {\n${TYPE}function HERE(uint256 a) internal pure virtual returns (uint256 r) { r = a; }\n}`,
  ],
  [
    'ML005',
    'a marker with a modifier',
    `contract C {\nmodifier m() { _; }\n${TYPE}function HERE(uint256 a) internal m returns (uint256 r) { r = a; }\n}`,
  ],
  [
    'ML006',
    'a marker without a body',
    `abstract contract C {\n${TYPE}function HERE(uint256 a) internal pure virtual returns (uint256 r);\n}`,
  ],
  [
    'ML007',
    'too many operands',
    `${TYPE}function HERE(uint256 a, uint256 b) pure returns (uint256 r) { r = a ^ b; }\ncontract C {}`,
  ],
  [
    'ML007',
    'too many results',
    `${TYPE}function HERE(uint256 a) pure returns (uint256 r, uint256 s) { r = s = a; }\ncontract C {}`,
  ],
  [
    'ML008',
    'an operand of another type',
    `${TYPE}function HERE(address a) pure returns (bytes32 r) { a; }\ncontract C {}`,
  ],
  [
    'ML009',
    'a tag with a slip of the pen',
    '/// @custom:evm-op TTYPE HERE\nfunction f(uint256 a) pure returns (uint256 r) { r = a; }\ncontract C {}',
  ],
  [
    'ML010',
    'the body of a marker without its tag',
    `function HERE(uint256 a) pure returns (uint256 r) ${BODY}\ncontract C { function g(uint256 a) external pure returns (uint256) { return HERE(a); } }`,
  ],
  ['ML011', 'a tensor in an external ABI', `${TENSOR}contract C {\nfunction f(T HERE) external pure {}\n}`],
  ['ML011', 'a tensor in an event', `${TENSOR}event E(\nT HERE);\ncontract C {}`],
  ['ML011', 'a tensor in storage', `${TENSOR}contract C {\nmapping(uint256 => T) HERE;\n}`],
  [
    'ML012',
    'shapes that never fit',
    `${TENSOR}contract C { function f() external pure returns (uint256) {
      T a = load(2 << 16 | 0x0103, 128);
      T b = load(3 << 16 | 0x0103, 128);
      return T.unwrap(plus(a, b)); // HERE
    } }`,
  ],
]

describe('18: each ML0xx error', () => {
  it.each(cases)('%s: %s', (code, _, body) => {
    const source = PREAMBLE + body
    const output = compileAll(source)
    expectSolcShape(output, { 'A.sol': source })
    const [error, ...others] = errorsOf(output)
    expect(others).toEqual([])
    expect(error?.message).toMatch(new RegExp(`^${code}: [^\n]+$`))
    expect(error).toMatchObject({ component: 'general', severity: 'error', type: expect.stringMatching(/^\w+Error$/) })
    expect(output.contracts).toBeUndefined()
    const line = source.slice(0, source.indexOf('HERE')).split('\n').length
    expect(error?.formattedMessage).toContain(`${error?.type}: ${error?.message}\n`)
    expect(error?.formattedMessage).toMatch(new RegExp(`^ *--> A\\.sol:(${line - 1}|${line}):\\d+:$`, 'm'))
    const { file, start = 0, end = 0 } = error?.sourceLocation ?? {}
    expect(file).toBe('A.sol')
    const lineOf = (offset: number) => source.slice(0, offset).split('\n').length
    expect([lineOf(start) <= line, line <= lineOf(end)]).toEqual([true, true])
  })
})
