import { createError, type Note, type SourceTexts } from '../errors.ts'
import { markerError } from '../markers.ts'
import type { SolcError, SourceLocation } from '../standardJson.ts'
import type { UserCall } from './userSource.ts'
import type { YulFunction } from './yulAst.ts'

/** Calls in the source that an error names besides its own place. */
const MAX_NOTES = 4
/** A function of the source, but not the part of one that modifiers surround. */
const SOURCE_FUNCTION = /^fun_.*_\d+$/

/** Something that goes wrong whenever it is reached by certain calls. */
type Finding = {
  readonly code: 'ML012' | 'ML013'
  /** What is said where it goes wrong whatever leads there, and where it does not. */
  readonly always: string
  readonly sometimes: string
  readonly hint: string | undefined
  /** Calls in the user's source, innermost first. */
  readonly calls: readonly UserCall[]
  /** Where the check is that fails. */
  readonly check?: SourceLocation
  /** The function that the innermost call is in. */
  readonly container: YulFunction | undefined
}

/** Collects findings, and whether what they are about goes well for other calls. */
export type Findings = {
  /** @param site - what is run, and where in the source */
  fail(site: string, finding: () => Finding): void
  pass(site: string): void
  /** These functions may be called in other ways than were looked at. */
  leave(functions: ReadonlySet<YulFunction>): void
  /** One error or warning a place, in the order of files and places. */
  list(texts: SourceTexts): readonly SolcError[]
}

function byPlace(a: SolcError, b: SolcError): number {
  const { file: fileA = '', start: startA = 0 } = a.sourceLocation ?? {}
  const { file: fileB = '', start: startB = 0 } = b.sourceLocation ?? {}
  return fileA === fileB ? startA - startB : fileA < fileB ? -1 : 1
}

function toError({ code, always, sometimes, hint, calls, check }: Finding, isAlways: boolean, texts: SourceTexts) {
  const [innermost, ...outer] = calls
  const callers = outer.filter(({ callee }) => SOURCE_FUNCTION.test(callee)).map(({ place }) => place)
  // A call that recurs is named once.
  const different = new Map(callers.map((place) => [JSON.stringify(place), place]))
  const notes: Note[] = [...different.values()]
    .slice(0, MAX_NOTES)
    .map((place) => ({ ...place, message: 'it is reached from here' }))
  if (check) notes.unshift({ ...check, message: 'the check is here' })
  if (isAlways) return markerError(code, always, innermost?.place, texts, hint, notes)
  const warning = { severity: 'warning', type: 'Warning', message: `${code}: ${sometimes}` } as const
  return createError(warning, innermost?.place, texts, hint, notes)
}

export function createFindings(): Findings {
  const failures = new Map<string, Finding>()
  const passed = new Set<string>()
  const left = new Set<YulFunction>()
  return {
    fail(site, finding) {
      if (!failures.has(site)) failures.set(site, finding())
    },
    pass(site) {
      passed.add(site)
    },
    leave(functions) {
      for (const entry of functions) left.add(entry)
    },
    list(texts) {
      const errors = new Map<string, SolcError>()
      for (const [site, finding] of failures) {
        const isAlways = !passed.has(site) && !(finding.container && left.has(finding.container))
        const key = JSON.stringify(finding.calls[0]?.place)
        if (!errors.has(key) || (isAlways && errors.get(key)?.severity === 'warning'))
          errors.set(key, toError(finding, isAlways, texts))
      }
      return [...errors.values()].sort(byPlace)
    },
  }
}
