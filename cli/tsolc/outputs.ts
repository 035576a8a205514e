import { disassemble, formatDisassembly } from '../../compiler-ext/disassemble.ts'
import type { Bytecode, ContractOutput } from '../../compiler-ext/index.ts'
import { printJson, withoutNulls } from './json.ts'
import { placeholderHint } from './libraries.ts'
import type { Output } from './requests.ts'
import { formatSignatures } from './signatures.ts'

/** An output that each contract has: where it is in standard JSON, and how solc shows it. */
export type Component = {
  readonly output: Output | 'gas'
  /** Names in an output selection. */
  readonly selection: readonly string[]
  /** Heading at the terminal; the text has its own where there is none. */
  readonly title?: string
  /** What the name of its file ends in; it has no file where there is none. */
  readonly suffix?: string
  /** Whether the compiler gives it for contracts without tensor instructions only. */
  readonly plainOnly?: boolean
  /** Its text; undefined for a contract without code, where there is nothing to show. */
  text(contract: ContractOutput, indent: number | undefined): string | undefined
}

/** Code in hex, and below it what its placeholders stand for. */
function linkable({ object = '', linkReferences = {} }: Partial<Bytecode> = {}): string {
  const references = Object.entries(linkReferences).flatMap(([file, libraries]) =>
    Object.entries(libraries).flatMap(([name, places]) =>
      places.map(({ start }) => ({ start, name: `${file}:${name}` })),
    ),
  )
  const hints = references.sort((a, b) => a.start - b.start).map(({ name }) => `\n${placeholderHint(name)}`)
  return hints.length === 0 ? object : `${object}\n${hints.join('')}`
}

type Estimates = {
  readonly creation?: { readonly executionCost: string; readonly codeDepositCost: string; readonly totalCost: string }
  readonly external?: Readonly<Record<string, string>>
  readonly internal?: Readonly<Record<string, string>>
}

function gasText(contract: ContractOutput): string {
  const { creation, external, internal } = (contract.evm?.gasEstimates ?? {}) as Estimates
  const lines: string[] = []
  if (creation)
    lines.push('construction:', `   ${creation.executionCost} + ${creation.codeDepositCost} = ${creation.totalCost}`)
  const list = (costs: Readonly<Record<string, string>>) =>
    Object.entries(costs)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, cost]) => `   ${name === '' ? 'fallback' : name}:\t${cost}`)
  if (external) lines.push('external:', ...list(external))
  if (internal) lines.push('internal:', ...list(internal))
  return lines.join('\n')
}

const json = (value: unknown, indent: number | undefined) =>
  value === undefined ? undefined : printJson(withoutNulls(value), indent)

/** An output of a contract by its name in standard JSON, as JSON. */
const jsonOf = (name: string) => (contract: ContractOutput, indent: number | undefined) => json(contract[name], indent)

/** Deployed code with mnemonics; places of libraries as zeros. */
function disassembly({ evm }: ContractOutput): string | undefined {
  const object = evm?.deployedBytecode?.object
  if (!object) return undefined
  return formatDisassembly(disassemble(object.replace(/__\$[0-9a-f]{34}\$__/g, '0'.repeat(40)))).trimEnd()
}

/** The outputs of a contract, in the order in which solc shows them, and then those that solc does not have. */
export const components: readonly Component[] = [
  {
    output: 'asm',
    selection: ['evm.assembly'],
    title: 'EVM assembly:',
    suffix: '.evm',
    text: ({ evm }) => evm?.assembly ?? '',
  },
  {
    output: 'asm-json',
    selection: ['evm.legacyAssembly'],
    title: 'EVM assembly:',
    suffix: '_evm.json',
    plainOnly: true,
    text: ({ evm }, indent) => printJson(evm?.legacyAssembly ?? null, indent),
  },
  { output: 'gas', selection: ['evm.gasEstimates'], title: 'Gas estimation:', text: gasText },
  {
    output: 'opcodes',
    selection: ['evm.bytecode.opcodes'],
    title: 'Opcodes:',
    suffix: '.opcode',
    text: ({ evm }) => evm?.bytecode?.opcodes ?? '',
  },
  {
    output: 'bin',
    selection: ['evm.bytecode.object', 'evm.bytecode.linkReferences'],
    title: 'Binary:',
    suffix: '.bin',
    text: ({ evm }) => linkable(evm?.bytecode),
  },
  {
    output: 'bin-runtime',
    selection: ['evm.deployedBytecode.object', 'evm.deployedBytecode.linkReferences'],
    title: 'Binary of the runtime part:',
    suffix: '.bin-runtime',
    text: ({ evm }) => linkable(evm?.deployedBytecode),
  },
  { output: 'ir', selection: ['ir'], title: 'IR:', suffix: '.yul', text: ({ ir }) => ir ?? '' },
  {
    output: 'ir-ast-json',
    selection: ['irAst'],
    title: 'IR AST:',
    suffix: '_yul_ast.json',
    plainOnly: true,
    text: ({ irAst }, indent) => printJson(irAst ?? null, indent),
  },
  {
    output: 'ir-optimized',
    selection: ['irOptimized'],
    title: 'Optimized IR:',
    suffix: '_opt.yul',
    text: ({ irOptimized }) => irOptimized ?? '',
  },
  {
    output: 'ir-optimized-ast-json',
    selection: ['irOptimizedAst'],
    title: 'Optimized IR AST:',
    suffix: '_opt_yul_ast.json',
    plainOnly: true,
    text: ({ irOptimizedAst }, indent) => printJson(irOptimizedAst ?? null, indent),
  },
  {
    output: 'yul-cfg-json',
    selection: ['yulCFGJson'],
    title: 'Yul Control Flow Graph:',
    suffix: '_yul_cfg.json',
    plainOnly: true,
    text: ({ yulCFGJson }, indent) => printJson(yulCFGJson ?? null, indent),
  },
  { output: 'hashes', selection: ['evm.methodIdentifiers', 'abi'], suffix: '.signatures', text: formatSignatures },
  {
    output: 'metadata',
    selection: ['metadata'],
    title: 'Metadata:',
    suffix: '_meta.json',
    text: ({ metadata }) => metadata ?? '',
  },
  { output: 'abi', selection: ['abi'], title: 'Contract JSON ABI', suffix: '.abi', text: jsonOf('abi') },
  {
    output: 'storage-layout',
    selection: ['storageLayout'],
    title: 'Contract Storage Layout:',
    suffix: '_storage.json',
    text: jsonOf('storageLayout'),
  },
  {
    output: 'transient-storage-layout',
    selection: ['transientStorageLayout'],
    title: 'Contract Transient Storage Layout:',
    suffix: '_transient_storage.json',
    text: jsonOf('transientStorageLayout'),
  },
  {
    output: 'devdoc',
    selection: ['devdoc'],
    title: 'Developer Documentation',
    suffix: '.docdev',
    text: jsonOf('devdoc'),
  },
  {
    output: 'userdoc',
    selection: ['userdoc'],
    title: 'User Documentation',
    suffix: '.docuser',
    text: jsonOf('userdoc'),
  },
  {
    output: 'emit-yul',
    selection: ['ir'],
    title: 'Yul with tensor instructions:',
    suffix: '_tensor.yul',
    text: ({ ir }) => ir || undefined,
  },
  {
    output: 'disasm',
    selection: ['evm.deployedBytecode.object'],
    title: 'Disassembly of the runtime part:',
    suffix: '.disasm',
    text: disassembly,
  },
]
