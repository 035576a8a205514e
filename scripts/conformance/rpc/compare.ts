type JSONObject = Readonly<Record<string, unknown>>

const LONGEST = 120

function shown(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value)
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text
}

function isObject(value: unknown): value is JSONObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Where two JSON values differ first; undefined where they are the same. */
export function difference(expected: unknown, found: unknown, path: string): string | undefined {
  if (Array.isArray(expected) && Array.isArray(found) && expected.length === found.length) {
    for (const [index, value] of expected.entries()) {
      const inner = difference(value, found[index], `${path}[${index}]`)
      if (inner !== undefined) return inner
    }
    return undefined
  }
  if (isObject(expected) && isObject(found)) {
    for (const key of new Set([...Object.keys(expected), ...Object.keys(found)])) {
      const inner = difference(expected[key], found[key], `${path}.${key}`)
      if (inner !== undefined) return inner
    }
    return undefined
  }
  return expected === found ? undefined : `${path}: expected ${shown(expected)}, found ${shown(found)}`
}

function kindOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'string') return /^0x[0-9a-f]*$/i.test(value) ? 'hex' : 'a text'
  return value === undefined ? 'nothing' : `a value of type ${typeof value}`
}

/**
 * Where a JSON value has not the form of another: other kinds of values, or members missing. Elements of lists are held
 * against all of the other list's, so that what some of them have may be there and what all have must.
 */
function formDifference(expected: readonly unknown[], found: unknown, path: string): string | undefined {
  const kinds = new Set(expected.map(kindOf))
  if (!kinds.has(kindOf(found))) return `${path}: expected ${[...kinds].join(' or ')}, found ${shown(found)}`
  if (Array.isArray(found)) {
    const elements = expected.flatMap((value) => (Array.isArray(value) ? value : []))
    if (elements.length === 0) return undefined
    for (const [index, value] of found.entries()) {
      const inner = formDifference(elements, value, `${path}[${index}]`)
      if (inner !== undefined) return inner
    }
  } else if (isObject(found)) {
    const examples = expected.filter(isObject)
    const known = new Set(examples.flatMap((value) => Object.keys(value)))
    // Members that are data, not names, such as addresses, are not what the form is about.
    for (const key of known) {
      const values = examples.flatMap((value) => (key in value ? [value[key]] : []))
      if (!(key in found)) {
        if (values.length === examples.length && !key.startsWith('0x')) return `${path}.${key}: expected, not found`
        continue
      }
      const inner = formDifference(values, found[key], `${path}.${key}`)
      if (inner !== undefined) return inner
    }
  }
  return undefined
}

/**
 * What is wrong with a response; undefined where nothing is. Where both are errors, their messages may differ, as hive's
 * rpc-compat allows.
 *
 * @param formOnly - whether values may differ, and their kinds alone are compared
 */
export function responseMistake(expected: unknown, found: unknown, formOnly: boolean): string | undefined {
  if (!isObject(expected) || !isObject(found)) return difference(expected, found, 'response')
  const [expectedError, foundError] = [expected.error, found.error]
  if (isObject(expectedError) && isObject(foundError)) {
    const { message: _, ...expectedRest } = expectedError
    const { message: __, ...foundRest } = foundError
    return difference(expectedRest, foundRest, 'error')
  }
  return formOnly ? formDifference([expected], found, 'response') : difference(expected, found, 'response')
}
