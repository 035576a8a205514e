import { describe, expect, it } from 'vitest'
import { decodeSourceMap, flattenPositions } from '../../compiler-ext/sourceMap.ts'
import { parseObjects, tokenizeYul } from '../../compiler-ext/yul.ts'

const texts = (source: string) => tokenizeYul(source).map(({ kind, text }) => `${kind} ${text}`)

describe('Yul', () => {
  it('is split so that strings and comments hide what they contain', () => {
    expect(texts('let a := add(0x1f, "}\\"{ // x") // {\n/* } */ hex"7b7d"')).toEqual([
      'word let',
      'word a',
      'symbol :=',
      'word add',
      'symbol (',
      'word 0x1f',
      'symbol ,',
      'string "}\\"{ // x"',
      'symbol )',
      'comment // {',
      'comment /* } */',
      'string hex"7b7d"',
    ])
    expect(() => tokenizeYul('"open')).toThrow(/unexpected/)
  })

  it('has a tree of objects and data', () => {
    const source = `/// @use-src 0:"a"
      object "A_1" { code { let code := "object" { } }
        // object "no" {
        object "A_1_deployed" { code { } data ".metadata" hex"00" }
        object "B.C" { code { function object() {} } } }`
    const root = parseObjects(tokenizeYul(source))
    expect(root.name).toBe('A_1')
    expect(root.objects.map(({ name }) => name)).toEqual(['A_1_deployed', 'B.C'])
    expect(root.objects[0]?.data.map(({ name, value }) => [name, value.text])).toEqual([['.metadata', 'hex"00"']])
    expect(source.slice(root.objects[1]?.start, root.objects[1]?.end)).toMatch(/^object "B\.C" \{.*\}$/)
    expect(() => parseObjects(tokenizeYul('object "A" { code {'))).toThrow(/not closed/)
    expect(() => parseObjects(tokenizeYul('object "A" { code {}'))).toThrow(/not closed/)
    expect(() => parseObjects(tokenizeYul('{ }'))).toThrow(/object was expected/)
  })

  it('keeps positions apart when sources share one virtual file', () => {
    const source = `/// @use-src 0:"a", 7:"b"
      /// @src 0:5:9
      /// @src 7:0:4
      // g("@src 9:1:2")
      let x := "@src 7:1:2" /// @src -1:-1:-1`
    const { text, layout } = flattenPositions(source, tokenizeYul(source), 'v.yul')
    expect(layout.ids).toEqual([0, 7, 9])
    expect(text).toContain('/// @use-src 0:"v.yul"')
    expect(text).toContain('/// @src 0:5:9\n')
    expect(text).toContain('/// @src 0:10:14\n')
    expect(text).toContain('"@src 7:1:2" /// @src -1:-1:-1')
    expect(decodeSourceMap('5:4:0:-:0;10:4;:::i;-1:-1:-1;', layout)).toBe('5:4:0:-:0;0::7;:::i;-1:-1:-1;')
  })
})
