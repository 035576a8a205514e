import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { compile, type ReadImport, type StandardJsonOutput } from '../../../compiler-ext/index.ts'
import soljson from '../../../compiler-ext/soljson.ts'
import { tsolc } from '../../cli/bins.ts'
import { PREAMBLE } from '../setup.ts'

const FILE = 'A.sol'
const sources: Readonly<Record<string, string>> = {
  'Ops.sol': `${PREAMBLE}
    /// @custom:evm-opcode TTYPE
    function kind(uint256 tensor) pure returns (uint256 word) { word = tensor; }`,
  [FILE]: `${PREAMBLE}import "Ops.sol";
    contract Marked { function f(uint256 x) external pure returns (uint256) { return kind(x); } }
    contract Factory { function make() external returns (address) { return address(new Marked()); } }
    contract Plain { function g(string memory s) external pure returns (string memory) { return string.concat(s, unicode"é"); } }`,
}
const outputs = ['abi', 'metadata', 'evm.bytecode', 'evm.deployedBytecode']
const input = {
  language: 'Solidity',
  sources: { [FILE]: { content: sources[FILE] as string } },
  settings: { optimizer: { enabled: true, runs: 200 }, outputSelection: { [FILE]: { '*': outputs } } },
}
const readImport: ReadImport = (name) =>
  name === 'Ops.sol' ? { contents: sources[name] as string } : { error: 'File not found.' }

describe('20: the same contract through every front end: equal bytes', () => {
  let folder: string
  let expected: StandardJsonOutput
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'tsolc-'))
    for (const [file, text] of Object.entries(sources)) writeFileSync(join(folder, file), text)
    expected = compile(input, { readImport })
    expect(expected.contracts?.[FILE]?.Factory?.tensorInstructions).toEqual({ TTYPE: 1 })
  }, 120_000)
  afterAll(() => rmSync(folder, { recursive: true }))

  it('tsolc --standard-json', () => {
    const { status, stdout, stderr } = tsolc(['--base-path', folder, '--standard-json'], JSON.stringify(input))
    expect([status, stderr]).toEqual([0, ''])
    expect(JSON.parse(stdout)).toEqual(expected)
  })

  it('tsolc --bin --bin-runtime --metadata with files', () => {
    const args = ['--base-path', folder, '--optimize', '--bin', '--bin-runtime', '--metadata', join(folder, FILE)]
    const { status, stdout } = tsolc(args)
    expect(status).toBe(0)
    const parts = stdout.split(/^======= (.*) =======$/m)
    const printed = new Map<string, string>()
    for (let i = 1; i < parts.length; i += 2) printed.set(parts[i] as string, parts[i + 1] as string)
    for (const [name, { evm, metadata }] of Object.entries(expected.contracts?.[FILE] ?? {})) {
      const text = printed.get(`${FILE}:${name}`)
      expect(text, name).toContain(`\nBinary:\n${evm?.bytecode?.object}\n`)
      expect(text, name).toContain(`\nBinary of the runtime part:\n${evm?.deployedBytecode?.object}\n`)
      expect(text, name).toContain(`\nMetadata:\n${metadata}\n`)
    }
  })

  it('the soljson module, as solc-js wraps it', () => {
    type Wrapped = { compile(text: string, callbacks: { import: ReadImport }): string }
    const wrap = createRequire(import.meta.url)('solc/wrapper') as (module: unknown) => Wrapped
    expect(JSON.parse(wrap(soljson).compile(JSON.stringify(input), { import: readImport }))).toEqual(expected)
  })

  it('threads and a cache', () => {
    const cacheDirectory = join(folder, 'cache')
    for (const workers of [1, 2]) expect(compile(input, { readImport, cacheDirectory, workers })).toEqual(expected)
  })
})
