import type { SourceLocation, StandardJsonOutput } from './standardJson.ts'

/** The parts of solc's AST nodes that the compiler reads. */
export type AstNode = {
  readonly id: number
  readonly nodeType: string
  /** `start:length:source id`, in bytes. */
  readonly src: string
  readonly name?: string
  readonly documentation?: string | { readonly text: string; readonly src: string } | null
  /** Of a contract. */
  readonly abstract?: boolean
  /** Of a contract: its members. */
  readonly nodes?: readonly AstNode[]
  /** Of a struct. */
  readonly members?: readonly VariableDeclaration[]
  /** Of a function, an event or an error. */
  readonly parameters?: ParameterList
}

export type VariableDeclaration = AstNode & {
  readonly storageLocation: string
  readonly typeDescriptions: { readonly typeIdentifier: string; readonly typeString: string }
  readonly typeName?: TypeName | null
  readonly constant: boolean
  readonly stateVariable: boolean
  /** The expression that it is initialised with; what a call is given, where it is one. */
  readonly value?: (AstNode & { readonly arguments?: readonly { readonly value?: string | null }[] }) | null
}

type ParameterList = { readonly parameters: readonly VariableDeclaration[] }

/** A type as a declaration spells it. */
export type TypeName = AstNode & {
  /** Of a name that a user defined: AST id of its definition. */
  readonly referencedDeclaration?: number
  readonly baseType?: TypeName
  readonly keyType?: TypeName
  readonly valueType?: TypeName
  /** Of a function type, as the following. */
  readonly visibility?: string
  readonly parameterTypes?: ParameterList
  readonly returnParameterTypes?: ParameterList
}

/** A call, a conversion or the like. */
export type FunctionCall = AstNode & {
  readonly nodeType: 'FunctionCall'
  readonly expression: { readonly referencedDeclaration?: number | null }
}

export type FunctionDefinition = AstNode & {
  readonly nodeType: 'FunctionDefinition'
  readonly name: string
  readonly kind: string
  readonly visibility: string
  readonly virtual: boolean
  readonly implemented: boolean
  readonly modifiers: readonly unknown[]
  readonly parameters: ParameterList
  readonly returnParameters: ParameterList
}

export type ValueTypeDefinition = AstNode & {
  readonly nodeType: 'UserDefinedValueTypeDefinition'
  readonly underlyingType: { readonly typeDescriptions: { readonly typeIdentifier: string } }
}

export function isFunction(node: AstNode): node is FunctionDefinition {
  return node.nodeType === 'FunctionDefinition'
}

export function isFunctionCall(node: AstNode): node is FunctionCall {
  return node.nodeType === 'FunctionCall'
}

export function isValueType(node: AstNode): node is ValueTypeDefinition {
  return node.nodeType === 'UserDefinedValueTypeDefinition'
}

/** Calls `visit` for every node below and including `value`. */
function walk(value: unknown, visit: (node: AstNode) => void): void {
  if (typeof value !== 'object' || value === null) return
  if (!Array.isArray(value) && 'nodeType' in value) visit(value as AstNode)
  for (const child of Object.values(value)) walk(child, visit)
}

/** Every node of a compilation, with the file that it is in. */
export function walkSources(output: StandardJsonOutput, visit: (node: AstNode, file: string) => void): void {
  for (const [file, source] of Object.entries(output.sources ?? {})) walk(source.ast, (node) => visit(node, file))
}

/** Where a node is. */
export function locationOf(src: string, file: string): SourceLocation {
  const [start, length] = src.split(':').map(Number) as [number, number]
  return { file, start, end: start + length }
}
