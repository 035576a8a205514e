import { describe, expect, it } from 'vitest'
import { type Bytecode, compile, disassemble } from '../../../compiler-ext/index.ts'
import { openSolc } from '../../../compiler-ext/solc.ts'
import { contractOf, errorsOf, PREAMBLE } from '../setup.ts'
import { compileOnBothPaths } from '../yulPath.ts'
import { twoOptimizers } from './world.ts'

const COUNT = 20
const TOP = `dir${COUNT - 1}/File${COUNT - 1}.sol`
const LAST = `
library Library { function twice(uint256 x) external pure returns (uint256) { return step${COUNT - 1}(x) * 2; } }
contract Whole is C${COUNT - 1} { function g(uint256 x) external pure returns (uint256) { return step${COUNT - 1}(x); } }
contract Last {
  Whole immutable made = new Whole();
  function h(uint256 x) external returns (uint256) { return made.f${COUNT - 1}(Library.twice(x)); }
}`
/** Instructions of two operands, all different: the optimizer makes one of functions that are equal. */
const mnemonics = ['TADD', 'TSUB', 'MAXIMUM', 'MINIMUM', 'TABLE', 'CLAMP', 'ARGMAX', 'RESHAPE', 'GATHER', 'TILE']

/**
 * Twenty files, each importing two before it, with characters of several bytes in front of the code. In every second a
 * function is an instruction, if wanted.
 */
function twentyFiles(marked: boolean): Record<string, { content: string }> {
  const files = Array.from({ length: COUNT }, (_, i) => {
    const before = [...new Set([i - 1, Math.floor(i / 2)])].filter((j) => j >= 0 && j < i)
    const imports = before.map((j) => `import "../dir${j}/File${j}.sol";`)
    const tag = marked && i % 2 === 1 ? `/// @custom:evm-opcode ${mnemonics[(i - 1) / 2]}` : ''
    const base = i === 0 ? '' : ` is C${i - 1}`
    const content = `${PREAMBLE}${imports.join('\n')}
// ${'é→😀'.repeat(i)}
error E${i}(uint256 x);
${tag}
function op${i}(uint256 x, uint256 y) pure returns (uint256 r) { r = x ^ y; }
function step${i}(uint256 x) pure returns (uint256 r) {
  unchecked { r = op${i}(x * ${i + 3}, x) + ${i === 0 ? 1 : `step${i - 1}(x ^ ${i})`}; }
  if (r == ${i}) revert E${i}(x);
}
abstract contract C${i}${base} {
  uint256 internal immutable i${i} = ${i};
  uint256 internal s${i};
  modifier m${i}() { s${i} = i${i}; _; }
  function f${i}(uint256 x) public virtual m${i} returns (uint256) { return op${i}(x, x) + s${i}; }
}
${i === COUNT - 1 ? LAST : ''}`
    return [`dir${i}/File${i}.sol`, { content }] as const
  })
  return Object.fromEntries(files)
}

/** Entries of a source map with every field filled in. */
function entriesOf(map: string): string[][] {
  let entry: string[] = ['', '', '', '', '']
  return map.split(';').map((text) => {
    const given = text.split(':')
    entry = entry.map((before, i) => given[i] || before)
    return entry
  })
}

describe.each(twoOptimizers)('17: 20-file source map: %o', (optimizer) => {
  it('equals solc’s on marker-free code forced through Yul', () => {
    const sources = twentyFiles(false)
    const paths = compileOnBothPaths(openSolc(), { language: 'Solidity', sources, settings: { optimizer } })
    expect(paths.map(({ name }) => name).sort()).toEqual(['Last', 'Library', 'Whole'])
    const files = new Set<string | undefined>()
    let entries = 0
    for (const { name, bySolc, throughYul } of paths) {
      for (const kind of ['bytecode', 'deployedBytecode'] as const) {
        const [ours, theirs] = [throughYul.evm?.[kind] as Bytecode, bySolc.evm?.[kind] as Bytecode]
        const [mine, solcs] = [entriesOf(ours.sourceMap as string), entriesOf(theirs.sourceMap as string)]
        expect(mine, `${name} ${kind}`).toEqual(solcs)
        expect(ours.sourceMap).toBe(theirs.sourceMap)
        expect(ours.functionDebugData, `${name} ${kind}`).toEqual(theirs.functionDebugData)
        for (const [, , file] of mine) files.add(file)
        entries += mine.length
      }
      expect(throughYul.evm?.assembly, name).toBe(bySolc.evm?.assembly)
    }
    expect([...files].map(Number).filter((id) => id >= 0)).toHaveLength(COUNT)
    expect(entries).toBeGreaterThan(2000)
  })

  it('has each instruction in its marker, of the file that it is in', () => {
    const sources = twentyFiles(true)
    const outputSelection = { [TOP]: { Whole: ['evm.deployedBytecode'] } }
    const output = compile({ language: 'Solidity', sources, settings: { optimizer, outputSelection } })
    expect(errorsOf(output)).toEqual([])
    const fileOf = new Map(Object.entries(output.sources ?? {}).map(([file, { id }]) => [id, file]))
    const found = new Set<string>()
    const { object = '', sourceMap = '' } = contractOf(output, 'Whole', TOP).evm?.deployedBytecode ?? {}
    const entries = entriesOf(sourceMap)
    for (const [i, { instruction }] of disassemble(object).entries()) {
      if (instruction === undefined) continue
      const [start, length, id] = (entries[i] as string[]).map(Number) as [number, number, number]
      const file = fileOf.get(id) as string
      const text = Buffer.from(sources[file]?.content ?? '')
      expect(text.toString('utf8', start, start + length)).toMatch(/^function op\d+\(.* r = x \^ y; \}$/)
      expect(text.toString('utf8', 0, start)).toMatch(new RegExp(`@custom:evm-opcode ${instruction.mnemonic}\n$`))
      found.add(file)
    }
    expect(found.size).toBe(COUNT / 2)
  })
})
