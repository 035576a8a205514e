import { CommanderError } from 'commander'

/** A mistake of the user, told in one line: what, where, and what was expected. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

const systemReasons: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  EISDIR: 'is a directory',
  ENOTDIR: 'a parent is not a directory',
  // What mkdir says of a parent that is a file.
  EEXIST: 'a parent is not a directory',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space left on the device',
  ENAMETOOLONG: 'the name is too long',
  ELOOP: 'too many symbolic links',
}

/** Why the file system refused, in words; its own code where there are none for it. */
export function systemReason(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException
  return code === undefined ? describeError(error) : (systemReasons[code] ?? code)
}

/** Everything after this in a message of @ethereumjs/vm is about the machine and its block. */
const MACHINE_SUFFIX = ' (vm hf='

/** One line for the terminal, without a stack trace. */
export function describeError(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  const own = error instanceof CommanderError ? commanderText(text) : text
  const line = own
    .split('\n')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .join('; ')
  return line.split(MACHINE_SUFFIX)[0] as string
}

/** Commander's message without its prefix, its suggestion as a question. */
function commanderText(text: string): string {
  return text.replace(/^error: /, '').replace(/\n\((Did you mean .*\?)\)/, (_, question: string) => `\n${question}`)
}
