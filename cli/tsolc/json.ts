/** The characters that solc escapes besides those of JSON: everything that is not printable ASCII. */
const NOT_ASCII = /[\x7f-\uffff]/g

function printString(text: string): string {
  return JSON.stringify(text).replace(NOT_ASCII, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/**
 * JSON as solc prints it: keys in ascending order, ASCII only.
 *
 * @param indent - spaces of each level; on one line without it
 */
export function printJson(value: unknown, indent?: number): string {
  const step = indent === undefined ? undefined : ' '.repeat(indent)
  const print = (part: unknown, margin: string): string => {
    if (typeof part === 'string') return printString(part)
    if (typeof part !== 'object' || part === null) return JSON.stringify(part) ?? 'null'
    const inner = margin + (step ?? '')
    const items = Array.isArray(part)
      ? part.map((item) => print(item, inner))
      : Object.entries(part)
          .filter(([, item]) => item !== undefined)
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([key, item]) => `${printString(key)}:${step === undefined ? '' : ' '}${print(item, inner)}`)
    const [open, close] = Array.isArray(part) ? '[]' : '{}'
    if (items.length === 0) return `${open}${close}`
    return step === undefined
      ? `${open}${items.join(',')}${close}`
      : `${open}\n${inner}${items.join(`,\n${inner}`)}\n${margin}${close}`
  }
  return print(value, '')
}

/** The value without members that are null, at any depth; elements of arrays stay. */
export function withoutNulls(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(withoutNulls)
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== null)
      .map(([key, member]) => [key, withoutNulls(member)]),
  )
}
