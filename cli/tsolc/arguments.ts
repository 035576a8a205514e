import { UsageError } from '../errors.ts'
import { type OptionDeclaration, options } from './options.ts'

/** What a command line says, not yet checked for sense. */
export type Arguments = {
  /** Values of each option that was given, an empty list for a flag. */
  readonly options: ReadonlyMap<string, readonly string[]>
  /** Input files and remappings, in their order. */
  readonly positional: readonly string[]
}

const byName: ReadonlyMap<string, OptionDeclaration> = new Map(options.map((option) => [`--${option.name}`, option]))
const byShort: ReadonlyMap<string, OptionDeclaration> = new Map(
  options.flatMap((option) => (option.short ? [[`-${option.short}`, option] as const] : [])),
)

/** The option that a word starts, as it was written, and the value that is part of the word. */
type Word = { readonly option: OptionDeclaration; readonly written: string; readonly value?: string }

/** @throws {UsageError} when the word is like an option and none */
function parseWord(word: string): Word | undefined {
  if (!word.startsWith('-') || word === '-') return undefined
  if (word.startsWith('--')) {
    const equals = word.indexOf('=')
    const written = equals < 0 ? word : word.slice(0, equals)
    const option = byName.get(written)
    if (option === undefined) throw new UsageError(`unrecognised option '${word}'`)
    if (equals < 0) return { option, written }
    const value = word.slice(equals + 1)
    if (value === '')
      throw new UsageError(`the argument for option '${written}' should follow immediately after the equal sign`)
    return { option, written, value }
  }
  const written = word.slice(0, 2)
  const option = byShort.get(written)
  if (option === undefined) throw new UsageError(`unrecognised option '${word}'`)
  return word.length === 2 ? { option, written } : { option, written, value: word.slice(2) }
}

/**
 * Splits a command line as solc does: `--name value`, `--name=value`, `-o value`, `-ovalue`, and everything after `--` is
 * positional. Names can't be shortened.
 *
 * @throws {UsageError} in the words that solc uses
 */
export function parseArguments(words: readonly string[]): Arguments {
  const given = new Map<string, string[]>()
  const positional: string[] = []
  for (let i = 0; i < words.length; i++) {
    const word = words[i] as string
    if (word === '--') {
      positional.push(...words.slice(i + 1))
      break
    }
    const parsed = parseWord(word)
    if (parsed === undefined) {
      positional.push(word)
      continue
    }
    const { option, written } = parsed
    let { value } = parsed
    if (option.value === undefined && value !== undefined)
      throw new UsageError(`option '${written}' does not take any arguments`)
    if (option.value !== undefined && value === undefined) {
      value = words[i + 1]
      if (value === undefined || (value.startsWith('-') && value !== '-'))
        throw new UsageError(`the required argument for option '--${option.name}' is missing`)
      i++
    }
    const values = given.get(option.name) ?? []
    if (given.has(option.name) && !option.repeatable)
      throw new UsageError(`option '--${option.name}' cannot be specified more than once`)
    if (value !== undefined) values.push(value)
    given.set(option.name, values)
  }
  return { options: given, positional }
}

const MAX_UINT32 = 2 ** 32 - 1

/** An unsigned value of an option. @throws {UsageError} */
export function numberOf({ options }: Arguments, name: string, max = MAX_UINT32): number | undefined {
  const text = options.get(name)?.[0]
  if (text === undefined) return undefined
  const value = Number(text)
  if (!/^\d+$/.test(text) || value > max)
    throw new UsageError(`the argument ('${text}') for option '--${name}' is invalid`)
  return value
}
