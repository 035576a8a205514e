import type { Outcome } from './compare.ts'

/** Names of cases by file: the last folder and name of its path, `stBadOpcode/opcAEDiffPlaces.json`. */
type CaseList = Readonly<Record<string, readonly string[]>>

/** What is known to differ. */
export type Differences = {
  /** Cases that execute the byte AE, and so differ from the stock EVM. */
  readonly instruction: CaseList
  /** Cases in which both EVMs agree, and differ from the file. */
  readonly file: CaseList
}

/** A file's outcomes. */
export type FileOutcomes = ReadonlyMap<string, readonly Outcome[]>

/** What stands in a list of a file for an outcome; undefined for one that no list may have. */
function listOf({ verdict }: Outcome): keyof Differences | undefined {
  if (verdict.kind === 'different' && verdict.executesExtension) return 'instruction'
  return verdict.kind === 'same' && !verdict.asExpected ? 'file' : undefined
}

/** Name of a file in the lists. */
export function fileName(path: string): string {
  return path.split('/').slice(-2).join('/')
}

/**
 * What is wrong with outcomes: differences of cases that do not execute the byte AE, crashes, and what the lists do not say
 * or say without its being so.
 */
export function findMistakes(outcomes: FileOutcomes, known: Differences): string[] {
  const mistakes: string[] = []
  for (const [file, ran] of outcomes)
    for (const outcome of ran) {
      const { name, verdict } = outcome
      const place = `${file}: ${name}`
      if (verdict.kind === 'skipped') continue
      if (verdict.kind === 'crashed') mistakes.push(`${place}: crashed: ${verdict.detail}`)
      if (verdict.kind === 'different' && !verdict.executesExtension)
        mistakes.push(`${place}: the EVMs differ: ${verdict.detail}`)
      const found = listOf(outcome)
      for (const list of ['instruction', 'file'] as const) {
        const isListed = known[list][file]?.includes(name) ?? false
        if (isListed && found !== list) mistakes.push(`${place}: in the list "${list}", and does not differ so`)
        if (!isListed && found === list) mistakes.push(`${place}: not in the list "${list}": ${verdict.detail}`)
      }
    }
  return mistakes
}

/** The lists as they would have to be for these outcomes; what they say of cases that were not run stays. */
export function updateDifferences(outcomes: FileOutcomes, known: Differences): Differences {
  const update = (list: keyof Differences): CaseList => {
    const lists = new Map(Object.entries(known[list]).map(([file, names]) => [file, new Set(names)]))
    for (const [file, ran] of outcomes) {
      const names = lists.get(file) ?? new Set()
      for (const outcome of ran)
        if (listOf(outcome) === list) names.add(outcome.name)
        else names.delete(outcome.name)
      lists.set(file, names)
    }
    const entries = [...lists].flatMap(([file, names]) => (names.size > 0 ? [[file, [...names].sort()] as const] : []))
    return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)))
  }
  return { instruction: update('instruction'), file: update('file') }
}
