import { notLoweredSelector } from './library.ts'

// The tag of a marker, a mistaken one, or the body that a marker has for a plain solc.
const MENTION = new RegExp(`@custom:evm-|${notLoweredSelector.toString(16)}`, 'i')
const IMPORT = /\bimport\b[^;"']*["']([^"'\n]*)["']/g

/** Whether a text may hold a marker. */
export function mentionsMarker(text: string): boolean {
  return MENTION.test(text)
}

/** Whether any of the texts may hold a marker or imports the library, which does. */
export function mayUseMarkers(texts: Iterable<string>): boolean {
  for (const text of texts) if (mentionsMarker(text) || text.includes('tensor-evm/')) return true
  return false
}

/** Last part of a path. */
function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

/**
 * A guess of the files that import one with a marker, through others too, before solc has resolved any import: names are
 * compared by their last part, and a file that is not known may hold anything.
 */
export function guessImporters(texts: ReadonlyMap<string, string>): ReadonlySet<string> {
  const known = new Set([...texts.keys()].map(baseName))
  const importers = new Map<string, string[]>()
  const reached = new Set<string>()
  for (const [file, text] of texts) {
    const names = [...text.matchAll(IMPORT)].map(([, path]) => baseName(path as string))
    for (const name of names) importers.set(name, [...(importers.get(name) ?? []), file])
    if (mentionsMarker(text) || names.some((name) => !known.has(name))) reached.add(file)
  }
  for (const file of reached) for (const importer of importers.get(baseName(file)) ?? []) reached.add(importer)
  // Of a file without a name, solc gives no IR by a pattern.
  reached.delete('')
  return reached
}
