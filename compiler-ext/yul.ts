/** A comment, string, word (identifier, number, keyword) or symbol of Yul text, by offsets. */
export type YulToken = {
  readonly kind: 'comment' | 'string' | 'word' | 'symbol'
  readonly text: string
  readonly start: number
  readonly end: number
}

const pattern =
  /(?<space>\s+)|(?<comment>\/\/[^\n]*|\/\*[\s\S]*?\*\/)|(?<string>(?:hex)?"(?:[^"\\\n]|\\[\s\S])*")|(?<word>[\w$.]+)|(?<symbol>:=|->|[{}(),:])/y

/**
 * Splits Yul as solc prints it. Braces and tags inside strings and comments are part of these tokens, never tokens.
 *
 * @throws {Error} on text that is not Yul
 */
export function tokenizeYul(text: string): YulToken[] {
  const tokens: YulToken[] = []
  pattern.lastIndex = 0
  while (pattern.lastIndex < text.length) {
    const start = pattern.lastIndex
    const groups = pattern.exec(text)?.groups
    if (groups === undefined) throw new Error(`Yul: unexpected ${JSON.stringify(text.slice(start, start + 20))}`)
    if (groups.space !== undefined) continue
    const end = pattern.lastIndex
    const kind =
      groups.comment !== undefined
        ? 'comment'
        : groups.string !== undefined
          ? 'string'
          : groups.word !== undefined
            ? 'word'
            : 'symbol'
    tokens.push({ kind, text: text.slice(start, end), start, end })
  }
  return tokens
}

/**
 * Position in `tokens` of the brace that closes the one at `open`.
 *
 * @throws {Error} when there is none
 */
export function closingBrace(tokens: readonly YulToken[], open: number): number {
  let depth = 0
  for (let i = open; i < tokens.length; i++) {
    const token = tokens[i] as YulToken
    if (token.kind !== 'symbol') continue
    if (token.text === '{') depth++
    else if (token.text === '}' && --depth === 0) return i
  }
  throw new Error('Yul: a brace is not closed')
}

/** Position of the first token from `from` on that is not a comment. */
export function skipComments(tokens: readonly YulToken[], from: number): number {
  let i = from
  while (tokens[i]?.kind === 'comment') i++
  return i
}

/** A data segment of an object: its name and the token of its value. */
type YulData = { readonly name: string; readonly value: YulToken }

/** An object with the offsets of its text, from the keyword to the closing brace. */
export type YulObject = {
  readonly name: string
  readonly start: number
  readonly end: number
  readonly objects: readonly YulObject[]
  readonly data: readonly YulData[]
}

/** Value of a quoted name: names of objects and data hold no escapes. */
function unquote(token: YulToken | undefined): string {
  if (token?.kind !== 'string') throw new Error('Yul: an object or data segment has no name')
  return token.text.slice(1, -1)
}

/**
 * The tree of objects of Yul text that holds one outermost object.
 *
 * @throws {Error} when the text has another form
 */
export function parseObjects(tokens: readonly YulToken[]): YulObject {
  const parse = (at: number): { object: YulObject; next: number } => {
    const keyword = tokens[at]
    const open = skipComments(tokens, at + 2)
    if (keyword?.text !== 'object' || tokens[open]?.text !== '{') throw new Error('Yul: an object was expected')
    const name = unquote(tokens[at + 1])
    const objects: YulObject[] = []
    const data: YulData[] = []
    let i = skipComments(tokens, open + 1)
    while (tokens[i] !== undefined && tokens[i]?.text !== '}') {
      const member = tokens[i]?.text
      if (member === 'code') i = closingBrace(tokens, skipComments(tokens, i + 1)) + 1
      else if (member === 'data') {
        data.push({ name: unquote(tokens[i + 1]), value: tokens[i + 2] as YulToken })
        i += 3
      } else {
        const child = parse(i)
        objects.push(child.object)
        i = child.next
      }
      i = skipComments(tokens, i)
    }
    const close = tokens[i]
    if (close === undefined) throw new Error(`Yul: object "${name}" is not closed`)
    return { object: { name, start: keyword.start, end: close.end, objects, data }, next: i + 1 }
  }
  return parse(skipComments(tokens, 0)).object
}

/** A piece of text to put in place of `[start, end)`. */
export type Replacement = { readonly start: number; readonly end: number; readonly text: string }

/** Applies replacements that are in ascending order and do not overlap. */
export function replaceRanges(text: string, replacements: readonly Replacement[]): string {
  const pieces: string[] = []
  let position = 0
  for (const { start, end, text: piece } of replacements) {
    pieces.push(text.slice(position, start), piece)
    position = end
  }
  pieces.push(text.slice(position))
  return pieces.join('')
}
