import { type AstNode, isFunction, locationOf, walkSources } from './ast.ts'
import { createError, type SourceTexts } from './errors.ts'
import type { LoweredContract } from './lower.ts'
import { markerError } from './markers.ts'
import type { ContractOutput, SolcError, SourceLocation, StandardJsonOutput } from './standardJson.ts'

/** Functions by AST id, and the files that they are in. */
function functionsById(analysis: StandardJsonOutput): ReadonlyMap<number, { node: AstNode; file: string }> {
  const nodes = new Map<number, { node: AstNode; file: string }>()
  walkSources(analysis, (node, file) => {
    if (isFunction(node)) nodes.set(node.id, { node, file })
  })
  return nodes
}

/** Where a contract is defined. */
function contractLocation(
  { file, name }: Pick<LoweredContract, 'file' | 'name'>,
  analysis: StandardJsonOutput,
): SourceLocation | undefined {
  let src: string | undefined
  walkSources(analysis, (node, nodeFile) => {
    if (node.nodeType === 'ContractDefinition' && node.name === name && nodeFile === file) src = node.src
  })
  return src === undefined ? undefined : locationOf(src, file)
}

/** Where the only variable of a name is declared; undefined when there are several, or none. */
function variableLocation(name: string, analysis: StandardJsonOutput): SourceLocation | undefined {
  const found: SourceLocation[] = []
  walkSources(analysis, (node, file) => {
    if (node.nodeType === 'VariableDeclaration' && node.name === name) found.push(locationOf(node.src, file))
  })
  return found.length === 1 ? found[0] : undefined
}

const TOO_DEEP =
  /(?:Cannot swap (?:Variable|Slot)? ?(?<swapped>[\w$]+) .*too deep in the stack by (?<by>\d+)|Variable (?<named>[\w$]+) is (?<slots>\d+) (?:slot|too deep))/

/** What solc says of a stack that is too deep, in terms of the source: it names variables as they are in the IR. */
function stackTooDeep(message: string): { text: string; variable: string | undefined } | undefined {
  const groups = TOO_DEEP.exec(message)?.groups
  if (groups === undefined) return undefined
  const { swapped, by, named, slots } = groups
  const variable = /^var_([\w$]*?)(?:_\d+)*$/.exec(named ?? swapped ?? '')?.[1] || undefined
  const count = Number(by ?? slots)
  const what = variable === undefined ? 'a value' : `the variable ${variable}`
  return { text: `${what} is too deep in the stack by ${count} slot${count === 1 ? '' : 's'}`, variable }
}

/** Errors of the Yul compilation of a contract, in terms of its Solidity; at the contract where names don't help. */
export function yulErrors(
  errors: readonly SolcError[],
  contract: LoweredContract,
  analysis: StandardJsonOutput,
  texts: SourceTexts,
): SolcError[] {
  return errors
    .filter(({ severity }) => severity === 'error')
    .map(({ message, type }) => {
      const tooDeep = stackTooDeep(message)
      const text = `${contract.file}:${contract.name}: ${tooDeep?.text ?? message}`
      const declared = tooDeep?.variable === undefined ? undefined : variableLocation(tooDeep.variable, analysis)
      return createError(
        { severity: 'error', type: tooDeep ? 'CompilerError' : type, message: text },
        declared ?? contractLocation(contract, analysis),
        texts,
        tooDeep &&
          'turn the optimizer on, put variables into a block or a function of their own, or into a struct in memory',
      )
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
  const nodes = functionsById(analysis)
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
  const location = contractLocation({ file, name }, analysis)
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
