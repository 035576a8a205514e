import { EXTENSION, type Instruction, instructionByMnemonic, instructionByOpcode, instructions } from '../isa/index.ts'
import { nearest } from './analysis/nearest.ts'
import {
  type AstNode,
  type FunctionDefinition,
  isFunction,
  isValueType,
  locationOf,
  type VariableDeclaration,
  walkSources,
} from './ast.ts'
import { createError, type Note, type SourceTexts } from './errors.ts'
import type { SolcError, SourceLocation, StandardJsonOutput } from './standardJson.ts'

/** A function whose body an instruction takes the place of. */
export type Marker = {
  /** AST id. */
  readonly id: number
  readonly name: string
  readonly instruction: Instruction
}

/** What is wrong with a marker, or with tensors: the code that begins the error's message. */
export type MarkerErrorCode =
  | 'ML001'
  | 'ML002'
  | 'ML003'
  | 'ML004'
  | 'ML005'
  | 'ML006'
  | 'ML007'
  | 'ML008'
  | 'ML009'
  | 'ML010'
  | 'ML011'
  | 'ML012'
  | 'ML013'

/** What helps against an error whatever the source is. */
const usualHints: Partial<Record<MarkerErrorCode, string>> = {
  ML001: 'write the tag above the function whose body the instruction is to take the place of',
  ML002: 'keep one tag, and write a function of its own for each of the other instructions',
  ML003: 'write the mnemonic alone, as in /// @custom:evm-opcode MATMUL',
  ML004: 'the functions of tensor-evm/Tensor.sol are all the instructions that there are',
  ML005: 'make it internal, and call it from a function that is public, virtual or has modifiers',
  ML006: 'write a body that reverts, as those of TensorInstructions do',
  ML008: 'take and give uint256, and convert in a function around the marker',
  ML010: 'write /// @custom:evm-opcode and the mnemonic above it, or call the function of TensorInstructions instead',
}

/**
 * An error about a marker, of the type `MarkerError`, or about the use of tensors (from ML011 on), a `TensorError`.
 *
 * The code begins the message and is not solc's `errorCode`, which forge reads as a number.
 *
 * @param hint - what to write instead, where it depends on the source
 */
export function markerError(
  code: MarkerErrorCode,
  message: string,
  location: SourceLocation | undefined,
  texts: SourceTexts,
  hint: string | undefined = usualHints[code],
  notes: readonly Note[] = [],
): SolcError {
  const type = code >= 'ML011' ? 'TensorError' : 'MarkerError'
  return createError({ severity: 'error', type, message: `${code}: ${message}` }, location, texts, hint, notes)
}

class Problem extends Error {
  readonly code: MarkerErrorCode
  readonly src: string
  readonly hint: string | undefined

  constructor(code: MarkerErrorCode, message: string, src: string, hint?: string) {
    super(message)
    this.code = code
    this.src = src
    this.hint = hint
  }
}

// As in solc, the first @ of a line begins a tag, and the rest of the line is its content.
const TAG = /^[^@\n]*@custom:evm-([\w-]*)[ \t]*([^\n]*)$/gm

const mnemonics = instructions.map(({ mnemonic }) => mnemonic)

function didYouMean(name: string | undefined): string | undefined {
  return name === undefined ? undefined : `did you mean ${name}?`
}

/** What a tag says, as far as a message has room for it. */
function excerpt(value: string): string {
  return value.length <= 60 ? value : `${value.slice(0, 57)}...`
}

/** The instruction that malformed content names: the name of its function, or a word of another case or width. */
function instructionNamed(value: string): Instruction | undefined {
  if (/^0x[0-9a-fA-F]{1,2}$/.test(value)) return instructionByOpcode.get(Number(value))
  const name = value.replace(/[a-z](?=[A-Z])/g, '$&_').toUpperCase()
  const found = instructionByMnemonic.get(name) ?? nearest(name, mnemonics)
  return typeof found === 'string' ? instructionByMnemonic.get(found) : found
}

function parseInstruction(content: string, src: string): Instruction {
  const value = content.trim()
  if (!/^([A-Z][A-Z0-9_]*|0x[0-9a-fA-F]{4})$/.test(value))
    throw new Problem(
      'ML003',
      `"${excerpt(value)}" is neither a mnemonic, as MATMUL, nor two bytes, as 0xae10`,
      src,
      didYouMean(instructionNamed(value)?.mnemonic),
    )
  const word = Number(value)
  const instruction = Number.isNaN(word)
    ? instructionByMnemonic.get(value)
    : word >> 8 === EXTENSION
      ? instructionByOpcode.get(word & 0xff)
      : undefined
  if (instruction === undefined)
    throw new Problem('ML004', `there is no instruction ${excerpt(value)}`, src, didYouMean(nearest(value, mnemonics)))
  return instruction
}

