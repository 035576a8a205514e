import type { SolcError, StandardJsonOutput } from './standardJson.ts'

/** What an exception of the compiler says before and after the sentence that is meant for people. */
const EXCEPTION = /std::exception::what: |tag_comment\*\] = |Dynamic exception type: |: Throw in function /

/** The sentence in the text of an exception of solc's C++, or of a JavaScript error. */
function causeOf(text: string): string | undefined {
  const what = /std::exception::what: ([^\n]*)/.exec(text)?.[1]?.trim()
  const comment = /tag_comment\*\] = ([^\n]*)/.exec(text)?.[1]?.trim()
  return [comment, what].find((cause) => cause !== undefined && cause !== '' && cause !== 'std::exception')
}

/**
 * An error whose text is that of an exception in solc's code, in words: without the places in that code.
 * Others stay as they are.
 */
function cleanError(error: SolcError): SolcError {
  const { message, formattedMessage = '' } = error
  if (!EXCEPTION.test(message) && !EXCEPTION.test(formattedMessage) && !/^Uncaught exception/.test(message))
    return error
  const cause = causeOf(message) ?? causeOf(formattedMessage)
  const text = cause ?? 'solc could not go on, and does not say why: a limit of the compiler, or a mistake in it'
  const place = /^ *--> [\s\S]*/m.exec(formattedMessage)?.[0] ?? ''
  // The assertion that failed comes before its place in the Solidity source, if solc knows one.
  const isPlace = place !== '' && !EXCEPTION.test(place)
  return { ...error, message: text, formattedMessage: `${error.type}: ${text}\n${isPlace ? place : '\n'}` }
}

/** An output whose errors are all fit to be read. */
export function cleanOutput(output: StandardJsonOutput): StandardJsonOutput {
  return output.errors === undefined ? output : { ...output, errors: output.errors.map(cleanError) }
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
