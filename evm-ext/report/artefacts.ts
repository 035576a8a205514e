/** Code of a contract as solc gives it: hex without prefix, and what says where its parts come from. */
export type CodeArtefact = {
  readonly object?: string
  readonly sourceMap?: string
  /** Where each function that is left in the code begins. */
  readonly functionDebugData?: Readonly<Record<string, unknown>>
  readonly immutableReferences?: Readonly<Record<string, readonly CodeRange[]>>
  readonly linkReferences?: Readonly<Record<string, Readonly<Record<string, readonly CodeRange[]>>>>
}

/** Bytes of code that differ between deployments. */
type CodeRange = { readonly start: number; readonly length: number }

/** A contract as solc gives it. */
export type ContractArtefact = {
  readonly abi?: readonly unknown[]
  readonly evm?: { readonly bytecode?: CodeArtefact; readonly deployedBytecode?: CodeArtefact }
}

/**
 * What names contracts and functions in a report: the standard JSON output of solc or tsolc, with `evm.bytecode`,
 * `evm.deployedBytecode` and `abi` selected for contracts. ASTs of the sources name functions that the optimizer inlined as
 * well; the text of a source, put beside its AST as `content`, gives lines.
 */
export type SolidityOutput = {
  readonly contracts?: Readonly<Record<string, Readonly<Record<string, ContractArtefact>>>>
  readonly sources?: Readonly<
    Record<string, { readonly id: number; readonly ast?: unknown; readonly content?: string | undefined }>
  >
}

/** A function of a source. */
export type SourceFunction = {
  /** `name`, or `Contract.name` in the code of another contract. */
  readonly name: string
  readonly contract: string | undefined
  readonly file: string
  readonly line: number | undefined
  /** AST id; undefined where there is no AST. */
  readonly id: number | undefined
  /** First byte in its source, and the byte after the last; 0 where there is no AST. */
  readonly start: number
  readonly end: number
  /** Four bytes in hex by which it is called from outside. */
  readonly selector: string | undefined
}

/** An object of JSON; undefined for anything else. */
export function recordOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : undefined
}

/** Line from 1 of a byte of UTF-8 text. */
function lineOf(content: string | undefined, byte: number): number | undefined {
  if (content === undefined) return undefined
  return Buffer.from(content).subarray(0, byte).toString().split('\n').length
}

/** The functions of a source's AST, wherever they are in it. */
function functionsOfSource(file: string, ast: unknown, content: string | undefined): SourceFunction[] {
  const found: SourceFunction[] = []
  const visit = (node: unknown, contract: string | undefined) => {
    const record = recordOf(node)
    if (record === undefined) return
    const { nodeType, name, kind, src, id, functionSelector } = record
    if (nodeType === 'FunctionDefinition') {
      const [start = 0, length = 0] = String(src).split(':').map(Number)
      found.push({
        name: String(name === '' ? kind : name),
        ...{ contract, file, line: lineOf(content, start), start, end: start + length },
        id: typeof id === 'number' ? id : undefined,
        selector: typeof functionSelector === 'string' ? functionSelector : undefined,
      })
    }
    const inner = nodeType === 'ContractDefinition' ? String(name) : contract
    if (Array.isArray(record.nodes)) for (const child of record.nodes) visit(child, inner)
  }
  visit(ast, undefined)
  return found
}

/** The functions of an output's sources, by the id that source maps call a source by. */
export function functionsBySource({ sources = {} }: SolidityOutput): ReadonlyMap<number, readonly SourceFunction[]> {
  return new Map(
    Object.entries(sources).map(([file, { id, ast, content }]) => [id, functionsOfSource(file, ast, content)]),
  )
}

/** What a source map says of one instruction. */
export type SourceEntry = {
  readonly start: number
  readonly length: number
  readonly source: number
  /** `i` enters a function, `o` leaves one. */
  readonly jump: string
}

/** Reads a compressed source map: `start:length:source:jump:depth`, where an empty field is as in the entry before. */
export function readSourceMap(map: string): SourceEntry[] {
  let [start, length, source, jump] = ['-1', '-1', '-1', '-']
  return map.split(';').map((entry) => {
    const fields = entry.split(':')
    start = fields[0] || start
    length = fields[1] || length
    source = fields[2] || source
    jump = fields[3] || jump
    return { start: Number(start), length: Number(length), source: Number(source), jump }
  })
}

/** Bytes of code that are the same in every deployment, with the ranges that are not. */
export type CodePattern = { readonly bytes: Uint8Array; readonly holes: readonly CodeRange[] }

const LIBRARY_HEAD = /^73(?:00){20}30/

/** What code is recognised by. */
export function patternOf({ object = '', immutableReferences = {}, linkReferences = {} }: CodeArtefact): CodePattern {
  const links = Object.values(linkReferences).flatMap((libraries) => Object.values(libraries).flat())
  // A library's code begins with a PUSH20 of its own address.
  const own = LIBRARY_HEAD.test(object) ? [{ start: 1, length: 20 }] : []
  const bytes = Buffer.from(object.replace(/^0x/, '').replace(/__.{36}__/g, '00'.repeat(20)), 'hex')
  return { bytes, holes: [...Object.values(immutableReferences).flat(), ...links, ...own] }
}

/** Whether code is what the pattern says, with anything in the holes. */
export function matches({ bytes, holes }: CodePattern, code: Uint8Array, isCreation: boolean): boolean {
  // Arguments of a constructor follow the code of a creation.
  if (bytes.length === 0 || (isCreation ? code.length < bytes.length : code.length !== bytes.length)) return false
  const seen = Buffer.from(code.subarray(0, bytes.length))
  for (const { start, length } of holes) seen.set(bytes.subarray(start, start + length), start)
  return seen.equals(bytes)
}
