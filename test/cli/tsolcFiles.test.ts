import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { id } from 'ethers'
import { describe, expect, it } from 'vitest'
import { openSolc } from '../../compiler-ext/solc.ts'
import type { ContractOutput, Settings } from '../../compiler-ext/standardJson.ts'
import { IMPORT, PREAMBLE } from '../compiler-ext/setup.ts'
import { createFolder } from './tsolcHost.ts'

const LIBRARY = `${PREAMBLE}library L { function twice(uint256 x) external pure returns (uint256) { return 2 * x; } }\n`
const CALLER = `${PREAMBLE}import "./L.sol";
contract A { function f() external pure returns (uint256) { require(L.twice(1) == 2, "no"); return 3; } }
`
const SOURCE = `${PREAMBLE}import "./L.sol";
/// @title Émile
contract A {
  struct Pair { uint8 x; uint8 y; }
  uint256 public value;
  uint256 transient current;
  event Changed(uint256 indexed to, Pair[] pairs);
  event Hidden(uint256 x) anonymous;
  error Refused(Pair pair, string reason);
  function set(Pair calldata pair, uint256 x) external {
    if (x == 0) revert Refused(pair, "zero");
    value = L.twice(x);
    emit Changed(x, new Pair[](2));
  }
}
interface I { function f() external; }
`
const files = { 'A.sol': SOURCE, 'L.sol': LIBRARY }

/** What solc itself says of files. */
function withSolc(
  settings: Settings,
  outputs: readonly string[] = ['*'],
  texts = files,
): Record<string, ContractOutput> {
  const sources = Object.fromEntries(Object.entries(texts).map(([name, content]) => [name, { content }]))
  const output = openSolc().run({
    language: 'Solidity',
    sources,
    settings: { ...settings, outputSelection: { '*': { '*': outputs, '': ['ast'] } } },
  })
  return Object.assign({}, ...Object.values(output.contracts ?? {})) as Record<string, ContractOutput>
}

const bytecodeOf = (contract: ContractOutput | undefined) => contract?.evm?.bytecode?.object

const LIBRARY_ADDRESS = `0x${'12'.repeat(20)}`

