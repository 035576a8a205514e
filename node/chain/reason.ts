import { MissingModelError } from '../../evm-ext/index.ts'

/** What the client ends its messages with: a description of VM, block and transaction. */
const DESCRIPTION = / \(?(?:vm hf|block (?:header )?number|tx type)=.*$/s

/** An error of the client without the descriptions that it adds, as an error that may be shown. */
export function toReason(error: unknown, what = ''): Error {
  // Which model is missing is for programs too.
  if (error instanceof MissingModelError) return error
  if (!(error instanceof Error)) return new Error(`${what}${error}`)
  const message = `${what}${error.message.replace(DESCRIPTION, '')}`
  return message === error.message ? error : new Error(message, { cause: error })
}
