import type { SolcError } from '../../compiler-ext/index.ts'

/** How errors are shown. */
export type DiagnosticStyle = { readonly colored: boolean; readonly withErrorCodes: boolean }

type Severity = SolcError['severity']

const RESET = '\u001b[0m'
const BOLD = '\u001b[1m'
const WHITE = '\u001b[37m'
const codes = {
  error: `${BOLD}\u001b[31m`,
  warning: `${BOLD}\u001b[33m`,
  info: `${BOLD}${WHITE}`,
  message: `${BOLD}${WHITE}`,
  frame: `${BOLD}\u001b[34m`,
  secondary: `${BOLD}\u001b[36m`,
  highlight: '\u001b[33m',
  carets: `${BOLD}\u001b[33m`,
} as const

type Paint = (kind: keyof typeof codes, text: string) => string

const colored: Paint = (kind, text) => `${codes[kind]}${text}${RESET}`
const plain: Paint = (_, text) => text

const headings: Readonly<Record<Severity, string>> = { error: 'Error', warning: 'Warning', info: 'Info' }

/** One line of what concerns the command itself rather than a place in a source. */
export function formatMessage(severity: Severity, message: string, style: DiagnosticStyle): string {
  return primaryLine({ severity, message }, style)
}

function primaryLine(
  { severity, message, errorCode }: Pick<SolcError, 'severity' | 'message' | 'errorCode'>,
  style: DiagnosticStyle,
): string {
  const paint = style.colored ? colored : plain
  const code = style.withErrorCodes && errorCode !== undefined ? paint(severity, ` (${errorCode})`) : ''
  return `${paint(severity, headings[severity])}${code}${paint('message', `: ${message}\n`)}`
}

/** Splits a line of source where the carets below it begin and end. */
function highlight(source: string, carets: string, paint: Paint): string {
  const characters = [...source]
  const start = carets.search(/\^/)
  const end = /\(Relevant source part/.test(carets) ? characters.length : carets.lastIndexOf('^') + 1
  return (
    characters.slice(0, start).join('') +
    paint('highlight', characters.slice(start, end).join('')) +
    characters.slice(end).join('')
  )
}

/** Colours arrows, margins, source lines and carets. */
function paintLines(text: string, paint: Paint): string {
  const lines = text.split('\n')
  return lines
    .map((line, i) => {
      const arrow = /^( *)-->(.*)$/.exec(line)
      if (arrow) return `${arrow[1]}${paint('frame', '-->')}${arrow[2]}`
      const source = /^(\d+ \|) (.*)$/.exec(line)
      const below = /^ +\| (.*)$/.exec(lines[i + 1] ?? '')
      if (source && below) {
        const [, margin = '', content = ''] = source
        return `${paint('frame', margin)} ${highlight(content, below[1] as string, paint)}`
      }
      const margin = /^( +)\|(?: ([\t ]*)(\^.*))?$/.exec(line)
      if (!margin) return line
      const [, pad, indent, carets] = margin
      return `${pad}${paint('frame', '|')}${carets === undefined ? '' : ` ${indent}${paint('carets', carets)}`}`
    })
    .join('\n')
}

/** Other places that an error is about; standard JSON has them besides what the compiler reads of an error. */
type Secondary = { readonly secondarySourceLocations?: readonly { readonly message?: string }[] }

/** Colours what follows the first line of an error in the text that solc gives. */
function paintPlaces(text: string, { secondarySourceLocations = [] }: Secondary, paint: Paint): string {
  let painted = ''
  let rest = text
  for (const { message } of secondarySourceLocations) {
    const note = `:${message ? ` ${message}` : ''}\n`
    const at = rest.indexOf(`Note${note}`)
    if (at < 0) continue
    painted += paintLines(rest.slice(0, at), paint) + paint('secondary', 'Note') + paint('message', note)
    rest = rest.slice(at + 'Note'.length + note.length)
  }
  return painted + paintLines(rest, paint)
}

/**
 * An error as solc's command line shows it: `Error`, `Warning` or `Info` in place of its type, then its places as they are
 * in the formatted message of standard JSON, which are the same.
 */
export function formatDiagnostic(error: SolcError, style: DiagnosticStyle): string {
  const { type, message, formattedMessage = '' } = error
  const first = [type, headings[error.severity]]
    .map((heading) => `${heading}: ${message}\n`)
    .find((line) => formattedMessage.startsWith(line))
  const places = first === undefined ? '\n' : formattedMessage.slice(first.length)
  return primaryLine(error, style) + (style.colored ? paintPlaces(places, error as Secondary, colored) : places)
}
