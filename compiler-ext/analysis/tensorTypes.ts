import {
  type AstNode,
  type FunctionDefinition,
  isFunction,
  locationOf,
  type TypeName,
  type VariableDeclaration,
  walkSources,
} from '../ast.ts'
import type { SourceTexts } from '../errors.ts'
import { type Marker, markerError } from '../markers.ts'
import type { SolcError, StandardJsonOutput } from '../standardJson.ts'

const VALUE_TYPE = /^t_userDefinedValueType\$_.*_\$(\d+)$/

/** AST ids of the value types of handles: those of a marker's operands and result that are tensors. */
function handleTypes(functions: readonly FunctionDefinition[], markers: ReadonlyMap<number, Marker>): Set<number> {
  const ids = new Set<number>()
  for (const { id, parameters, returnParameters } of functions) {
    const instruction = markers.get(id)?.instruction
    if (instruction === undefined) continue
    const { inputs, output } = instruction
    const kinds = [...inputs.map(({ kind }) => kind), output?.kind]
    const variables = [...parameters.parameters, ...returnParameters.parameters]
    variables.forEach(({ typeDescriptions }, i) => {
      const valueType = VALUE_TYPE.exec(typeDescriptions.typeIdentifier)?.[1]
      const isHandle = kinds[i] === 'tensor' || kinds[i] === 'optionalTensor'
      if (valueType !== undefined && isHandle) ids.add(Number(valueType))
    })
  }
  return ids
}

/** What a value of a type can't be. */
type Misuse = { readonly what: string; readonly hint: string }

const external: Misuse = {
  what: 'be given to or by other contracts',
  hint: "make the function internal, or take and give the tensor's bytes: tcalldataload and tmload read, tmstore writes them",
}
const logged: Misuse = {
  what: 'be part of an event or an error',
  hint: "give the tensor's commitment (troot) or its bytes (tmstore)",
}
const stored: Misuse = {
  what: 'be kept beyond the call',
  hint: "keep the tensor's bytes (tmstore), and make a tensor of them in each call that needs it (tmload)",
}

/** A declaration that reaches beyond the call frame, and what is wrong if it holds a handle. */
type Candidate = { readonly variable: VariableDeclaration; readonly file: string; readonly misuse: Misuse }

/** Whether a declaration's value is `T.wrap(0)`: none, which is no tensor in every frame. */
function isNone({ constant, value }: VariableDeclaration): boolean {
  return constant && /^0(x0+)?$/.test(value?.arguments?.[0]?.value ?? '') && value?.arguments?.length === 1
}

/**
 * Finds handles of tensors where they mean nothing, because they leave the call frame: in parameters and results of public
 * and external functions, in events and errors, and in state variables of any kind. They may be part of a struct, an array,
 * a mapping or the type of an external function. A constant that is zero, for "none", is no error.
 *
 * A value type is one of handles when a marker has a tensor of that type.
 *
 * @param output - of a compilation with the AST of every source
 * @returns errors ML011, at the declarations
 */
export function checkTensorTypes(
  output: StandardJsonOutput,
  markers: ReadonlyMap<number, Marker>,
  texts: SourceTexts,
): readonly SolcError[] {
  const nodes = new Map<number, AstNode>()
  const functions: FunctionDefinition[] = []
  const candidates: Candidate[] = []
  const storagePointers: Candidate[] = []
  // Constructors of these are called by constructors that inherit, inside the frame.
  const abstractConstructors = new Set<number>()

  const collect = (node: AstNode, file: string) => {
    if (node.nodeType.endsWith('Definition')) nodes.set(node.id, node)
    const add = (variables: readonly VariableDeclaration[] | undefined, misuse: Misuse) => {
      for (const variable of variables ?? []) candidates.push({ variable, file, misuse })
    }
    if (isFunction(node)) {
      functions.push(node)
      const isOpen = node.visibility === 'public' || node.visibility === 'external'
      if (!isOpen || abstractConstructors.has(node.id)) return
      add(node.parameters.parameters, external)
      add(node.returnParameters.parameters, external)
    } else if (node.nodeType === 'EventDefinition' || node.nodeType === 'ErrorDefinition') {
      add(node.parameters?.parameters, logged)
    } else if (node.nodeType === 'ContractDefinition' && node.abstract) {
      for (const member of node.nodes ?? [])
        if (isFunction(member) && member.kind === 'constructor') abstractConstructors.add(member.id)
    } else if (node.nodeType === 'VariableDeclaration') {
      const variable = node as VariableDeclaration
      if (variable.stateVariable || variable.constant) add([variable], stored)
      else if (variable.storageLocation === 'storage') storagePointers.push({ variable, file, misuse: stored })
    }
  }
  walkSources(output, collect)
  const handles = handleTypes(functions, markers)
  if (handles.size === 0) return []

  /** Name of the first value type of handles that a value of this type holds. */
  const handleIn = (type: TypeName | null | undefined, outer: ReadonlySet<number> = new Set()): string | undefined => {
    const firstOf = (types: readonly (TypeName | null | undefined)[], within = outer) => {
      for (const inner of types) {
        const found = handleIn(inner, within)
        if (found !== undefined) return found
      }
      return undefined
    }
    const listed = (list: FunctionDefinition['parameters'] | undefined) =>
      list?.parameters.map(({ typeName }) => typeName)
    if (type === null || type === undefined) return undefined
    switch (type.nodeType) {
      case 'ArrayTypeName':
        return handleIn(type.baseType, outer)
      case 'Mapping':
        return firstOf([type.keyType, type.valueType])
      case 'FunctionTypeName':
        // A pointer to an internal function is no handle; an external function takes and gives what others do.
        if (type.visibility !== 'external') return undefined
        return firstOf([...(listed(type.parameterTypes) ?? []), ...(listed(type.returnParameterTypes) ?? [])])
      case 'UserDefinedTypeName': {
        const id = type.referencedDeclaration ?? -1
        const definition = nodes.get(id)
        if (definition === undefined || outer.has(id)) return undefined
        if (handles.has(id)) return definition.name
        if (definition.nodeType !== 'StructDefinition') return undefined
        return firstOf(definition.members?.map(({ typeName }) => typeName) ?? [], new Set([...outer, id]))
      }
      default:
        return undefined
    }
  }

  const errorsOf = (list: readonly Candidate[]) =>
    list.flatMap(({ variable, file, misuse }) => {
      const handle = isNone(variable) ? undefined : handleIn(variable.typeName)
      if (handle === undefined) return []
      const message = `a ${handle} is a handle of its call frame and can't ${misuse.what}`
      return [markerError('ML011', message, locationOf(variable.src, file), texts, misuse.hint)]
    })
  const errors = errorsOf(candidates)
  // Variables that refer to storage say it again, unless nothing else declares what they refer to.
  return errors.length > 0 ? errors : errorsOf(storagePointers)
}
