/** Differences that are shown of a comparison; more say nothing new. */
const MOST = 5
/** Characters that are shown of a value, or on both sides of the place where texts part. */
const SHOWN = 40

function show(value: unknown): string {
  if (value === undefined) return 'nothing'
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 2 * SHOWN ? `${text.slice(0, 2 * SHOWN)}…` : text
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

/** The texts around the first place where they part. */
function textDifference(path: string, found: string, expected: string): string {
  let at = 0
  while (at < found.length && found[at] === expected[at]) at++
  const around = (text: string) => show(text.slice(Math.max(0, at - SHOWN), at + SHOWN))
  const lengths = `of ${found.length} and ${expected.length} characters`
  return `${path}: from character ${at} (${lengths}): expected ${around(expected)}, found ${around(found)}`
}

/**
 * Where two JSON values part, each place with its path; the order of keys does not matter.
 *
 * @returns the first few places; none when the values are equal
 */
export function differences(found: unknown, expected: unknown, path = ''): string[] {
  if (Object.is(found, expected)) return []
  if (isObject(found) && isObject(expected) && Array.isArray(found) === Array.isArray(expected)) {
    const places: string[] = []
    for (const key of new Set([...Object.keys(expected), ...Object.keys(found)])) {
      const step = /^\w+$/.test(key) ? `${path === '' ? '' : '.'}${key}` : `[${JSON.stringify(key)}]`
      places.push(...differences(found[key], expected[key], path + step))
      if (places.length >= MOST) break
    }
    return places.slice(0, MOST)
  }
  if (typeof found === 'string' && typeof expected === 'string') return [textDifference(path, found, expected)]
  return [`${path}: expected ${show(expected)}, found ${show(found)}`]
}

/** Where two source maps part, by entry; entries are compared as they are written. */
export function mapDifferences(found: string, expected: string, path: string): string[] {
  const [ours, theirs] = [found.split(';'), expected.split(';')]
  const at = theirs.findIndex((entry, i) => entry !== ours[i])
  if (at >= 0) return [`${path}: entry ${at}: expected "${theirs[at]}", found "${ours[at] ?? 'nothing'}"`]
  return ours.length === theirs.length ? [] : [`${path}: expected ${theirs.length} entries, found ${ours.length}`]
}
