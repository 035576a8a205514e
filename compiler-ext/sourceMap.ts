import { type Replacement, replaceRanges, type YulToken } from './yul.ts'

/**
 * Where each source of a compilation lies in one virtual file. solc's Yul mode keeps positions but not which file they
 * are in, so every file gets a range of its own.
 */
export type SourceLayout = {
  /** Source ids in ascending order. */
  readonly ids: readonly number[]
  /** First virtual offset of each. */
  readonly bases: readonly number[]
}

const POSITION = /@src (\d+):(\d+):(\d+)/g

/** Lays sources out one after another, by the furthest position that the text mentions of each. */
function layoutOf(comments: readonly YulToken[]): SourceLayout {
  const lengths = new Map<number, number>()
  for (const { text } of comments)
    for (const [, id, , end] of text.matchAll(POSITION))
      lengths.set(Number(id), Math.max(lengths.get(Number(id)) ?? 0, Number(end) + 1))
  const ids = [...lengths.keys()].sort((a, b) => a - b)
  let base = 0
  const bases = ids.map((id) => {
    const start = base
    base += lengths.get(id) as number
    return start
  })
  return { ids, bases }
}

/**
 * Rewrites the positions in the comments of Yul text to those of one virtual file.
 *
 * @param file - name of the virtual file, as the Yul compilation names its source
 */
export function flattenPositions(
  text: string,
  tokens: readonly YulToken[],
  file: string,
): { readonly text: string; readonly layout: SourceLayout } {
  const comments = tokens.filter(({ kind }) => kind === 'comment')
  const layout = layoutOf(comments)
  const baseOf = new Map(layout.ids.map((id, i) => [id, layout.bases[i] as number]))
  const replacements: Replacement[] = []
  for (const { text: comment, start, end } of comments) {
    if (comment.startsWith('/// @use-src ')) replacements.push({ start, end, text: `/// @use-src 0:"${file}"` })
    else if (comment.includes('@src '))
      replacements.push({
        start,
        end,
        text: comment.replace(POSITION, (_, id: string, first: string, last: string) => {
          const base = baseOf.get(Number(id)) as number
          return `@src 0:${base + Number(first)}:${base + Number(last)}`
        }),
      })
  }
  return { text: replaceRanges(text, replacements), layout }
}

/** Source and offset in it of a virtual offset. */
function sourcePosition(offset: number, layout: SourceLayout): { readonly id: number; readonly offset: number } {
  let i = 0
  while (i + 1 < layout.bases.length && (layout.bases[i + 1] as number) <= offset) i++
  return { id: layout.ids[i] ?? -1, offset: offset - (layout.bases[i] ?? 0) }
}

const FIELDS = 5

/**
 * Turns a source map over the virtual file into one over the sources, compressed as solc compresses it: `s:l:f:j:m`, where
 * a field equal to the one before is empty and trailing empty fields are cut.
 */
export function decodeSourceMap(map: string, layout: SourceLayout): string {
  let read = new Array<string>(FIELDS).fill('')
  let written = new Array<string>(FIELDS).fill('')
  const entries = map.split(';').map((entry) => {
    const given = entry.split(':')
    read = read.map((before, i) => given[i] || before)
    const [start, length, file, jump, depth] = read as [string, string, string, string, string]
    const position = Number(file) < 0 || Number(start) < 0 ? undefined : sourcePosition(Number(start), layout)
    const decoded = position
      ? [String(position.offset), length, String(position.id), jump, depth]
      : [start, length, '-1', jump, depth]
    const fields = decoded.map((value, i) => (value === written[i] ? '' : value))
    written = decoded
    return fields.join(':').replace(/:+$/, '')
  })
  return entries.join(';')
}

/**
 * Rewrites the positions in solc's assembly text from the virtual file to the sources.
 *
 * @param file - name of the virtual file
 * @param fileOf - name of each source, by its id
 */
export function decodeAssembly(
  assembly: string,
  layout: SourceLayout,
  file: string,
  fileOf: ReadonlyMap<number, string>,
): string {
  return assembly
    .replaceAll(`/* "${file}":`, '/* :')
    .replaceAll(/\/\* :(\d+):(\d+)/g, (_, first: string, last: string) => {
      const { id, offset } = sourcePosition(Number(first), layout)
      const end = offset + Number(last) - Number(first)
      return `/* ${JSON.stringify(fileOf.get(id) ?? '')}:${offset}:${end}`
    })
}