describe('outputs of files', () => {
  it('are those of solc, with its headings, in its order', async () => {
    const flags = [
      ...['--userdoc', '--devdoc', '--storage-layout', '--transient-storage-layout', '--abi'],
      '--metadata',
    ]
    const code = ['--asm', '--gas', '--opcodes', '--bin', '--bin-runtime', '--ir', '--ir-optimized', '--hashes']
    const { run } = createFolder(files)
    const { status, stdout, stderr } = await run(['A.sol', ...flags, ...code, '--optimize', '--optimize-runs', '7'])
    expect([status, stderr]).toEqual([0, ''])
    const { A } = withSolc({ optimizer: { enabled: true, runs: 7 } }, ['*', 'ir', 'irOptimized'])
    const { evm } = A ?? {}
    const gas = evm?.gasEstimates as { creation: Record<string, string>; external: Record<string, string> }
    const placeholder = /__(\$[0-9a-f]{34}\$)__/.exec(evm?.bytecode?.object ?? '')?.[1]
    const hint = `\n\n// ${placeholder} -> L.sol:L\n`
    const { executionCost, codeDepositCost, totalCost } = gas.creation
    // JSON.stringify keeps the order of solc; what is not ASCII it does not escape as solc does.
    const [error, event] = ['Refused((uint8,uint8),string)', 'Changed(uint256,(uint8,uint8)[])'] as const
    const json = (value: unknown) => JSON.stringify(value).replaceAll('É', '\\u00c9')
    const expected = [
      '\n======= A.sol:A =======\n',
      `EVM assembly:\n${evm?.assembly}\n`,
      `Gas estimation:\nconstruction:\n   ${executionCost} + ${codeDepositCost} = ${totalCost}\nexternal:\n`,
      `   set((uint8,uint8),uint256):\tinfinite\n   value():\t${gas.external['value()']}\n`,
      `Opcodes:\n${evm?.bytecode?.opcodes}\n`,
      `Binary:\n${evm?.bytecode?.object}${hint}`,
      `Binary of the runtime part:\n${evm?.deployedBytecode?.object}${hint}`,
      `IR:\n${A?.ir}\n`,
      `Optimized IR:\n${A?.irOptimized}\n`,
      'Function signatures:\n',
      ...Object.entries(evm?.methodIdentifiers ?? {}).map(([name, selector]) => `${selector}: ${name}\n`),
      `\nError signatures:\n${id(error).slice(2, 10)}: ${error}\n`,
      `\nEvent signatures:\n${id(event).slice(2)}: ${event}\n`,
      `Metadata:\n${A?.metadata}\n`,
      `Contract JSON ABI\n${json(A?.abi)}\n`,
      `Contract Storage Layout:\n${json(A?.storageLayout)}\n`,
      `Contract Transient Storage Layout:\n${json(A?.transientStorageLayout)}\n`,
      `Developer Documentation\n${json(A?.devdoc)}\n`,
      `User Documentation\n${json(A?.userdoc)}\n`,
    ].join('')
    expect(stdout.slice(0, expected.length)).toBe(expected)
  })
  it("are solc's for the options of the optimizer, the pipeline, metadata and the rest", async () => {
    const combinations: readonly (readonly [words: string, settings: Settings])[] = [
      ['', { optimizer: { enabled: false } }],
      [
        '--optimize --optimize-runs 9 --evm-version cancun',
        { optimizer: { enabled: true, runs: 9 }, evmVersion: 'cancun' },
      ],
      ['--via-ir --optimize', { viaIR: true, optimizer: { enabled: true } }],
      ['--optimize-yul', { optimizer: { enabled: false, details: { yul: true } } }],
      ['--optimize --no-optimize-yul', { optimizer: { enabled: true, details: { yul: false } } }],
      [
        '--via-ir --optimize --yul-optimizations dhfo:u',
        { viaIR: true, optimizer: { enabled: true, details: { yulDetails: { optimizerSteps: 'dhfo:u' } } } },
      ],
      ['--metadata-hash none', { metadata: { bytecodeHash: 'none' } }],
      ['--metadata-hash swarm', { metadata: { bytecodeHash: 'bzzr1' } }],
      ['--no-cbor-metadata', { metadata: { appendCBOR: false } }],
      ['--metadata-literal', { metadata: { useLiteralContent: true } }],
      ['--revert-strings strip', { debug: { revertStrings: 'strip' } }],
      ['--revert-strings debug --debug-info none', { debug: { revertStrings: 'debug', debugInfo: [] } }],
      [`--libraries L.sol:L=${LIBRARY_ADDRESS}`, { libraries: { 'L.sol': { L: LIBRARY_ADDRESS } } }],
    ]
    const small = { 'A.sol': CALLER, 'L.sol': LIBRARY }
    const { run } = createFolder(small)
    for (const [words, settings] of combinations) {
      const options = words.split(' ').filter((word) => word !== '')
      const { stdout } = await run(['A.sol', '--combined-json', 'bin,metadata', ...options])
      const { A } = withSolc(settings, ['evm.bytecode.object', 'metadata'], small)
      const combined = JSON.parse(stdout).contracts['A.sol:A']
      expect(combined, words).toEqual({ bin: bytecodeOf(A), metadata: A?.metadata })
    }
  })

  it('go to files with the names of solc', async () => {
    const folder = createFolder({ ...files, 'sub/A.sol': `${PREAMBLE}contract A {}` })
    const options = [
      ...['--bin', '--bin-runtime', '--abi', '--asm', '--opcodes', '--metadata', '--hashes'],
      '--ir-optimized',
    ]
    const more = [
      '--ir',
      '--storage-layout',
      '--transient-storage-layout',
      '--devdoc',
      '--userdoc',
      '--ast-compact-json',
    ]
    const { stdout, stderr, status } = await folder.run([
      'A.sol',
      ...options,
      ...more,
      '-o',
      'out/deep',
      '--combined-json',
      'abi',
    ])
    expect({ stdout, stderr, status }).toEqual({
      stdout: 'Compiler run successful. Artifact(s) can be found in directory "out/deep".\n',
      stderr: '',
      status: 0,
    })
    const suffixes = ['.abi', '.bin', '.bin-runtime', '.docdev', '.docuser', '.evm', '.opcode', '.signatures', '.yul']
    const longer = ['_meta.json', '_opt.yul', '_storage.json', '_transient_storage.json']
    const names = ['A', 'I', 'L'].flatMap((name) => [...suffixes, ...longer].map((suffix) => name + suffix))
    const sources = ['A.sol_json.ast', 'L.sol_json.ast', 'combined.json']
    expect(readdirSync(join(folder.path, 'out/deep')).sort()).toEqual([...names, ...sources].sort())
    const { L } = withSolc({}, ['evm.bytecode.object', 'abi'])
    expect(readFileSync(join(folder.path, 'out/deep/L.bin'), 'utf8')).toBe(bytecodeOf(L))
    expect(readFileSync(join(folder.path, 'out/deep/L.abi'), 'utf8')).toBe(JSON.stringify(L?.abi))

    expect(await folder.run(['A.sol', '--bin', '-oout/deep'])).toEqual({
      stdout: '',
      stderr: 'Error: Refusing to overwrite existing file "out/deep/A.bin" (use --overwrite to force).\n',
      status: 1,
    })
    const again = await folder.run(['A.sol', 'sub/A.sol', '--bin', '--output-dir=out/deep', '--overwrite'])
    expect(again.status).toBe(0)
    // Contracts of the same name go by their files.
    expect(readdirSync(join(folder.path, 'out/deep'))).toEqual(
      expect.arrayContaining(['A_sol_A.bin', 'sub_A_sol_A.bin', 'I.bin']),
    )
    expect(await folder.run(['A.sol', '--bin', '-o', 'A.sol'])).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/^Error: Could not write to file "A.sol\/A.bin"\.\n$/),
    })
  })

  it('are one document with --combined-json', async () => {
    const { run } = createFolder(files)
    const parts = [
      'abi',
      'asm',
      'bin',
      'bin-runtime',
      'devdoc',
      'function-debug',
      'generated-sources',
      'hashes',
      'opcodes',
    ]
    const requested = [...parts, 'srcmap', 'srcmap-runtime', 'storage-layout', 'userdoc', 'ast'].join(',')
    const { stdout } = await run(['A.sol', '--combined-json', requested, '--json-indent', '1'])
    const { contracts, sources, sourceList, version } = JSON.parse(stdout)
    expect(stdout.startsWith('{\n "contracts": {\n  "A.sol:A": {\n   "abi": [\n')).toBe(true)
    expect(Object.keys(contracts)).toEqual(['A.sol:A', 'A.sol:I', 'L.sol:L'])
    expect(sourceList).toEqual(['A.sol', 'L.sol'])
    expect(sources['L.sol']).toMatchObject({ id: 1, AST: { nodeType: 'SourceUnit', absolutePath: 'L.sol' } })
    expect(version).toMatch(/^0\.8\.\d+\+commit\./)
    const { L } = withSolc({})
    expect(contracts['L.sol:L']).toEqual({
      abi: L?.abi,
      asm: L?.evm?.legacyAssembly,
      bin: bytecodeOf(L),
      'bin-runtime': L?.evm?.deployedBytecode?.object,
      devdoc: L?.devdoc,
      'function-debug': L?.evm?.bytecode?.functionDebugData,
      'generated-sources': L?.evm?.bytecode?.generatedSources,
      hashes: L?.evm?.methodIdentifiers,
      opcodes: L?.evm?.bytecode?.opcodes,
      srcmap: L?.evm?.bytecode?.sourceMap,
      'srcmap-runtime': L?.evm?.deployedBytecode?.sourceMap,
      // solc leaves members out that are null, here the types.
      'storage-layout': { storage: [] },
      userdoc: L?.userdoc,
    })
  })

  it('begin without the name of the contract when only the IR is asked for', async () => {
    const { run } = createFolder({ 'C.sol': `${PREAMBLE}contract C {}` })
    expect((await run(['C.sol', '--ir'])).stdout.startsWith('IR:\n')).toBe(true)
  })

  it('are none when none is asked for', async () => {
    const { run } = createFolder({ ...files, 'Bad.sol': `${PREAMBLE}contract C { uint x = y; }` })
    const nothing = 'Compiler run successful. No output generated.\n'
    expect(await run(['A.sol'])).toEqual({ status: 0, stdout: nothing, stderr: '' })
    const empty = await run(['-'], { input: PREAMBLE })
    expect(empty.stdout).toBe('Compiler run successful. No contracts to compile.\n')
    const bad = await run(['Bad.sol', 'A.sol', '--bin', '-o', 'out'])
    expect(bad).toMatchObject({ status: 1, stdout: '' })
    expect(bad.stderr.startsWith('Error: Undeclared identifier.\n --> Bad.sol:3:')).toBe(true)
  })

  it('are the tree of each source with --ast-compact-json, also after parsing alone', async () => {
    const { run } = createFolder({ 'C.sol': `${PREAMBLE}import "./None.sol";\ncontract C {}` })
    const { stdout, status } = await run(['C.sol', '--ast-compact-json', '--stop-after', 'parsing'])
    expect(status).toBe(0)
    const heading = 'JSON AST (compact format):\n\n\n======= C.sol =======\n'
    expect(stdout.startsWith(heading)).toBe(true)
    expect(JSON.parse(stdout.slice(heading.length))).toMatchObject({ nodeType: 'SourceUnit', absolutePath: 'C.sol' })
  })
})

