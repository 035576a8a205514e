import { getAddress } from 'ethers'
import { describe, expect, it } from 'vitest'
import { options } from '../../cli/tsolc/options.ts'
import { createFolder } from './tsolcHost.ts'

// The messages are those that solc prints for the same command lines.

const only = (names: string) => `The following options are mutually exclusive: ${names}. Select at most one.`
const address = `0x${'12'.repeat(20)}`

const mistakes: readonly (readonly [words: string, message: string])[] = [
  ['--foo', "unrecognised option '--foo'"],
  ['--allow=test', "unrecognised option '--allow=test'"],
  ['-x', "unrecognised option '-x'"],
  ['--bin=yes A.sol', "option '--bin' does not take any arguments"],
  ['--bin --bin A.sol', "option '--bin' cannot be specified more than once"],
  ['A.sol --base-path', "the required argument for option '--base-path' is missing"],
  ['--base-path --bin A.sol', "the required argument for option '--base-path' is missing"],
  ['--base-path= A.sol', "the argument for option '--base-path' should follow immediately after the equal sign"],
  ['--optimize-runs many A.sol', "the argument ('many') for option '--optimize-runs' is invalid"],
  ['--optimize-runs 4294967296 A.sol', "the argument ('4294967296') for option '--optimize-runs' is invalid"],
  ['--json-indent -1 A.sol', "the required argument for option '--json-indent' is missing"],
  ['--workers 0 A.sol', "the argument ('0') for option '--workers' is invalid"],
  ['--bin', 'No input files given. If you wish to use the standard input please specify "-" explicitly.'],
  ['none.sol', '"none.sol" is not found.'],
  ['.', '"." is not a valid file.'],
  ['A.sol/x', '"A.sol/x" is not found.'],
  ['A.sol =target', 'Invalid remapping: "=target".'],
  ['A.sol context:=target', 'Invalid remapping: "context:=target".'],
  [
    '--help --version',
    only('--help, --license, --version, --standard-json, --link, --strict-assembly, --import-ast, --import-asm-json'),
  ],
  ['--color --no-color A.sol', only('--color, --no-color')],
  ['--stop-after parsing --gas A.sol', only('--stop-after, --gas')],
  ['--stop-after parsing --abi A.sol', only('--stop-after, --abi')],
  ['--no-import-callback --allow-paths . A.sol', only('--no-import-callback, --allow-paths')],
  ['--no-cache --cache-dir . A.sol', only('--no-cache, --cache-dir')],
  ['--stop-after lunch A.sol', 'Valid options for --stop-after are: "parsing".'],
  ['--yul A.sol', 'please use --strict-assembly instead.'],
  ['--lsp', 'Language Server Protocol (LSP) support has been removed from solc.'],
  ['--link --optimize A.sol', 'Option --optimize is only valid in compiler and assembler modes.'],
  [
    '--standard-json --via-ir --metadata-literal',
    'The following options are not supported in the current input mode: --metadata-literal, --via-ir',
  ],
  ['--standard-json --bin', 'The following outputs are not supported in standard JSON mode: --bin.'],
  ['--standard-json --experimental', "Instead, please use the 'settings.experimental' setting"],
  ['--standard-json a.json b.json', 'Too many input files for --standard-json.'],
  ['--standard-json a.json -', 'Too many input files for --standard-json.'],
  ['--standard-json a=b', 'Import remappings are not accepted on the command line in Standard JSON mode.'],
  ['--strict-assembly --abi A.sol', 'The following outputs are not supported in assembler mode: --abi.'],
  ['--strict-assembly -o out A.sol', 'The following options are invalid in assembly mode: --output-dir.'],
  ['--machine evm A.sol', '--yul-dialect and --machine are only valid in assembly mode.'],
  ['--strict-assembly --machine ewasm A.sol', 'Invalid option for --machine: ewasm'],
  ['--combined-json abi,hat A.sol', 'Invalid option to --combined-json: hat'],
  ['--include-path lib A.sol', '--include-path option requires a non-empty base path.'],
  ['--base-path none A.sol', 'Base path does not exist: "'],
  ['--base-path A.sol A.sol', 'Base path is not a directory: "'],
  ['--evm-version dinner A.sol', 'Invalid option for --evm-version: dinner'],
  ['--revert-strings loud A.sol', 'Invalid option for --revert-strings: loud'],
  ['--revert-strings verboseDebug A.sol', 'Only "default", "strip" and "debug" are implemented for --revert-strings'],
  ['--debug-info everything A.sol', 'Invalid value for --debug-info option: everything'],
  ['--debug-info snippet A.sol', "To use 'snippet' with --debug-info you must select also 'location'."],
  ['--metadata-hash md5 A.sol', 'Invalid option for --metadata-hash: md5'],
  [
    '--no-cbor-metadata --metadata-hash ipfs A.sol',
    'Cannot specify a metadata hashing method when --no-cbor-metadata is set.',
  ],
  ['--optimize-yul --no-optimize-yul A.sol', '--optimize-yul and --no-optimize-yul cannot be used together.'],
  ['--yul-optimizations dhfo A.sol', '--yul-optimizations is invalid with a non-empty sequence'],
  ['--optimize --yul-optimizations !! A.sol', 'Invalid optimizer step sequence in --yul-optimizations: '],
  ['--model-checker-engine guess A.sol', 'Invalid option for --model-checker-engine: guess'],
  ['--model-checker-bmc-loop-iterations 2 A.sol', 'BMC loop unrolling requires the BMC engine to be enabled'],
  ['--ir-ast-json A.sol', 'The following options are only available in experimental mode: --ir-ast-json.'],
  ['--libraries L A.sol', 'Equal sign separator missing in library address specifier "L"'],
  [`--libraries L=0x=1 A.sol`, 'Only one equal sign "=" is allowed in the address string "L=0x=1".'],
  ['--libraries L= A.sol', 'Empty address provided for library "L".'],
  ['--libraries L=12 A.sol', 'The address 12 is not prefixed with "0x".'],
  ['--libraries L=0x12 A.sol', 'Invalid length for address for library "L": 2 instead of 40 characters.'],
  [`--libraries L=0x${'0'.repeat(40)} A.sol`, 'Invalid address for library "L"'],
  [`--libraries L=0x${'g'.repeat(40)} A.sol`, 'Invalid hex value for address for library "L"'],
  [`--libraries L=${address},L=${address} A.sol`, 'Address specified more than once for library "L".'],
  [
    '--libraries a=0x80f20564390eAe531E810af625A22f51385Cd222 A.sol',
    `The correct checksum is ${getAddress('0x80f20564390eae531e810af625a22f51385cd222')}`,
  ],
  ['--check --bin A.sol', '--check gives no output: leave out --bin.'],
  ['--check --strict-assembly A.sol', 'Option --check is only valid in compiler mode.'],
  ['--solc none.js A.sol', 'none.js: no such file'],
]

