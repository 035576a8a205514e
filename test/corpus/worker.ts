import { checkCase } from './job.ts'
import type { CaseName, CaseReport } from './pool.ts'
import { openRelease, type Release } from './releases.ts'
import { optimizerSettings } from './unit.ts'
import { corpusUnits } from './units.ts'

// A process of the corpus: takes the names of cases and sends what their checks found.

const units = new Map(corpusUnits().map((unit) => [unit.name, unit]))
let release: Release | undefined

function check(name: CaseName): CaseReport {
  const start = performance.now()
  const setting = optimizerSettings.find((candidate) => candidate.name === name.setting)
  const unit = units.get(name.unit)
  if (unit === undefined || setting === undefined)
    throw new Error(`${name.unit}, ${name.setting}: there is no such case`)
  if (release?.version !== name.version) release = openRelease(name.version)
  return { ...name, ...checkCase({ unit, setting, release }), seconds: (performance.now() - start) / 1000 }
}

process.on('message', (name: CaseName) => {
  process.send?.(check(name))
})
