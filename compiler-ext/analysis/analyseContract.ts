import { decodeType, dtypeCode, dtypes, formatType, HaltError, type Shape } from '../../isa/index.ts'
import type { FunctionDefinition } from '../ast.ts'
import type { SourceTexts } from '../errors.ts'
import type { SolcError, SourceLocation, StandardJsonOutput } from '../standardJson.ts'
import { parseObjects, skipComments, tokenizeYul, type YulObject, type YulToken } from '../yul.ts'
import { callSites } from './callSites.ts'
import { createFindings } from './findings.ts'
import type { Frame, Value } from './frame.ts'
import { interpret, type Path } from './interpreter.ts'
import { parseCode } from './parseYul.ts'
import { type UserSource, userSource } from './userSource.ts'
import type { Position, YulFunction } from './yulAst.ts'

/** A contract that is checked: its Yul with instructions, as printed with `@src` comments. */
export type CheckedContract = { readonly file: string; readonly name: string; readonly text: string }

/** The code of an object. */
function codeOf(object: YulObject, tokens: readonly YulToken[]): YulFunction {
  const open = tokens.findIndex(({ start, text }) => start > object.start && text === '{')
  return parseCode(tokens, skipComments(tokens, open + 1))
}

/** Where the innermost call of a path stands that has a place. */
function innermostPlace(path: Path, source: UserSource): SourceLocation | undefined {
  for (const { position } of path.toReversed()) {
    const place = source.placeOf(position)
    if (place !== undefined) return place
  }
  return undefined
}

/** Why a check fails: the name of the error that it reverts with, or its text. */
function reasonOf({ file, start, end }: SourceLocation, texts: SourceTexts): string {
  const text = Buffer.from(texts.get(file) ?? '', 'utf8')
    .toString('utf8', start, end)
    .replace(/\s+/g, ' ')
  const error = /^(?:revert )?(?:\w+\.)*(\w+)\(/.exec(text)?.[1]
  return error === undefined || error === 'require' || error === 'assert' ? text : error
}

/** A word as its type says, for types of the library too. */
function formatWord(word: bigint, type: string): string {
  if (type === 'Shape') return `[${shapeIn(word) ?? `0x${word.toString(16)}`}]`
  if (type === 'DType') return dtypes[Number(word) - 1] ?? String(word)
  if (type.startsWith('int')) return String(BigInt.asIntN(256, word))
  return word < 2n ** 64n ? String(word) : `0x${word.toString(16)}`
}

/** The dimensions in a type word that lacks its dtype. */
function shapeIn(word: bigint): Shape | undefined {
  try {
    return decodeType(word | BigInt(dtypeCode.int8)).shape
  } catch (error) {
    if (error instanceof HaltError) return undefined
    throw error
  }
}

/** What a function of the library is called with, as far as it is known. */
function operandsText(definition: FunctionDefinition, operands: readonly Value[], { tensors }: Frame): string {
  const known = definition.parameters.parameters.flatMap(({ name, typeDescriptions }, i) => {
    const operand = operands[i]
    if (operand === undefined || !name) return []
    const { typeString } = typeDescriptions
    const tensor = typeof operand === 'bigint' ? tensors.get(Number(operand))?.type : operand
    if (typeString === 'Tensor' && tensor !== undefined) return [`${name} is ${formatType(tensor)}`]
    return typeof operand === 'bigint' ? [`${name} is ${formatWord(operand, typeString)}`] : []
  })
  return known.join(', ')
}

/** Names what is run, and where in the source: the same text for all calls that lead there. */
function siteOf(source: UserSource, path: Path, what: string): string {
  const place = ({ source: id, start, end }: Position) => `${id}:${start}:${end}`
  const user = source.innermostCall(path)?.call.position
  const own = path.at(-1)?.position
  return `${user ? place(user) : ''} ${own ? place(own) : ''} ${what}`
}

/**
 * Finds what is wrong with the tensors of a contract, as far as types and words are known at compile time: instructions that
 * halt, for a type, a shape, an attribute or a handle (ML012), and calls of the library that its own checks make revert
 * (ML013).
 *
 * What goes wrong whenever it is reached is an error. What does so when it is reached by certain calls, or in certain turns
 * of a loop, and may go well for others, is a warning. Either is at the innermost call in the user's source that leads to the
 * instruction or the check, and notes say from where that is reached.
 *
 * Each external function, the constructor, the fallback and the receive function begin without any tensor; calldata, storage
 * and what other contracts give are not known.
 *
 * @param fileOf - name of each source, by its id
 * @param analysis - output of a compilation with the AST of every source, which makes places more exact
 * @returns errors and warnings, one a place, in the order of files and places
 */
export function analyseContract(
  contract: CheckedContract,
  fileOf: ReadonlyMap<number, string>,
  texts: SourceTexts,
  analysis: StandardJsonOutput = {},
): readonly SolcError[] {
  if (contract.text === '') return []
  const tokens = tokenizeYul(contract.text)
  const root = parseObjects(tokens)
  const runtime = root.objects.find(({ name }) => name === `${root.name}_deployed`)
  const sites = callSites(analysis)
  const findings = createFindings()

  for (const object of runtime ? [root, runtime] : [root]) {
    const code = codeOf(object, tokens)
    const source = userSource(code, fileOf, sites)
    const isInLibrary = (position: Position | undefined) => source.isLibrary(fileOf.get(position?.source ?? -1) ?? '')
    const left = interpret(code, {
      onInstruction({ mnemonic }, halt, path) {
        const site = siteOf(source, path, mnemonic)
        if (halt === undefined) findings.pass(site)
        else
          findings.fail(site, () => ({
            code: 'ML012',
            always: `${mnemonic} halts with ${halt.error.message}`,
            sometimes: `${mnemonic} can halt with ${halt.error.message}`,
            hint: halt.hint,
            calls: source.callsOf(path),
            container: source.innermostCall(path)?.container,
          }))
      },
      watches: ({ position, target }) => isInLibrary(target?.position) && !isInLibrary(position),
      onEnd(path, operands, frame, { returns, endsOtherwise, reverts }) {
        const name = path.at(-1)?.name ?? ''
        const site = siteOf(source, path, name)
        if (returns) findings.pass(site)
        if (returns || endsOtherwise) return
        const places = reverts.map((revert) => innermostPlace(revert, source))
        const [check] = places
        const definition = sites.functionOf(name)
        // A function of the user's that the library calls may revert for reasons of its own.
        if (!check || !definition || places.some((place) => !place || !source.isLibrary(place.file))) return
        const reason = reasonOf(check, texts)
        findings.fail(site, () => ({
          code: 'ML013',
          always: `${definition.name} always reverts here with ${reason}`,
          sometimes: `${definition.name} can revert here with ${reason}`,
          hint: operandsText(definition, operands, frame) || undefined,
          calls: source.callsOf(path),
          check,
          container: source.innermostCall(path)?.container,
        }))
      },
    })
    findings.leave(left)
  }
  return findings.list(texts)
}
