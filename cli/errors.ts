/** A mistake of the user, told in one line: what, where, and what was expected. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** One line for the terminal, without a stack trace. */
export function describeError(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  return text.split('\n')[0] ?? ''
}
