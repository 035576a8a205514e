import { keccak_256 } from '@noble/hashes/sha3.js'
import { EXTENSION } from '../../isa/index.ts'
import {
  type CodeArtefact,
  type CodePattern,
  type ContractArtefact,
  functionsBySource,
  matches,
  patternOf,
  readSourceMap,
  recordOf,
  type SolidityOutput,
  type SourceEntry,
  type SourceFunction,
} from './artefacts.ts'

const PUSH1 = 0x60
const PUSH32 = 0x7f

/** Code whose source is known. */
export type KnownCode = {
  readonly contract: string
  /** The function that calldata asks for; undefined for any other, and for a creation. */
  entryOf(calldata: Uint8Array): SourceFunction | undefined
  /** The function whose code begins at a place. */
  functionAt(pc: number): SourceFunction | undefined
  /** The innermost function whose source the instruction at a place comes from. */
  sourceOf(pc: number): SourceFunction | undefined
  /** What the source map says of a jump at a place: `i` into a function, `o` out of one. */
  jumpAt(pc: number): string | undefined
}

/** Finds the source of code. */
export type FindCode = (code: Uint8Array, isCreation: boolean) => KnownCode | undefined

/** Type of a parameter as a signature has it. */
function signatureType(parameter: unknown): string {
  const { type, components } = recordOf(parameter) ?? {}
  if (!Array.isArray(components)) return String(type)
  return `(${components.map(signatureType).join()})${String(type).slice('tuple'.length)}`
}

/** Functions that are called from outside, by selector, as far as an ABI knows them. */
function functionsOfAbi(abi: readonly unknown[], contract: string, file: string): SourceFunction[] {
  return abi.flatMap((item) => {
    const { type, name, inputs } = recordOf(item) ?? {}
    if (type !== 'function' || !Array.isArray(inputs)) return []
    const signature = `${String(name)}(${inputs.map(signatureType).join()})`
    const selector = Buffer.from(keccak_256(Buffer.from(signature)).subarray(0, 4)).toString('hex')
    return [
      { name: String(name), contract, file, line: undefined, id: undefined, start: 0, end: 0, selector },
    ] satisfies SourceFunction[]
  })
}

/** Functions by where their code begins, as the compiler noted it. Helpers of the compiler are left out. */
function entryPoints(
  { functionDebugData = {} }: CodeArtefact,
  byId: ReadonlyMap<number, SourceFunction>,
  file: string,
): ReadonlyMap<number, SourceFunction> {
  const found = new Map<number, SourceFunction>()
  for (const [key, value] of Object.entries(functionDebugData)) {
    const { entryPoint, id } = recordOf(value) ?? {}
    if (typeof entryPoint !== 'number' || typeof id !== 'number') continue
    // As `@name_id` without the IR, `fun_name` or `fun_name_id` with it.
    const name = key.replace(/^@|^fun_/, '').replace(new RegExp(`_${id}$`), '')
    const unknown = { name, contract: undefined, file, line: undefined, id, start: 0, end: 0, selector: undefined }
    found.set(entryPoint, byId.get(id) ?? unknown)
  }
  return found
}

/** Number of each instruction by its place, as far as there are entries for them. */
function instructionNumbers(code: Uint8Array, count: number): Int32Array {
  const numbers = new Int32Array(code.length).fill(-1)
  let pc = 0
  for (let number = 0; number < count && pc < code.length; number++) {
    numbers[pc] = number
    const opcode = code[pc] as number
    // A tensor instruction is one item of the assembly, its second byte included.
    pc += opcode === EXTENSION ? 2 : opcode >= PUSH1 && opcode <= PUSH32 ? opcode - PUSH1 + 2 : 1
  }
  return numbers
}

type Sources = {
  readonly byId: ReadonlyMap<number, SourceFunction>
  readonly bySource: ReadonlyMap<number, readonly SourceFunction[]>
}

function innermost(functions: readonly SourceFunction[], { start, length }: SourceEntry): SourceFunction | undefined {
  let found: SourceFunction | undefined
  for (const one of functions)
    if (one.start <= start && start + length <= one.end && (found === undefined || one.start >= found.start))
      found = one
  return found
}

function knownCode(
  { byId, bySource }: Sources,
  file: string,
  contract: string,
  { abi = [] }: ContractArtefact,
  artefact: CodeArtefact,
  isCreation: boolean,
  { bytes }: CodePattern,
): KnownCode {
  const entries = artefact.sourceMap === undefined ? [] : readSourceMap(artefact.sourceMap)
  const numbers = instructionNumbers(bytes, entries.length)
  const entryAt = (pc: number) => entries[numbers[pc] ?? -1]
  const places = entryPoints(artefact, byId, file)
  const sources = new Map<number, SourceFunction | undefined>()
  const bySelector = new Map(functionsOfAbi(abi, contract, file).map((one) => [one.selector, one]))
  // The contract's own functions last: they hide those of the same selector that it has from elsewhere.
  const named = [...byId.values()].sort((a, b) => Number(a.contract === contract) - Number(b.contract === contract))
  for (const one of named) if (bySelector.has(one.selector)) bySelector.set(one.selector, one)
  /** A function of another contract is told with its name. */
  const told = (one: SourceFunction | undefined) =>
    one?.contract === undefined || one.contract === contract ? one : { ...one, name: `${one.contract}.${one.name}` }
  return {
    contract,
    entryOf: (calldata) =>
      isCreation || calldata.length < 4
        ? undefined
        : told(bySelector.get(Buffer.from(calldata.subarray(0, 4)).toString('hex'))),
    functionAt(pc) {
      const entry = entryAt(pc)
      const defined = entry && bySource.get(entry.source)
      const exact = defined?.find(({ start, end }) => start === entry?.start && end === start + entry.length)
      return told(places.get(pc) ?? exact)
    },
    sourceOf(pc) {
      const number = numbers[pc] ?? -1
      const entry = entries[number]
      if (entry === undefined) return undefined
      if (!sources.has(number)) sources.set(number, told(innermost(bySource.get(entry.source) ?? [], entry)))
      return sources.get(number)
    },
    jumpAt: (pc) => entryAt(pc)?.jump,
  }
}

/** A finder of the sources of code among the contracts of some compilations. */
export function createFinder(outputs: readonly SolidityOutput[]): FindCode {
  const candidates = outputs.flatMap((output) => {
    const bySource = functionsBySource(output)
    const all = [...bySource.values()].flat()
    const byId = new Map(all.flatMap((one) => (one.id === undefined ? [] : [[one.id, one] as const])))
    return Object.entries(output.contracts ?? {}).flatMap(([file, contracts]) =>
      Object.entries(contracts).flatMap(([name, contract]) =>
        ([true, false] as const).map((isCreation) => {
          const artefact = (isCreation ? contract.evm?.bytecode : contract.evm?.deployedBytecode) ?? {}
          const pattern = patternOf(artefact)
          let known: KnownCode | undefined
          const open = () => {
            known ??= knownCode({ byId, bySource }, file, name, contract, artefact, isCreation, pattern)
            return known
          }
          return { isCreation, pattern, open }
        }),
      ),
    )
  })
  return (code, isCreation) =>
    candidates.find((one) => one.isCreation === isCreation && matches(one.pattern, code, isCreation))?.open()
}
