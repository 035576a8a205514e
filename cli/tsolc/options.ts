/** An option of the command. */
export type OptionDeclaration = {
  readonly name: string
  readonly short?: string
  /** What its value is called in the help; without it the option is a flag. */
  readonly value?: string
  readonly repeatable?: boolean
  readonly help: string
}

/** A group of options in the help. Options without a title are accepted and not shown. */
export type OptionSection = { readonly title: string; readonly options: readonly OptionDeclaration[] }

const flag = (name: string, help: string): OptionDeclaration => ({ name, help })
const valued = (name: string, value: string, help: string): OptionDeclaration => ({ name, value, help })

/** Outputs that `--combined-json` takes, in the order of solc. */
export const COMBINED_OUTPUTS = [
  'abi',
  'asm',
  'ast',
  'bin',
  'bin-runtime',
  'devdoc',
  'function-debug',
  'function-debug-runtime',
  'generated-sources',
  'generated-sources-runtime',
  'hashes',
  'metadata',
  'opcodes',
  'srcmap',
  'srcmap-runtime',
  'storage-layout',
  'transient-storage-layout',
  'userdoc',
] as const

export type CombinedOutput = (typeof COMBINED_OUTPUTS)[number]

/** The command's options: those of solc, under their names, and its own. */
export const optionSections: readonly OptionSection[] = [
  {
    title: 'General Information',
    options: [
      flag('help', 'Show this help and exit.'),
      flag('version', 'Show the version and exit.'),
      flag('license', 'Show the licences and exit.'),
    ],
  },
  {
    title: 'Input Options',
    options: [
      valued('base-path', 'path', 'Root of the source tree, instead of the root of the file system.'),
      {
        ...valued('include-path', 'path', 'Another directory to read imports from. Needs --base-path.'),
        repeatable: true,
      },
      valued('allow-paths', 'path(s)', 'Directories that imports may be read from, separated by commas.'),
      flag('ignore-missing', 'Leave out input files that do not exist.'),
      flag('no-import-callback', 'Read no file that is not an input file or in the standard JSON.'),
    ],
  },
  {
    title: 'Output Options',
    options: [
      { ...valued('output-dir', 'path', 'Write one file per output and contract into this directory.'), short: 'o' },
      flag('overwrite', 'Replace files that exist in the output directory.'),
      valued('evm-version', 'version', "EVM version to compile for. solc's newest when left out."),
      flag('via-ir', 'Compile by way of the intermediate representation (IR).'),
      flag('experimental-via-ir', 'Old name of --via-ir.'),
      valued('revert-strings', 'default,strip,debug', 'What becomes of reason strings of revert and require.'),
      valued(
        'debug-info',
        'components',
        'Comments in assembly and Yul: all, none, or some of location, snippet, ast-id.',
      ),
      valued('stop-after', 'stage', 'Stop after this stage. The only one is "parsing".'),
    ],
  },
  {
    title: 'Alternative Input Modes',
    options: [
      flag('standard-json', 'Take and give standard JSON, from a file or the standard input.'),
      flag('link', 'Put the addresses of --libraries into files of hex, in place.'),
      flag('strict-assembly', 'Compile Yul.'),
      flag('import-ast', 'Go on from an AST in compact JSON (experimental).'),
      flag('import-asm-json', 'Go on from EVM assembly in JSON (experimental).'),
    ],
  },
  {
    title: 'Assembly Mode Options',
    options: [valued('machine', 'evm', 'Target machine of Yul.'), valued('yul-dialect', 'evm', 'Dialect of Yul.')],
  },
  {
    title: 'Linker Mode Options',
    options: [
      {
        ...valued('libraries', 'libs', 'Addresses of libraries, or a file of them: <file>:<library>=0x<address> ...'),
        short: 'l',
        repeatable: true,
      },
    ],
  },
  {
    title: 'Output Formatting',
    options: [
      flag('pretty-json', 'Print JSON on many lines.'),
      valued('json-indent', 'N', 'Indent JSON by N spaces, 2 by default. Implies --pretty-json.'),
      flag('color', 'Colour errors.'),
      flag('no-color', 'Do not colour errors, also in a terminal.'),
      flag('error-codes', 'Show the codes of errors and warnings.'),
    ],
  },
  {
    title: 'Output Components',
    options: [
      flag('ast-compact-json', 'AST of all source files in JSON.'),
      flag('asm', 'EVM assembly.'),
      flag('asm-json', 'EVM assembly in JSON.'),
      flag('opcodes', 'Opcodes.'),
      flag('bin', 'Code in hex.'),
      flag('bin-runtime', 'Code of the deployed contract in hex.'),
      flag('abi', 'ABI.'),
      flag('ir', 'Intermediate representation (IR).'),
      flag('ir-ast-json', 'AST of the IR in JSON (experimental).'),
      flag('ir-optimized', 'Optimized IR.'),
      flag('ir-optimized-ast-json', 'AST of the optimized IR in JSON (experimental).'),
      flag('hashes', 'Selectors of functions, errors and events.'),
      flag('userdoc', 'NatSpec for users.'),
      flag('devdoc', 'NatSpec for developers.'),
      flag('metadata', 'Metadata, whose IPFS hash ends the code.'),
      flag('storage-layout', 'Places of state variables in storage.'),
      flag('transient-storage-layout', 'Places of state variables in transient storage.'),
      flag('yul-cfg-json', 'Control flow graph of the Yul in JSON (experimental).'),
    ],
  },
  {
    title: 'Extra Output',
    options: [
      flag('gas', 'Upper bounds of the gas of each function.'),
      valued('combined-json', 'outputs', `One JSON document with some of: ${COMBINED_OUTPUTS.join(', ')}.`),
    ],
  },
  {
    title: 'Metadata Options',
    options: [
      flag('no-cbor-metadata', 'End the code without metadata.'),
      valued('metadata-hash', 'ipfs,none,swarm', 'How to hash the metadata, if at all.'),
      flag('metadata-literal', 'Put the text of the sources into the metadata.'),
    ],
  },
  {
    title: 'Optimizer Options',
    options: [
      flag('optimize', 'Turn the optimizer on.'),
      valued('optimize-runs', 'n', 'How often the code is expected to run, 200 by default.'),
      flag('optimize-yul', 'Turn the optimizer of Yul on alone.'),
      flag('no-optimize-yul', 'Turn the optimizer of Yul off.'),
      valued('yul-optimizations', 'steps', "Steps of the optimizer of Yul, in place of solc's own."),
    ],
  },
  {
    title: 'Model Checker Options',
    options: [
      valued('model-checker-contracts', 'default,<source>:<contract>', 'Contracts to check.'),
      flag('model-checker-div-mod-no-slacks', 'Encode division and modulo by their own operators.'),
      valued('model-checker-engine', 'all,bmc,chc,none', 'Engine; none by default.'),
      valued('model-checker-ext-calls', 'untrusted,trusted', 'Whether the code of external calls is known.'),
      valued('model-checker-invariants', 'default,all,contract,reentrancy', 'Invariants to report.'),
      flag('model-checker-print-query', 'Print queries in SMTLIB2.'),
      flag('model-checker-show-proved-safe', 'Show each target that was proved.'),
      flag('model-checker-show-unproved', 'Show each target that was not proved.'),
      flag('model-checker-show-unsupported', 'Show each part that can not be checked.'),
      valued('model-checker-solvers', 'cvc5,eld,z3,smtlib2', 'Solvers; z3 by default.'),
      valued('model-checker-targets', 'default,all,...', 'What to check.'),
      valued('model-checker-timeout', 'ms', 'Time for each query.'),
      valued('model-checker-bmc-loop-iterations', 'n', 'How often BMC unrolls a loop, 1 by default.'),
    ],
  },
  {
    title: 'Experimental Options',
    options: [flag('experimental', "Allow solc's experimental features. It turns none on by itself.")],
  },
  {
    title: 'Tensor Instructions',
    options: [
      flag('emit-yul', 'Yul of each contract with tensor instructions in place of their markers.'),
      flag('disasm', 'Deployed code with tensor mnemonics, and what their operands say.'),
      flag('check', 'Show all errors and warnings of a whole compilation, and give no output.'),
    ],
  },
  {
    title: 'Compiler',
    options: [
      valued('solc', 'path', 'Another solc to work with: a soljson file or a program, 0.8.29 or later.'),
      valued(
        'workers',
        'n',
        'Threads for the Yul of contracts with tensor instructions; one less than cores by default.',
      ),
      valued(
        'cache-dir',
        'path',
        'Where to keep results (default: $TSOLC_CACHE, or tsolc in $XDG_CACHE_HOME or ~/.cache).',
      ),
      flag('no-cache', 'Keep no results, and use none.'),
    ],
  },
  {
    title: '',
    options: [
      flag('yul', 'Was removed from solc.'),
      flag('assemble', 'Was removed from solc.'),
      flag('lsp', 'Is not offered.'),
    ],
  },
]

/** Every option, also those that the help leaves out. */
export const options: readonly OptionDeclaration[] = optionSections.flatMap((section) => section.options)
