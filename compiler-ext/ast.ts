import type { SourceLocation, StandardJsonOutput } from './standardJson.ts'

/** The parts of solc's AST nodes that the compiler reads. */
export type AstNode = {
  readonly id: number
  readonly nodeType: string
  /** `start:length:source id`, in bytes. */
  readonly src: string
  readonly name?: string
  readonly documentation?: string | { readonly text: string; readonly src: string } | null
}

export type VariableDeclaration = AstNode & {
  readonly storageLocation: string
  readonly typeDescriptions: { readonly typeIdentifier: string; readonly typeString: string }
}

export type FunctionDefinition = AstNode & {
  readonly nodeType: 'FunctionDefinition'
  readonly name: string
  readonly kind: string
  readonly visibility: string
  readonly virtual: boolean
  readonly implemented: boolean
  readonly modifiers: readonly unknown[]
  readonly parameters: { readonly parameters: readonly VariableDeclaration[] }
  readonly returnParameters: { readonly parameters: readonly VariableDeclaration[] }
}

export type ValueTypeDefinition = AstNode & {
  readonly nodeType: 'UserDefinedValueTypeDefinition'
  readonly underlyingType: { readonly typeDescriptions: { readonly typeIdentifier: string } }
}

export function isFunction(node: AstNode): node is FunctionDefinition {
  return node.nodeType === 'FunctionDefinition'
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