describe('contracts with tensor instructions', () => {
  const source = `${PREAMBLE}${IMPORT}contract M {
    function f() external view returns (uint256) { return TensorInstructions.tspace(); }
  }
  contract P {}
  interface I {}`

  it('have their Yul and a disassembly', async () => {
    const { run } = createFolder({ 'M.sol': source })
    const { stdout, stderr } = await run(['M.sol', '--emit-yul', '--disasm', '--asm-json'])
    expect(stderr).toBe('Warning: M.sol:M has tensor instructions, for which there is no --asm-json.\n')
    const [, interfaceText = '', tensorText = '', plainText = ''] = stdout.split(/^======= M\.sol:[IMP] =======$/m)
    expect(interfaceText.trim()).toBe('EVM assembly:\nnull')
    expect(tensorText).toMatch(/Yul with tensor instructions:\n[\s\S]*:= verbatim_0i_1o\(hex"ae[0-9a-f]{2}"\)/)
    expect(tensorText).toMatch(
      /Disassembly of the runtime part:\n0000 {2}60 {8}PUSH1 0x80[\s\S]*\n[0-9a-f]+ {2}ae[0-9a-f]{2} +TSPACE\n/,
    )
    expect(plainText).not.toMatch(/verbatim|TSPACE/)
    expect(plainText).toMatch(/EVM assembly:\n\{"\.code":/)
  })

  it('are checked, with nothing to show for it but an exit code', async () => {
    const marked = (tag: string) =>
      `${PREAMBLE}contract C {\n  /// @custom:evm-opcode ${tag}\n  function g() private pure returns (uint256) {}\n` +
      '  function f() external pure returns (uint256) { return g(); }\n}'
    const { run } = createFolder({ 'M.sol': source, 'Bad.sol': marked('TNOTHING') })
    expect(await run(['M.sol', '--check'])).toEqual({ status: 0, stdout: '', stderr: '' })
    const { status, stdout, stderr } = await run(['Bad.sol', '--check'])
    expect([status, stdout]).toEqual([1, ''])
    expect(stderr).toMatch(/^Error: ML004: [^\n]*\n --> Bad\.sol:\d+:\d+:\n/)
  })
})
