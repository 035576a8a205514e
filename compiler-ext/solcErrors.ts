import { wrongKind } from './inputShape.ts'
import type { SolcError, StandardJsonInput, StandardJsonOutput } from './standardJson.ts'

/** What an exception of the compiler says before and after the sentence that is meant for people. */
const EXCEPTION =
  /Uncaught exception|std::exception::what: |tag_comment\*\] = |Dynamic exception type: |: Throw in function /
/** What the library says that reads JSON for solc. */
const JSON_EXCEPTION = /\[json\.exception\.[\w.]*\] /

/** The sentence in the text of an exception of solc's C++, or of a JavaScript error. */
function causeOf(text: string): string | undefined {
  const what = /std::exception::what: ([^\n]*)/.exec(text)?.[1]?.trim()
  const comment = /tag_comment\*\] = ([^\n]*)/.exec(text)?.[1]?.trim()
  return [comment, what].find((cause) => cause !== undefined && cause !== '' && cause !== 'std::exception')
}

/** An error of standard JSON about its input. */
function jsonError(message: string): SolcError {
  return { component: 'general', severity: 'error', type: 'JSONError', message, formattedMessage: message }
}

/** The output for an input that can't be compiled. */
export function inputError(message: string): StandardJsonOutput {
  return { errors: [jsonError(message)] }
}

/**
 * An error whose text is that of an exception in solc's code, in words: without the places in that code.
 * Others stay as they are.
 */
function cleanError(error: SolcError, input: StandardJsonInput): SolcError {
  const { message, formattedMessage = '' } = error
  const text = `${message}\n${formattedMessage}`
  if (!EXCEPTION.test(text)) return error
  if (JSON_EXCEPTION.test(text))
    return jsonError(wrongKind(input) ?? `solc can't read the input: ${causeOf(text)?.replace(JSON_EXCEPTION, '')}`)
  const cause =
    causeOf(text) ?? 'solc could not go on, and does not say why: a limit of the compiler, or a mistake in it'
  const place = /^ *--> [\s\S]*/m.exec(formattedMessage)?.[0] ?? ''
  // Places in solc's code may follow the place in the source.
  const shown = place !== '' && !EXCEPTION.test(place) ? place : '\n'
  return { ...error, message: cause, formattedMessage: `${error.type}: ${cause}\n${shown}` }
}

/** An output whose errors are all fit to be read, and where they belong: solc gives some alone. */
export function cleanOutput(output: StandardJsonOutput, input: StandardJsonInput): StandardJsonOutput {
  const { errors } = output
  if (errors !== undefined) return { ...output, errors: errors.map((error) => cleanError(error, input)) }
  return 'severity' in output ? { errors: [cleanError(output as unknown as SolcError, input)] } : output
}

/** The output for a compiler that stopped in the middle. */
export function internalError(error: unknown): StandardJsonOutput {
  const reason = error instanceof Error ? error.message : String(error)
  const message = `solc stopped: ${causeOf(reason) ?? reason.split('\n')[0]}`
  const formattedMessage = `InternalCompilerError: ${message}\n\n`
  return {
    errors: [{ component: 'general', severity: 'error', type: 'InternalCompilerError', message, formattedMessage }],
  }
}
