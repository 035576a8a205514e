/**
 * A model file that can't be imported: it is not what it claims to be, or it uses what the instruction set does not have.
 *
 * `problems` lists everything that was found wrong; the message shows them all.
 */
export class ImportError extends Error {
  override readonly name = 'ImportError'
  readonly problems: readonly string[]

  constructor(file: string, problems: readonly string[]) {
    super(
      problems.length === 1
        ? `${file}: ${problems[0]}`
        : `${file}: ${problems.length} problems\n${problems.map((problem) => `  ${problem}`).join('\n')}`,
    )
    this.problems = problems
  }
}
