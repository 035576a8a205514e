import { notLoweredSelector } from './library.ts'

// The tag of a marker, a mistaken one, or the body that a marker has for a plain solc.
const MENTION = new RegExp(`@custom:evm-|${notLoweredSelector.toString(16)}`, 'i')

/** Whether a text may hold a marker: a text that does not is of no interest to any pass but solc's own. */
export function mentionsMarker(text: string): boolean {
  return MENTION.test(text)
}

/** Whether any of the texts may hold a marker. */
export function mentionsMarkers(texts: Iterable<string>): boolean {
  for (const text of texts) if (mentionsMarker(text)) return true
  return false
}