const WORD_TYPE = /^t_(u?int256|bytes32)$/

/** Type identifier of a variable, with a user-defined value type replaced by what it wraps. */
function wordType(variable: VariableDeclaration, valueTypes: ReadonlyMap<number, string>): string {
  const { typeIdentifier } = variable.typeDescriptions
  const id = /^t_userDefinedValueType\$_.*_\$(\d+)$/.exec(typeIdentifier)?.[1]
  return id === undefined ? typeIdentifier : (valueTypes.get(Number(id)) ?? typeIdentifier)
}

/** Names of the operands, as parameters of a function would have them. */
function operandsHint({ mnemonic, inputs, output }: Instruction): string {
  const operands = inputs.map(({ name }) => name).join(', ') || 'none'
  return `operands of ${mnemonic}, top of the stack first: ${operands}; result: ${output?.name ?? 'none'}`
}

function checkFunction(node: FunctionDefinition, instruction: Instruction, valueTypes: ReadonlyMap<number, string>) {
  if (!node.implemented)
    throw new Problem('ML006', 'a marker needs a body, for a compiler that does not lower it', node.src)
  const internal = node.kind === 'freeFunction' || node.visibility === 'internal' || node.visibility === 'private'
  if (!internal || node.virtual || node.modifiers.length > 0 || !['function', 'freeFunction'].includes(node.kind))
    throw new Problem(
      'ML005',
      'a marker must be a free, internal or private function that is not virtual and has no modifiers',
      node.src,
    )
  const parameters = node.parameters.parameters
  const results = node.returnParameters.parameters
  const outputs = instruction.output ? 1 : 0
  if (parameters.length !== instruction.inputs.length || results.length !== outputs)
    throw new Problem(
      'ML007',
      `${instruction.mnemonic} takes ${instruction.inputs.length} and gives ${outputs} words, the function takes ` +
        `${parameters.length} and gives ${results.length}`,
      node.src,
      operandsHint(instruction),
    )
  for (const variable of [...parameters, ...results])
    if (variable.storageLocation !== 'default' || !WORD_TYPE.test(wordType(variable, valueTypes)))
      throw new Problem(
        'ML008',
        `an operand must be uint256, int256, bytes32 or a value type over one of them, not ` +
          variable.typeDescriptions.typeString,
        variable.src,
      )
}

/** The marker that a documented node is, if any. @throws {Problem} */
function parseMarker(node: AstNode, valueTypes: ReadonlyMap<number, string>): Marker | undefined {
  const { documentation } = node
  if (documentation === undefined || documentation === null) return undefined
  const text = typeof documentation === 'string' ? documentation : documentation.text
  const src = typeof documentation === 'string' ? node.src : documentation.src
  const tags = [...text.matchAll(TAG)].map(([, name, content]) => ({ name, content: content as string }))
  const unknown = tags.find(({ name }) => name !== 'opcode')
  if (unknown)
    throw new Problem(
      'ML009',
      `there is no tag @custom:evm-${excerpt(unknown.name as string)}`,
      src,
      `the tag of a marker is @custom:evm-opcode`,
    )
  const [tag, second] = tags
  if (tag === undefined) return undefined
  if (!isFunction(node)) throw new Problem('ML001', '@custom:evm-opcode belongs on a function', src)
  if (second !== undefined) throw new Problem('ML002', 'a function can be only one instruction', src)
  const instruction = parseInstruction(tag.content, src)
  checkFunction(node, instruction, valueTypes)
  return { id: node.id, name: node.name, instruction }
}

/**
 * Finds the markers of a compilation: functions with a tag `@custom:evm-opcode MATMUL`, or `0xae10`.
 *
 * Parameters are operands in stack order, the top of the stack first.
 *
 * @param output - of a compilation with the AST of every source
 */
export function findMarkers(
  output: StandardJsonOutput,
  texts: SourceTexts,
): { readonly markers: ReadonlyMap<number, Marker>; readonly errors: readonly SolcError[] } {
  const valueTypes = new Map<number, string>()
  walkSources(output, (node) => {
    if (isValueType(node)) valueTypes.set(node.id, node.underlyingType.typeDescriptions.typeIdentifier)
  })
  const markers = new Map<number, Marker>()
  const errors: SolcError[] = []
  walkSources(output, (node, file) => {
    try {
      const marker = parseMarker(node, valueTypes)
      if (marker) markers.set(marker.id, marker)
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem
      errors.push(markerError(problem.code, problem.message, locationOf(problem.src, file), texts, problem.hint))
    }
  })
  return { markers, errors }
}
