import { Interface } from 'ethers'
import { beforeAll, describe, expect, it } from 'vitest'
import { type ContractOutput, compile } from '../../../compiler-ext/index.ts'
import { openSolc } from '../../../compiler-ext/solc.ts'
import { contractOf, errorsOf, PREAMBLE } from '../setup.ts'
import { compileTough, int32s, int32Type, openWorld, readSource, twoOptimizers, type World } from './world.ts'

const FILE = 'Names.sol'
const NAME = 'C$_1'

describe.each(twoOptimizers)('names: %o', (optimizer) => {
  let world: World
  beforeAll(async () => {
    world = await openWorld(FILE, { optimizer })
  }, 120_000)

  it('12: hostile strings and $ names', async () => {
    const contract = await world.open(NAME)
    const [x, y] = [int32s(1, 2), int32s(30, -40)]
    expect(await contract.value('$_1', x, y)).toBe(int32s(31, -38))
    const text = '} /* é " // @ast-id 1 \n object "C$_1" { \' \\'
    const tag = '/// @custom:evm-opcode NO\n/** @custom:evm-opcode NO */'
    expect(await contract.value('$$$', x)).toEqual([int32Type(2), tag, text, '0xae28ae29ae28'])
    const errors = new Interface(['error Verbatim$(string verbatim_2i_1o)'])
    const data = errors.encodeErrorResult('Verbatim$', ['\\"} } function fun_$_7_12() { "/*"'])
    expect(await contract.call('fails', x)).toEqual({ error: 'revert', data })
    expect(contractOf(world.output, NAME, FILE).tensorInstructions).toMatchObject({ TADD: expect.any(Number) })
  })
})

describe('12: hostile strings and $ names:', () => {
  const marked = `${PREAMBLE}
    /// @custom:evm-opcode TTYPE
    function kind(uint256 a) pure returns (uint256 r) { r = a; }
    contract C {
      uint256 immutable x = kind(gasleft());
      function f(uint256 a) external view returns (uint256) { return kind(a) + x; }
    }`
  const metadata = { appendCBOR: false }
  const optimizer = { enabled: true }
  const outputs = ['evm.bytecode', 'evm.deployedBytecode', 'evm.assembly']
  const compileAs = (file: string) =>
    compile({
      language: 'Solidity',
      sources: { [file]: { content: marked } },
      settings: { metadata, optimizer, outputSelection: { [file]: { '*': outputs } } },
    })

  let plain: ContractOutput
  beforeAll(() => {
    plain = contractOf(compileAs('A.sol'), 'C')
  })

  it.each([
    ['quotes', 'a "quoted" \'é\'.sol'],
    ['a backslash', 'back\\slash\\".sol'],
    ['Yul', '*/ object "x" { code { } } /*.sol'],
    ['an AST id', '@ast-id 1'],
    ['a source id', '/// @use-src 0:"x"'],
    ['a position', '@src 0:1:2'],
    ['line ends', 'new\nline\r.sol'],
    ['a line separator', 'a\u2028b\u0085.sol'],
    ['nothing', ''],
    ['a wildcard', '*'],
    ['colons', 'a:b:C.sol'],
    ['a NUL', '\0.sol'],
    ['astral characters', '😀.sol'],
    ['the name of the Yul source', 'tsolc.yul'],
    ['a name of every object', 'constructor'],
    ['the name of the prototype', '__proto__'],
  ])('a file name with %s changes no code', (_, file) => {
    const output = compileAs(file)
    expect(errorsOf(output)).toEqual([])
    const contract = contractOf(output, 'C', file)
    expect(contract.tensorInstructions).toEqual({ TTYPE: 2 })
    expect(contract.evm?.bytecode).toEqual(plain.evm?.bytecode)
    expect(contract.evm?.deployedBytecode).toEqual(plain.evm?.deployedBytecode)
    // As solc prints names in assembly: escaped as in JSON.
    expect(contract.evm?.assembly).toContain(`/* ${JSON.stringify(file)}:`)
  })

  it.each(['toString', 'valueOf', 'hasOwnProperty', '__proto__', '$', 'Object'])('a contract %s', (name) => {
    const text = marked.replace('contract C', `contract ${name}`)
    const selected = ['abi', 'evm.bytecode', 'evm.deployedBytecode']
    const output = compileTough('A.sol', { metadata, optimizer, outputSelection: { 'A.sol': { '*': selected } } }, text)
    expect(errorsOf(output)).toEqual([])
    const contract = contractOf(output, name)
    expect(contract.evm?.bytecode?.object).toBe(plain.evm?.bytecode?.object)
    expect(Object.keys(contract).sort()).toEqual(['abi', 'evm', 'tensorInstructions'])
  })

  it('strings that hold a tag leave a contract to solc', () => {
    const text = readSource(FILE)
    const strings =
      text.match(/(?:unicode)?(["'])(?:\\.|(?!\1)[^\\\n])*\1/g)?.filter((s) => !/Ops|ticks|"x"/.test(s)) ?? []
    expect(strings.length).toBeGreaterThan(5)
    const functions = strings.map((s, i) => `function f${i}() external pure returns (string memory) { return ${s}; }`)
    const input = {
      language: 'Solidity',
      sources: { 'A.sol': { content: `${PREAMBLE}contract C { ${functions.join('\n')} }` } },
      settings: { optimizer, outputSelection: { '*': { '*': ['*'], '': ['*'] } } },
    }
    const output = compile(input)
    expect(errorsOf(output)).toEqual([])
    expect(output).toEqual(openSolc().run(input))
  })
})
