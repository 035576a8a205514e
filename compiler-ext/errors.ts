import type { SolcError, SourceLocation } from './standardJson.ts'

/** Texts of sources by source unit name; those that solc read itself may be missing. */
export type SourceTexts = ReadonlyMap<string, string>

/** Line and column, both from 1, of a byte of a text, and what its line holds. */
function lineAt(text: string, byte: number): { line: number; column: number; content: string; rest: number } {
  const bytes = Buffer.from(text, 'utf8')
  const start = bytes.lastIndexOf(10, Math.max(0, byte - 1)) + 1
  const from = byte > 0 ? start : 0
  const newline = bytes.indexOf(10, byte)
  const end = newline < 0 ? bytes.length : newline
  return {
    line: bytes.subarray(0, from).filter((value) => value === 10).length + 1,
    column: bytes.toString('utf8', from, byte).length + 1,
    content: bytes.toString('utf8', from, end).replace(/\r$/, ''),
    rest: end - byte,
  }
}

/** The place of an error as solc prints it: `--> file:line:column:` and the line with carets. */
function formatLocation(location: SourceLocation, texts: SourceTexts): string {
  const text = texts.get(location.file)
  if (text === undefined) return ` --> ${location.file}\n`
  const { line, column, content, rest } = lineAt(text, location.start)
  const margin = ' '.repeat(String(line).length)
  const length = location.end - location.start
  const indent = content.slice(0, column - 1).replace(/[^\t]/g, ' ')
  const carets =
    length > rest
      ? '^ (Relevant source part starts here and spans across multiple lines).'
      : '^'.repeat(Math.max(1, length))
  return `${margin}--> ${location.file}:${line}:${column}:\n${margin} |\n${line} | ${content}\n${margin} | ${indent}${carets}\n`
}

/** A further place that an error speaks of, and what is there: one of solc's `secondarySourceLocations`. */
export type Note = SourceLocation & { readonly message: string }

/**
 * An error or warning in the shape and format of solc's.
 *
 * @param hint - what to write instead; on a line of its own after the excerpt, in `formattedMessage` only
 * @param notes - further places, each printed as solc prints it
 */
export function createError(
  error: Pick<SolcError, 'severity' | 'type' | 'message' | 'errorCode'>,
  location: SourceLocation | undefined,
  texts: SourceTexts,
  hint?: string,
  notes: readonly Note[] = [],
): SolcError & { readonly secondarySourceLocations?: readonly Note[] } {
  const lines = [
    `${error.severity === 'warning' ? 'Warning' : error.type}: ${error.message}\n`,
    location ? formatLocation(location, texts) : '',
    hint === undefined ? '' : `Hint: ${hint}\n`,
    ...notes.map((note) => `Note: ${note.message}:\n${formatLocation(note, texts)}`),
  ]
  return {
    component: 'general',
    ...error,
    formattedMessage: `${lines.join('')}\n`,
    ...(location && { sourceLocation: location }),
    ...(notes.length > 0 && { secondarySourceLocations: notes }),
  }
}

/** Source that does not compile. The message is every error as the compiler formats it; warnings are in `errors` too. */
export class CompileError extends Error {
  override readonly name = 'CompileError'
  readonly errors: readonly SolcError[]

  constructor(errors: readonly SolcError[]) {
    const fatal = errors.filter(({ severity }) => severity === 'error')
    super(fatal.map(({ formattedMessage, message }) => (formattedMessage ?? message).trimEnd()).join('\n\n'))
    this.errors = errors
  }
}
