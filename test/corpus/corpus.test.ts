import { describe, expect, it } from 'vitest'
import { differences, mapDifferences } from './difference.ts'
import { checkCase } from './job.ts'
import { openRelease, ownVersion } from './releases.ts'
import { optimizerSettings, type Setting } from './unit.ts'
import { corpusUnits } from './units.ts'

// A share of the corpus that needs no packages; `npm run test:corpus` runs all of it under every setting and release.

const names = [
  'hostile Assembly',
  'hostile Dollar',
  'hostile Immutables',
  'hostile Same names',
  'hostile Transient',
  'hostile Unfinished',
  'hostile MemorySize',
  'hostile Large metadata',
  'hostile Operators, without CBOR',
  'hostile Operators, one contract',
]

const release = openRelease(ownVersion)
const units = new Map(corpusUnits().map((unit) => [unit.name, unit]))
const setting = optimizerSettings[2] as Setting

function check(name: string) {
  const unit = units.get(name)
  if (unit === undefined) throw new Error(`no unit ${name}`)
  return checkCase({ unit, setting, release })
}

describe('contracts without markers', () => {
  it.each(names)('%s: as solc compiles them, and the same when they go through Yul', (name) => {
    const { counts, differences } = check(name)
    expect(differences).toEqual([])
    expect(counts.contracts + counts.failures).toBeGreaterThan(0)
  })
})

describe('contracts beside some with markers', () => {
  it('come from solc under the user’s settings, or over the IR where code with instructions holds theirs', () => {
    const { counts, differences } = check('mixed Names')
    expect(differences).toEqual([])
    expect(counts.mixedContracts).toBe(16)
  })
})

describe('a difference', () => {
  it('is told with its place', () => {
    const expected = { a: { 'b c': [1, 'text', { d: null }] } }
    expect(differences(structuredClone(expected), expected)).toEqual([])
    expect(differences({ a: { 'b c': [1, 'tent', {}] }, e: 2 }, expected)).toEqual([
      'a["b c"].1: from character 2 (of 4 and 4 characters): expected "text", found "tent"',
      'a["b c"].2.d: expected null, found nothing',
      'e: expected nothing, found 2',
    ])
    expect(differences([], {})).toEqual([': expected {}, found []'])
  })

  it('of source maps is told by its entry', () => {
    expect(mapDifferences('1:2:0:-:0;;3', '1:2:0:-:0;;3', 'map')).toEqual([])
    expect(mapDifferences('1:2:0:-:0;;3', '1:2:0:-:0;;4', 'map')).toEqual(['map: entry 2: expected "4", found "3"'])
    expect(mapDifferences('1', '1;', 'map')).toEqual(['map: entry 1: expected "", found "nothing"'])
    expect(mapDifferences('1;', '1', 'map')).toEqual(['map: expected 1 entries, found 2'])
  })
})
