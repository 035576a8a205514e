import { describe, expect, it } from 'vitest'
import { interpret } from '../../../compiler-ext/analysis/interpreter.ts'
import { parseCode } from '../../../compiler-ext/analysis/parseYul.ts'
import type { YulExpression, YulFunction } from '../../../compiler-ext/analysis/yulAst.ts'
import { tokenizeYul } from '../../../compiler-ext/yul.ts'

const parse = (body: string) => parseCode(tokenizeYul(`code { ${body} }`), 0)

/** Value of the literal that a program assigns. */
function literal(text: string): YulExpression | undefined {
  const statement = parse(`let x := ${text}`).body.statements[0]
  return statement?.kind === 'assign' ? statement.value : undefined
}

/** Messages of what halts in a program; LOAD(type), ADD(a, b) and so on are instructions. */
function halts(body: string): string[] {
  const text = body
    .replaceAll(/LOAD\(([^()]*)\)/g, 'verbatim_2i_1o(hex"ae02", $1, 0)')
    .replaceAll(/ADD\(/g, 'verbatim_2i_1o(hex"ae28", ')
  const found: string[] = []
  interpret(parse(text), {
    onInstruction: ({ mnemonic }, halt) => halt && found.push(`${mnemonic} ${halt.error.message}`),
    watches: () => false,
    onEnd: () => expect.unreachable(),
  })
  return found
}

const INT32 = '0x20103'
const INT8 = '0x20101'

describe('parseCode', () => {
  it.each([
    ['17', 17n],
    ['0x1F', 31n],
    ['true', 1n],
    ['false', 0n],
    ['"ab"', 0x6162n << 240n],
    ['hex"00ff"', 0xffn << 240n],
    ['"\\x41\\n\\"\\\\"', 0x410a225cn << 224n],
    ['"\\u00e9}"', 0xc3a97dn << 232n],
    ['""', 0n],
  ])('reads the literal %s', (text, value) => {
    expect(literal(text)).toMatchObject({ kind: 'literal', value })
  })

  it('finds functions in their blocks, before and after the calls', () => {
    const { calls } = parse(`
      f() { function g() { f() } g() } { function g() -> a, b { a := 1 } let x, y := g() }
      function f() { g() function g() {} }`)
    const targets = calls.map(({ target }) => target as YulFunction)
    expect(targets.map(({ name, results }) => [name, results])).toEqual([
      ['f', 0],
      ['g', 0],
      ['g', 2],
    ])
    expect(targets[1]?.calls[0]?.target).toBe(targets[0])
    expect(targets[0]?.calls[0]?.target?.calls).toEqual([])
  })

  it('gives each call the position before it, and the code its first', () => {
    const code = parse(`
      /// @src 3:10:20
      pop(1)
      /// @src 4:5:6  "text"
      let x := add(1,
        /// @src 4:7:8
        mul(2, 3))
      /// @src -1:-1:-1
      pop(x)`)
    expect(code.position).toEqual({ source: 3, start: 10, end: 20 })
    expect(code.calls.map(({ name, position }) => [name, position?.start])).toEqual([
      ['pop', 10],
      ['mul', 7],
      ['add', 5],
      ['pop', undefined],
    ])
  })

  it.each(['x := 1', 'let x := y', 'pop(1', 'if 1 {', '5', 'let 1 2'])('does not take %s', (body) => {
    expect(() => parse(body)).toThrow(/^Yul: /)
  })
})

describe('interpret', () => {
  it('evaluates operands from the last to the first, as the EVM does', () => {
    // The last operand is made first, and has handle 1.
    expect(halts(`function two(a, b) {} two(LOAD(${INT32}), LOAD(${INT8})) pop(ADD(2, 2)) pop(ADD(1, 1))`)).toEqual([
      'TADD TypeMismatch: a is int8[2], not int32',
    ])
    expect(halts(`pop(ADD(LOAD(${INT32}), LOAD(${INT32}))) pop(ADD(1, 4))`)).toEqual([
      'TADD BadHandle: this frame has made no tensor 4',
    ])
  })

  it('follows switches, leave, break and continue', () => {
    expect(
      halts(`
      function f(n) -> t { t := LOAD(${INT32}) switch n case 0 { leave } case 1 { t := LOAD(${INT8}) leave } default { t := 0 } t := 9 }
      for { let i := 0 } 1 { i := add(i, 1) } { if lt(i, 5) { continue } if eq(i, 7) { break } pop(f(0)) }
      pop(ADD(f(0), 2)) pop(ADD(f(0), f(1)))`),
    ).toEqual(['TADD TypeMismatch: b is int8[2], not int32'])
  })

  it('ends with the code', () => {
    expect(halts(`if calldatasize() { return(0, 0) pop(ADD(0, 0)) } stop() pop(ADD(0, 0))`)).toEqual([])
  })

  it('ends on code without end, and with recursion that nobody can follow', () => {
    expect(halts(`for {} 1 {} { pop(LOAD(${INT32})) }`)).toEqual([])
    expect(halts(`for {} calldatasize() {} { for {} callvalue() {} { pop(LOAD(${INT32})) } } pop(ADD(0, 1))`)).toEqual([
      'TADD BadHandle: this frame has made no tensor 0',
    ])
    expect(halts(`function f(n) { pop(LOAD(${INT32})) f(add(n, 1)) f(n) } f(0) pop(ADD(0, 0))`)).toEqual([])
    expect(
      halts(`function f(n) -> t { if n { t := f(sub(n, 1)) } t := LOAD(${INT32}) } pop(ADD(f(5), f(300)))`),
    ).toEqual([])
    expect(halts(`function f(n) -> t { if n { t := f(sub(n, 1)) } t := LOAD(${INT8}) } pop(ADD(f(5), 1))`)).toEqual([
      'TADD TypeMismatch: a is int8[2], not int32',
    ])
  })

  it('gives each external function steps of its own', () => {
    const endless = `for { let i := 0 } lt(i, 1000000) { i := add(i, 1) } { for {} calldataload(i) {} { i := add(i, sload(i)) f() } }`
    const found = halts(`switch shr(224, calldataload(0)) case 1 { g(1) } case 2 { pop(ADD(0, 0)) }
      function f() { pop(LOAD(${INT32})) }
      function g(n) { let m := 0 g(m) g(n) ${endless} }`)
    expect(found).toEqual(['TADD BadHandle: this frame has made no tensor 0'])
  })
})