describe('a command line with a mistake', () => {
  it.each(mistakes)('%s', async (words, message) => {
    const folder = createFolder({ 'A.sol': '' })
    const { status, stdout, stderr } = await folder.run(words.split(' '))
    expect(status).toBe(1)
    expect(stdout).toBe('')
    expect(stderr.startsWith('Error: '), stderr).toBe(true)
    expect(stderr).toContain(message)
    expect(stderr.endsWith('\n')).toBe(true)
    expect(stderr).not.toMatch(/^\s+at /m)
  })

  it('is answered in colours only when it asks for them', async () => {
    const { run } = createFolder()
    const red = "\u001b[1m\u001b[31mError\u001b[0m\u001b[1m\u001b[37m: unrecognised option '--foo'\n\u001b[0m"
    expect((await run(['--foo', '--color'], { showsColors: false })).stderr).toBe(red)
    expect((await run(['--foo'], { showsColors: true })).stderr).toBe("Error: unrecognised option '--foo'\n")
  })
})

describe('the help', () => {
  it('names every option that is offered', async () => {
    const { stdout, status } = await createFolder().run(['--help'])
    expect(status).toBe(0)
    const shown = options.filter(({ name }) => !['yul', 'assemble', 'lsp'].includes(name))
    for (const { name } of shown) expect(stdout).toContain(`--${name}`)
    for (const line of stdout.split('\n')) expect(line.length, line).toBeLessThanOrEqual(100)
  })

  it('is shown, with an exit code of 1, to somebody who types nothing', async () => {
    const { run } = createFolder()
    expect(await run([], { isInteractive: true })).toEqual({ ...(await run(['--help'])), status: 1 })
  })
})
