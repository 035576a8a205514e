import type { AstNode } from './ast.ts'
import type { StandardJsonOutput } from './standardJson.ts'

/** A contract, and the contracts whose code it embeds. */
type ContractNode = {
  readonly file: string
  readonly name: string
  readonly id: number
  readonly dependencies: readonly number[]
}

type SourceUnit = { readonly nodes: readonly AstNode[] }
type Import = AstNode & { readonly absolutePath: string }
type Contract = AstNode & { readonly name: string; readonly contractDependencies: readonly number[] }

/** The contracts of a compilation and the imports between its files. */
export type ContractGraph = {
  readonly contracts: readonly ContractNode[]
  /** These files and all that import one of them, through others too. */
  importersOf(files: Iterable<string>): ReadonlySet<string>
  /** These contracts and all whose code they embed, at any depth. */
  embeddedBy(ids: Iterable<number>): ReadonlySet<number>
  /** These contracts and all that are tied to one of them because one embeds the other, through others too. */
  tiedTo(ids: Iterable<number>): ReadonlySet<number>
}

/** Everything that can be reached from `start`. */
function reach<T>(start: Iterable<T>, next: ReadonlyMap<T, readonly T[]>): ReadonlySet<T> {
  const reached = new Set(start)
  for (const item of reached) for (const other of next.get(item) ?? []) reached.add(other)
  return reached
}

function addTo<T>(lists: Map<T, T[]>, key: T, value: T): void {
  const list = lists.get(key)
  if (list) list.push(value)
  else lists.set(key, [value])
}

/** @param output - of a compilation with the AST of every source */
export function contractGraph(output: StandardJsonOutput): ContractGraph {
  const contracts: ContractNode[] = []
  const importers = new Map<string, string[]>()
  for (const [file, { ast }] of Object.entries(output.sources ?? {}))
    for (const node of (ast as SourceUnit).nodes)
      if (node.nodeType === 'ImportDirective') addTo(importers, (node as Import).absolutePath, file)
      else if (node.nodeType === 'ContractDefinition') {
        const { name, id, contractDependencies } = node as Contract
        contracts.push({ file, name, id, dependencies: contractDependencies })
      }
  const embedded = new Map(contracts.map(({ id, dependencies }) => [id, dependencies]))
  const tied = new Map<number, number[]>()
  for (const { id, dependencies } of contracts)
    for (const dependency of dependencies) {
      addTo(tied, id, dependency)
      addTo(tied, dependency, id)
    }
  return {
    contracts,
    importersOf: (files) => reach(files, importers),
    embeddedBy: (ids) => reach(ids, embedded),
    tiedTo: (ids) => reach(ids, tied),
  }
}
