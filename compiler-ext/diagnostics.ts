import { type AstNode, isFunction, locationOf, walkSources } from './ast.ts'
import { createError, type SourceTexts } from './errors.ts'
import type { LoweredContract } from './lower.ts'
import { markerError } from './markers.ts'
import type { ContractOutput, SolcError, StandardJsonOutput } from './standardJson.ts'

/** Declarations and functions by AST id, for errors of the Yul compilation, whose names end in it. */
function nodesById(analysis: StandardJsonOutput): ReadonlyMap<number, { node: AstNode; file: string }> {
  const nodes = new Map<number, { node: AstNode; file: string }>()
  walkSources(analysis, (node, file) => {
    if (node.nodeType === 'VariableDeclaration' || isFunction(node)) nodes.set(node.id, { node, file })
  })
  return nodes
}

/** Errors of the Yul compilation of a contract, in terms of its Solidity as far as names allow. */
export function yulErrors(
  errors: readonly SolcError[],
  contract: LoweredContract,
  analysis: StandardJsonOutput,
  texts: SourceTexts,
): SolcError[] {
  const nodes = nodesById(analysis)
  return errors
    .filter(({ severity }) => severity === 'error')
    .map(({ message }) => {
      const id = /\b(?:var|fun)_[\w$]*?_(\d+)(?:_\w+)?\b/.exec(message)?.[1]
      const found = id === undefined ? undefined : nodes.get(Number(id))
      const text = `${contract.file}:${contract.name}: ${message.replace(/\s*Try compiling with.*$/s, '')}`
      const location = found && locationOf(found.node.src, found.file)
      return createError({ severity: 'error', type: 'CompilerError', message: text }, location, texts)
    })
}

/** An error for each function with a body that should have been lowered. */
export function notLoweredErrors(
  contracts: readonly LoweredContract[],
  analysis: StandardJsonOutput,
  texts: SourceTexts,
): SolcError[] {
  const ids = new Set<number>()
  for (const { notLowered } of contracts) if (notLowered !== undefined) ids.add(notLowered)
  if (ids.size === 0) return []
  const nodes = nodesById(analysis)
  return [...ids].map((id) => {
    const found = nodes.get(id)
    const message = 'this function has the body of a marker but no tag @custom:evm-opcode, and would revert when called'
    return markerError('ML010', message, found && locationOf(found.node.src, found.file), texts)
  })
}

const MAX_CODE_BYTES = 24576
const MAX_INITCODE_BYTES = 49152
const ADVICE =
  'This contract may not be deployable on Mainnet. Consider enabling the optimizer (with a low "runs" value!), turning ' +
  'off revert strings, or using libraries.'

/** solc's warnings about code that is too large to deploy, which its Yul mode does not give. */
export function sizeWarnings(
  { file, name }: LoweredContract,
  { evm }: ContractOutput,
  analysis: StandardJsonOutput,
  texts: SourceTexts,
): SolcError[] {
  const warnings: [errorCode: string, message: string][] = []
  const codeBytes = (evm?.deployedBytecode?.object?.length ?? 0) / 2
  const initcodeBytes = (evm?.bytecode?.object?.length ?? 0) / 2
  if (codeBytes > MAX_CODE_BYTES)
    warnings.push([
      '5574',
      `Contract code size is ${codeBytes} bytes and exceeds ${MAX_CODE_BYTES} bytes (a limit introduced in Spurious ` +
        `Dragon). ${ADVICE}`,
    ])
  if (initcodeBytes > MAX_INITCODE_BYTES)
    warnings.push([
      '3860',
      `Contract initcode size is ${initcodeBytes} bytes and exceeds ${MAX_INITCODE_BYTES} bytes (a limit introduced in ` +
        `Shanghai). ${ADVICE}`,
    ])
  if (warnings.length === 0) return []
  let src: string | undefined
  walkSources(analysis, (node, nodeFile) => {
    if (node.nodeType === 'ContractDefinition' && node.name === name && nodeFile === file) src = node.src
  })
  const location = src === undefined ? undefined : locationOf(src, file)
  return warnings.map(([errorCode, message]) =>
    createError({ severity: 'warning', type: 'Warning', message, errorCode }, location, texts),
  )
}

/** Errors of several passes, each once. */
export function mergeErrors(...lists: readonly (readonly SolcError[] | undefined)[]): readonly SolcError[] {
  const seen = new Map<string, SolcError>()
  for (const error of lists.flatMap((list) => list ?? [])) seen.set(JSON.stringify(error), error)
  return [...seen.values()]
}
