import { type Command, CommanderError } from 'commander'
import { describeError } from './errors.ts'

/** Makes a command leave its own errors to {@link runBin}. Subcommands that are made afterwards inherit it. */
export function throwingErrors(command: Command): Command {
  return command.configureOutput({ outputError: () => {} }).exitOverride()
}

/** Whether commander has shown what was asked for, or the help because nothing was. */
function isHelp(error: unknown): boolean {
  return error instanceof CommanderError && (error.exitCode === 0 || error.code === 'commander.help')
}

/** A reader that stops early, as `head` does, is no error. */
function endOnClosedOutput(name: string): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit()
    console.error(`${name}: standard output: ${describeError(error)}`)
    process.exit(1)
  })
}

/** Runs a program: an error becomes one line on standard error and exit code 1. */
export async function runBin(name: string, main: () => unknown): Promise<void> {
  endOnClosedOutput(name)
  try {
    await main()
  } catch (error) {
    process.exitCode = error instanceof CommanderError ? error.exitCode : 1
    if (!isHelp(error)) console.error(`${name}: ${describeError(error)}`)
  }
}
