import { skipComments, type YulToken } from '../yul.ts'
import type {
  Position,
  YulBlock,
  YulCall,
  YulCase,
  YulExpression,
  YulFunction,
  YulLoop,
  YulStatement,
} from './yulAst.ts'

const SOURCE_POSITION = /@src (-?\d+):(-?\d+):(-?\d+)/
const WORD_BYTES = 32

/** Bytes of a string literal, without its quotes. */
function stringBytes(text: string): Buffer {
  if (text.startsWith('hex"')) return Buffer.from(text.slice(4, -1).replaceAll('_', ''), 'hex')
  const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' }
  const pieces: Buffer[] = []
  for (const [piece, byte, unit, letter] of text
    .slice(1, -1)
    .matchAll(/\\x([0-9a-fA-F]{2})|\\u([0-9a-fA-F]{4})|\\([\s\S])|[^\\]+/g)) {
    if (byte !== undefined) pieces.push(Buffer.from(byte, 'hex'))
    else if (unit !== undefined) pieces.push(Buffer.from(String.fromCharCode(Number.parseInt(unit, 16)), 'utf8'))
    else if (letter === '\n') continue
    else pieces.push(Buffer.from(letter === undefined ? piece : (escapes[letter] ?? letter), 'utf8'))
  }
  return Buffer.concat(pieces)
}

/** A string as a word: its bytes from the left. One that is longer than a word is an argument that is not evaluated. */
function stringWord(text: string): bigint {
  const bytes = stringBytes(text)
  if (bytes.length > WORD_BYTES || bytes.length === 0) return 0n
  return BigInt(`0x${bytes.toString('hex').padEnd(2 * WORD_BYTES, '0')}`)
}

function literalWord({ kind, text }: YulToken): bigint {
  if (kind === 'string') return stringWord(text)
  return text === 'true' ? 1n : text === 'false' ? 0n : BigInt(text)
}

/** A function while it is read: names of its variables, and calls in it. */
type Scope = { readonly slotOf: Map<string, number>; readonly calls: YulCall[] }

/**
 * Reads the code of an object: the block behind `code`, as a function without parameters.
 *
 * @param tokens - of the whole text
 * @param from - index of the token `code`
 * @throws {Error} on text that is not Yul as solc prints it
 */
