import { instructionWord, notLoweredSelector } from './library.ts'
import type { Marker } from './markers.ts'
import { closingBrace, type Replacement, replaceRanges, skipComments, type YulObject, type YulToken } from './yul.ts'

const AST_ID = /^\/\/\/ @ast-id (\d+)$/

/** Names between two positions of a parameter or result list. */
function namesBetween(tokens: readonly YulToken[], from: number, to: number): string[] {
  return tokens.slice(from, to).flatMap(({ kind, text }) => (kind === 'word' ? [text] : []))
}

/** Position of the next token from `from` on with this text. */
function find(tokens: readonly YulToken[], text: string, from: number): number {
  for (let i = from; i < tokens.length; i++) if (tokens[i]?.kind === 'symbol' && tokens[i]?.text === text) return i
  throw new Error(`Yul: "${text}" was expected`)
}

function verbatim(marker: Marker, parameters: readonly string[], results: readonly string[]): string {
  const { instruction, name } = marker
  const outputs = instruction.output ? 1 : 0
  if (parameters.length !== instruction.inputs.length || results.length !== outputs)
    throw new Error(`${name}: the IR function takes ${parameters.length} and gives ${results.length} words`)
  const bytes = instructionWord(instruction).toString(16)
  const call = `verbatim_${parameters.length}i_${outputs}o(${[`hex"${bytes}"`, ...parameters].join(', ')})`
  return outputs === 0 ? call : `${results.join(', ')} := ${call}`
}

/**
 * Replaces the body of every marker function, in every object, by its instruction.
 *
 * solc's IR names the AST node above each function that comes from Solidity; the function's name is checked too, as it is
 * made of the same id.
 *
 * @param ir - solc's unoptimised IR, printed with `@ast-id` comments
 * @returns the text, and how many bodies were replaced
 */
export function lowerMarkers(
  ir: string,
  tokens: readonly YulToken[],
  markers: ReadonlyMap<number, Marker>,
): { readonly text: string; readonly count: number } {
  const replacements: Replacement[] = []
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i] as YulToken
    const id = token.kind === 'comment' ? AST_ID.exec(token.text)?.[1] : undefined
    const marker = id === undefined ? undefined : markers.get(Number(id))
    if (marker === undefined) continue
    const keyword = skipComments(tokens, i)
    const name = tokens[keyword + 1]?.text
    if (tokens[keyword]?.text !== 'function' || name !== `fun_${marker.name}_${marker.id}`)
      throw new Error(`${marker.name}: no IR function of this name follows @ast-id ${id}`)
    const close = find(tokens, ')', keyword)
    const open = find(tokens, '{', close)
    const end = closingBrace(tokens, open)
    const body = verbatim(marker, namesBetween(tokens, keyword + 3, close), namesBetween(tokens, close + 1, open))
    replacements.push({
      start: (tokens[open] as YulToken).end,
      end: (tokens[end] as YulToken).start,
      text: ` ${body} `,
    })
    i = end
  }
  return { text: replaceRanges(ir, replacements), count: replacements.length }
}

/**
 * AST id of a function that still has the body of a marker for a plain solc, where lowered code has one: such a body
 * reverts whenever it is called.
 *
 * @returns undefined when there is no such body, and -1 when it belongs to no function of the source
 */
export function findNotLowered(tokens: readonly YulToken[]): number | undefined {
  let id = -1
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i] as YulToken
    if (token.kind === 'comment') id = Number(AST_ID.exec(token.text)?.[1] ?? id)
    if (token.text !== 'mstore') continue
    const [offset, value] = [tokens[i + 2], tokens[i + 4]]
    if (Number(offset?.text) === 0 && Number(value?.text) === notLoweredSelector) return id
  }
  return undefined
}

/**
 * Yul of a contract whose creation code deploys nothing but its runtime code.
 *
 * solc gives no `deployedBytecode` in Yul mode when the creation object embeds further objects. The runtime code does not
 * depend on the creation code, except that every immutable that it reads must be set somewhere.
 */
export function runtimeOnly(text: string, root: YulObject, file: string): string {
  const runtime = root.objects.find(({ name }) => name === `${root.name}_deployed`)
  if (runtime === undefined) throw new Error(`${root.name}: the IR has no runtime object`)
  const code = text.slice(runtime.start, runtime.end)
  const immutables = new Set([...code.matchAll(/loadimmutable\(("[^"\n]*")\)/g)].map((match) => match[1]))
  const assignments = [...immutables].map((name, i) => `setimmutable(0, ${name}, calldataload(${i}))`)
  const source = `/// @use-src 0:"${file}"`
  return `${source}
object "${root.name}" {
    code {
        datacopy(0, dataoffset("${runtime.name}"), datasize("${runtime.name}"))
        ${assignments.join('\n        ')}
        return(0, datasize("${runtime.name}"))
    }
    ${source}
    ${code}
}`
}
