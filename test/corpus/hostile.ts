import { branches, largeMetadata, project } from './generated.ts'
import { readContract } from './packages.ts'
import { everything, type Unit } from './unit.ts'

const read = (name: string) => readContract(`hostile/${name}.sol`)

/** A unit of contract files by the names under which they are compiled. */
function unit(name: string, files: Readonly<Record<string, string>>, rest: Partial<Unit> = {}): Unit {
  const sources = Object.entries(files).map(([file, contract]) => [file, read(contract)] as const)
  return { name: `hostile ${name}`, origin: 'hostile', sources: Object.fromEntries(sources), ...rest }
}

const single = (name: string, rest?: Partial<Unit>) => unit(name, { [`${name}.sol`]: name }, rest)

const library = (digit: string) => `0x${digit.repeat(40)}`

/** Settings and selections other than the optimizer's that bear on what comes out. */
const variants: readonly [name: string, rest: Partial<Unit>][] = [
  ['without CBOR', { settings: { metadata: { appendCBOR: false, bytecodeHash: 'none' } } }],
  ['without a hash', { settings: { metadata: { bytecodeHash: 'none' } } }],
  ['Swarm hash', { settings: { metadata: { bytecodeHash: 'bzzr1', useLiteralContent: true } } }],
  ['no revert strings', { settings: { debug: { revertStrings: 'strip' } } }],
  ['debug revert strings', { settings: { debug: { revertStrings: 'debug' } } }],
  ['no debug information', { bypassesYul: true, settings: { debug: { debugInfo: [] } } }],
  ['snippets alone', { mayFail: true, settings: { debug: { debugInfo: ['snippet'] } }, outputs: everything(true) }],
  ['locations alone', { bypassesYul: true, settings: { debug: { debugInfo: ['location'] } } }],
  ['all debug information', { settings: { debug: { debugInfo: ['*'] }, experimental: true } }],
  ['no Yul optimizer', { settings: { optimizer: { enabled: true, details: { yul: false } } } }],
  [
    'own sequence',
    {
      settings: {
        optimizer: {
          enabled: true,
          runs: 7,
          details: {
            cse: false,
            constantOptimizer: true,
            yul: true,
            yulDetails: { optimizerSteps: 'dhfoDgvulfnTUtnIf:fDn' },
          },
        },
      },
    },
  ],
  ['Yul optimizer alone', { settings: { optimizer: { details: { peephole: false, yul: true } } } }],
  [
    'no stack allocation',
    { settings: { optimizer: { enabled: true, details: { yulDetails: { stackAllocation: false } } } } },
  ],
  ['SSA code generator', { bypassesYul: true, settings: { experimental: true, viaSSACFG: true } }],
  ['London', { settings: { evmVersion: 'london' } }],
  ['Osaka', { settings: { evmVersion: 'osaka' } }],
  ['remapped', { settings: { remappings: ['x:y/=z/', 'w=v'] } }],
  ['no outputs', { outputs: {} }],
  ['code alone', { outputs: { '*': { '*': ['evm.deployedBytecode.object', 'evm.bytecode.sourceMap'] } } }],
  ['one contract', { outputs: { 'Operators.sol': { Calculator: ['abi', 'evm.gasEstimates'] }, '*': { '': ['ast'] } } }],
  ['no code', { outputs: { '*': { '*': ['abi', 'storageLayout', 'evm.methodIdentifiers', 'userdoc'] } } }],
  [
    'experimental outputs',
    {
      settings: { experimental: true },
      outputs: { '*': { '*': ['*', 'irAst', 'irOptimizedAst', 'yulCFGJson'], '': ['ast'] } },
    },
  ],
  [
    'ethdebug',
    {
      mayFail: true,
      settings: { experimental: true, optimizer: { enabled: false }, debug: { debugInfo: ['ethdebug', 'location'] } },
      outputs: { '*': { '*': ['ir', 'evm.bytecode.ethdebug', 'evm.deployedBytecode.ethdebug'] } },
    },
  ],
  ['parsing alone', { settings: { stopAfter: 'parsing' }, outputs: { '*': { '': ['ast'] } } }],
]

/** Contracts that try what a rewriter of IR may get wrong. */
export function hostileUnits(): readonly Unit[] {
  return [
    ...['Assembly', 'Creation', 'Dollar', 'Encoding', 'Failures', 'Immutables', 'Operators'].map((name) =>
      single(name),
    ),
    ...['Pointers', 'Transient'].map((name) => single(name)),
    single('Locals', { mayFail: true }),
    single('Unfinished', { mayFail: true }),
    single('MemorySize', { mayFail: true, bypassesYul: true }),
    unit('Libraries, linked late', { 'Libraries.sol': 'Libraries' }),
    unit(
      'Libraries, linked early',
      { 'Libraries.sol': 'Libraries' },
      { settings: { libraries: { 'Libraries.sol': { Early: library('1'), $Late$: library('a') } } } },
    ),
    unit('Same names', { 'Same.sol': 'Same', 'other/Same.sol': 'OtherSame' }),
    unit('Strings', {
      'Strings.sol': 'Strings',
      'dir with space/it\'s "quoted".sol': 'Dollar',
      'C:\\odd\\*/ path.sol': 'Odd',
      'café/наука.sol': 'Cafe',
    }),
    { name: 'hostile Branches', origin: 'hostile', sources: branches(48) },
    { name: 'hostile Project', origin: 'hostile', sources: project(20) },
    {
      name: 'hostile Large metadata',
      origin: 'hostile',
      sources: largeMetadata(300_000),
      settings: { metadata: { useLiteralContent: true } },
    },
    ...variants.map(([name, rest]) =>
      unit(`Operators, ${name}`, { 'Operators.sol': 'Operators' }, { ...rest, isVariant: true }),
    ),
  ]
}
