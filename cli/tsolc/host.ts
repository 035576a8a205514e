/** What the command takes from the process that it runs in. */
export type Host = {
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** Whether somebody types the standard input. */
  readonly isInteractive: boolean
  /** Whether somebody reads the errors in a terminal. */
  readonly showsColors: boolean
  readInput(): Promise<string>
  writeOutput(text: string): void
  writeError(text: string): void
}
