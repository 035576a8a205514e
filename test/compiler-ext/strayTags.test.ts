import { describe, expect, it } from 'vitest'
import { compileAll, errorsOf, PREAMBLE } from './setup.ts'

const tag = '@custom:evm-opcode TSPACE'
const body = 'function f() view returns (uint256 r) { r = gasleft(); }\n'
const use = 'contract C { function g() external view returns (uint256) { return f(); } }'

const strayOf = (source: string) => {
  const output = compileAll(PREAMBLE + source, { outputSelection: { '*': { '*': ['evm.bytecode.object'] } } })
  expect(errorsOf(output)).toEqual([])
  return (output.errors ?? []).filter(({ message }) => message.startsWith('ML014'))
}

describe('a tag that solc attaches to nothing is warned of', () => {
  it.each([
    ['with a stroke too many', `//// ${tag}\n${body}`, 6],
    ['with an asterisk too many', `/*** ${tag} */\n${body}`, 6],
    ['before another comment', `/// ${tag}\n/** what it does */\n${body}`, 5],
    ['behind another tag', `/// @notice x ${tag}\n${body}`, 15],
    ['above a type', `/// ${tag}\ntype T is uint256;\n${body}`, 5],
    ['after characters of several bytes', `/* é→ */ /// ${tag}\ntype T is uint256;\n${body}`, 14],
  ])('%s', (_, source, column) => {
    const [warning, ...others] = strayOf(source + use)
    expect(others).toEqual([])
    expect(warning).toMatchObject({ severity: 'warning', type: 'Warning' })
    expect(warning?.formattedMessage).toContain(` --> A.sol:3:${column}:\n`)
    expect(warning?.formattedMessage).toContain('\nHint: ')
  })

  it.each([
    ['a marker', `/// @notice x\n/// ${tag}\n${body}`],
    ['a marker in a block', `/**\n * @notice x\n * ${tag}\n */\n${body}`],
    ['an ordinary comment', `// ${tag}\n/* ${tag} */\n${body}`],
    ['a string', `string constant s = "/// ${tag}";\nstring constant t = '/// \\' ${tag}';\n${body}`],
  ])('but %s is not', (_, source) => {
    expect(strayOf(source + use)).toEqual([])
  })
})
