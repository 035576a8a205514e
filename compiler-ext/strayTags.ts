import { walkSources } from './ast.ts'
import { createError, type SourceTexts } from './errors.ts'
import type { SolcError, StandardJsonOutput } from './standardJson.ts'

/** Comments, and strings that may look like one. */
const LEXEME = /\/\/[^\n\r]*|\/\*[\s\S]*?\*\/|"(?:[^"\\\n]|\\[\s\S])*"|'(?:[^'\\\n]|\\[\s\S])*'/g
/** What is meant as documentation: more strokes or asterisks than solc takes make an ordinary comment. */
const DOCUMENTATION = /^\/(?:\/\/|\*\*)/
const TAG = '@custom:evm-opcode'
/** A tag as solc takes it: the first @ of its line begins it. */
const TAKEN = /^[^@\n]*@custom:evm-opcode/gm

/** Places of a tag in the documentation of a text, in bytes; ascending. */
function mentions(text: string): number[] {
  return [...text.matchAll(LEXEME)].flatMap((match) => {
    const [comment] = match
    if (!DOCUMENTATION.test(comment)) return []
    const places: number[] = []
    for (let at = comment.indexOf(TAG); at >= 0; at = comment.indexOf(TAG, at + 1))
      places.push(Buffer.byteLength(text.slice(0, match.index + at)))
    return places
  })
}

/** Ranges of bytes of the documentation that solc found in each file, and how many tags each has. */
function documented(analysis: StandardJsonOutput): ReadonlyMap<string, { start: number; end: number; tags: number }[]> {
  const ranges = new Map<string, { start: number; end: number; tags: number }[]>()
  walkSources(analysis, ({ documentation }, file) => {
    if (typeof documentation !== 'object' || documentation === null) return
    const [start, length] = documentation.src.split(':').map(Number) as [number, number]
    const tags = [...documentation.text.matchAll(TAKEN)].length
    ranges.set(file, [...(ranges.get(file) ?? []), { start, end: start + length, tags }])
  })
  return ranges
}

/**
 * Warnings about tags that look like those of a marker and that solc attaches to nothing, so that the function keeps its
 * body: in a comment with too many strokes, in one that another comment follows, behind another tag on a line.
 */
export function strayTagWarnings(analysis: StandardJsonOutput, texts: SourceTexts): SolcError[] {
  const ranges = documented(analysis)
  return [...texts].flatMap(([file, text]) => {
    if (!text.includes(TAG)) return []
    const places = mentions(text)
    const stray = new Set(places)
    for (const { start, end, tags } of ranges.get(file) ?? [])
      for (const place of places.filter((at) => start <= at && at < end).slice(0, tags)) stray.delete(place)
    return [...stray].map((start) =>
      createError(
        { severity: 'warning', type: 'Warning', message: `ML014: this ${TAG} has no effect: no declaration has it` },
        { file, start, end: start + TAG.length },
        texts,
        'write it as a line of its own in the one comment, /// or /** */, right above a function',
      ),
    )
  })
}
