/** Problems that a message shows; the rest is counted. */
const SHOWN_PROBLEMS = 8

/**
 * A model file that can't be imported: it is not what it claims to be, or it uses what the instruction set does not have.
 *
 * `problems` lists everything that was found wrong; the message shows the first of them on one line.
 */
export class ImportError extends Error {
  override readonly name = 'ImportError'
  readonly problems: readonly string[]

  constructor(file: string, problems: readonly string[]) {
    const count = problems.length === 1 ? '' : `${problems.length} problems: `
    const rest = problems.length - SHOWN_PROBLEMS
    const more = rest > 0 ? `; and ${rest} more` : ''
    super(`${file}: ${count}${problems.slice(0, SHOWN_PROBLEMS).join('; ')}${more}`)
    this.problems = problems
  }
}
