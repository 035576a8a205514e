import { z } from 'zod'

/** What the readers of a method's parameters give. */
type Outputs<T extends readonly z.ZodType[]> = { readonly [K in keyof T]: z.output<T[K]> }

/**
 * Reads a method's parameters by position. One that is left out, or null, is undefined to its reader: give readers of
 * parameters that may be left out `.optional()` or `.default(...)`.
 */
export function parameters<T extends readonly z.ZodType[]>(...readers: T): z.ZodType<Outputs<T>> {
  return z.array(z.unknown()).transform((given, context) => {
    const fail = (message: string, path: PropertyKey[] = []) =>
      context.issues.push({ code: 'custom', message, path, input: given })
    if (given.length > readers.length) fail(`too many arguments, want at most ${readers.length}`)
    const read = readers.map((reader, position) => {
      const value = given[position] ?? undefined
      const result = reader.safeParse(value)
      if (result.success) return result.data
      if (value === undefined) fail(`missing value for required argument ${position}`)
      else for (const { path, message } of result.error.issues) fail(message, [position, ...path])
      return undefined
    })
    return read as unknown as Outputs<T>
  })
}

/** What a client is told of parameters that a method can't take: which one, and what was expected of it. */
export function parameterMessage({ issues }: z.ZodError): string {
  const issue = issues[0]
  const [position, ...inner] = issue?.path ?? []
  const message = issue?.message ?? 'invalid params'
  if (position === undefined) return message
  const within = inner.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('')
  return `invalid argument ${String(position)}: ${within === '' ? '' : `${within.replace(/^\./, '')}: `}${message}`
}
