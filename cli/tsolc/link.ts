import { UsageError } from '../errors.ts'
import { type Libraries, libraryPlaceholder, placeholderHint } from './libraries.ts'

const PLACEHOLDER_CHARACTERS = 40

/** A file of code after its libraries were put in, and the places that no library was given for. */
export type Linked = { readonly text: string; readonly unresolved: readonly string[] }

/** What stands for a library in code of solc 0.5 and later, and of earlier ones. */
function placeholders(name: string): string[] {
  const old = name.slice(0, PLACEHOLDER_CHARACTERS - 4).padEnd(PLACEHOLDER_CHARACTERS - 4, '_')
  return [`__${libraryPlaceholder(name)}__`, `__${old}__`]
}

/**
 * Puts addresses in place of libraries in a text with code in hex, as `--link` does.
 *
 * @param file - its name, for errors
 * @throws {UsageError} on underscores that are no place of a library
 */
export function linkText(text: string, file: string, libraries: Libraries): Linked {
  const addressOf = new Map(
    [...libraries].flatMap(([name, address]) => placeholders(name).map((key) => [key, address])),
  )
  const unresolved: string[] = []
  let linked = ''
  let position = 0
  for (let at = text.indexOf('_'); at >= 0; at = text.indexOf('_', position)) {
    const found = text.slice(at, at + PLACEHOLDER_CHARACTERS)
    if (found.length < PLACEHOLDER_CHARACTERS || !found.startsWith('__') || !found.endsWith('__'))
      throw new UsageError(
        `Error in binary object file ${file} at position ${at}\n"${found}" is not a valid link reference.`,
      )
    const address = addressOf.get(found)
    if (address === undefined) unresolved.push(found)
    linked += text.slice(position, at) + (address ?? found)
    position = at + PLACEHOLDER_CHARACTERS
  }
  linked += text.slice(position)
  for (const name of libraries.keys()) linked = linked.replaceAll(`\n${placeholderHint(name)}`, '')
  return { text: linked.replace(/\n+$/, ''), unresolved }
}