export function parseCode(tokens: readonly YulToken[], from: number): YulFunction {
  let at = from
  let position: Position | undefined
  let scope: Scope = { slotOf: new Map(), calls: [] }
  // Calls whose function is not found yet, in the block that is read and those inside it.
  let unresolved: YulCall[] = []

  const skip = () => {
    for (; tokens[at]?.kind === 'comment'; at++) {
      const found = SOURCE_POSITION.exec((tokens[at] as YulToken).text)
      if (found === null) continue
      const [source, start, end] = found.slice(1).map(Number) as [number, number, number]
      position = source < 0 ? undefined : { source, start, end }
    }
  }
  /** Text of the next token, which stays. */
  const peek = (): string => {
    skip()
    return tokens[at]?.text ?? ''
  }
  const take = (): YulToken => {
    skip()
    const token = tokens[at++]
    if (token === undefined) throw new Error('Yul: the code ends too early')
    return token
  }
  const expect = (text: string) => {
    const found = take().text
    if (found !== text) throw new Error(`Yul: ${text} was expected, found ${found}`)
  }

  const declare = (name: string): number => {
    const known = scope.slotOf.get(name)
    if (known !== undefined) return known
    const slot = scope.slotOf.size
    scope.slotOf.set(name, slot)
    return slot
  }
  const slotOf = (name: string): number => {
    const slot = scope.slotOf.get(name)
    if (slot === undefined) throw new Error(`Yul: no variable ${name}`)
    return slot
  }

  const parseArguments = (): YulExpression[] => {
    const list: YulExpression[] = []
    expect('(')
    while (peek() !== ')') {
      if (list.length > 0) expect(',')
      list.push(parseExpression())
    }
    expect(')')
    return list
  }

  const parseExpression = (): YulExpression => {
    const token = take()
    if (token.kind === 'string' || /^(\d|true$|false$)/.test(token.text))
      return { kind: 'literal', value: literalWord(token), text: token.text }
    const before = position
    if (peek() !== '(') return { kind: 'variable', slot: slotOf(token.text) }
    const call: YulCall = {
      kind: 'call',
      name: token.text,
      arguments: parseArguments(),
      position: before,
      target: undefined,
    }
    scope.calls.push(call)
    unresolved.push(call)
    return call
  }

  const parseNames = (): string[] => {
    const names = [take().text]
    while (peek() === ',') {
      expect(',')
      names.push(take().text)
    }
    return names
  }

  const parseFunction = (): YulFunction => {
    expect('function')
    const start = position
    const name = take().text
    const outer = scope
    scope = { slotOf: new Map(), calls: [] }
    expect('(')
    const parameters = peek() === ')' ? [] : parseNames()
    expect(')')
    let results: string[] = []
    if (peek() === '->') {
      expect('->')
      results = parseNames()
    }
    for (const variable of [...parameters, ...results]) declare(variable)
    const body = parseBlock()
    const { slotOf, calls } = scope
    scope = outer
    return {
      name,
      position: start,
      parameters: parameters.length,
      results: results.length,
      slots: slotOf.size,
      body,
      calls,
    }
  }

  const parseSwitch = (): YulStatement => {
    expect('switch')
    const subject = parseExpression()
    const cases: YulCase[] = []
    let fallback: YulBlock | undefined
    for (;;) {
      if (peek() === 'case') {
        expect('case')
        const value = literalWord(take())
        const first = scope.calls.length
        const body = parseBlock()
        cases.push({ value, body, calls: scope.calls.slice(first) })
      } else if (peek() === 'default') {
        expect('default')
        fallback = parseBlock()
      } else return { kind: 'switch', subject, cases, fallback }
    }
  }

  const parseLoop = (): YulLoop => {
    expect('for')
    const init = parseBlock()
    const condition = parseExpression()
    const post = parseBlock()
    return { kind: 'for', init, condition, post, body: parseBlock() }
  }

  const parseDeclaration = (): YulStatement => {
    expect('let')
    const names = parseNames()
    const hasValue = peek() === ':='
    if (hasValue) expect(':=')
    const value = hasValue ? parseExpression() : undefined
    return { kind: 'assign', slots: names.map(declare), value }
  }

  const parseAssignmentOrCall = (): YulStatement => {
    const next = tokens[skipComments(tokens, at + 1)]?.text
    if (next === '(') {
      const call = parseExpression()
      if (call.kind !== 'call') throw new Error('Yul: a call was expected')
      return { kind: 'expression', call }
    }
    const names = parseNames()
    expect(':=')
    return { kind: 'assign', slots: names.map(slotOf), value: parseExpression() }
  }

  const parseStatement = (): YulStatement => {
    const keyword = peek()
    switch (keyword) {
      case '{':
        return parseBlock()
      case 'let':
        return parseDeclaration()
      case 'if':
        expect('if')
        return { kind: 'if', condition: parseExpression(), body: parseBlock() }
      case 'switch':
        return parseSwitch()
      case 'for':
        return parseLoop()
      case 'break':
      case 'continue':
      case 'leave':
        expect(keyword)
        return { kind: keyword }
      default:
        return parseAssignmentOrCall()
    }
  }

  const parseBlock = (): YulBlock => {
    const outer = unresolved
    unresolved = []
    const functions = new Map<string, YulFunction>()
    const statements: YulStatement[] = []
    expect('{')
    while (peek() !== '}') {
      if (peek() === 'function') {
        const declared = parseFunction()
        functions.set(declared.name, declared)
      } else statements.push(parseStatement())
    }
    expect('}')
    // A function may be called before it is declared, anywhere in its block.
    for (const call of unresolved) {
      call.target = functions.get(call.name)
      if (call.target === undefined) outer.push(call)
    }
    unresolved = outer
    return { kind: 'block', statements }
  }

  expect('code')
  // The first position is inside the block, before its first statement.
  const open = at
  const body = parseBlock()
  at = skipComments(tokens, open) + 1
  position = undefined
  skip()
  const { slotOf: slots, calls } = scope
  return { name: '', position, parameters: 0, results: 0, slots: slots.size, body, calls }
}
