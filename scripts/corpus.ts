import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { createProgress } from '../cli/progress.ts'
import { addCounts } from '../test/corpus/job.ts'
import { installCorpus } from '../test/corpus/packages.ts'
import { type CaseName, type CaseReport, runCases } from '../test/corpus/pool.ts'
import { versions } from '../test/corpus/releases.ts'
import { optimizerSettings, type Unit } from '../test/corpus/unit.ts'
import { corpusUnits } from '../test/corpus/units.ts'

// Compares this compiler with several releases of solc on OpenZeppelin, solady and contracts made to be hard, and fails
// where anything differs. `--versions 0.8.37,0.8.29`, `--only` a part of the names of units, `--processes n`, `--json`.

/** Settings of the corpus that a unit is compiled under: one is enough for a variant of another unit. */
function settingsOf({ isVariant = false }: Unit) {
  return isVariant ? optimizerSettings.filter(({ name }) => name.startsWith('runs 200')) : optimizerSettings
}

function readOptions() {
  const { values } = parseArgs({
    options: {
      versions: { type: 'string' },
      only: { type: 'string' },
      processes: { type: 'string' },
      json: { type: 'boolean' },
    },
  })
  const wanted = values.versions?.split(',') ?? versions
  const unknown = wanted.find((version) => !versions.includes(version))
  if (unknown !== undefined) throw new RangeError(`--versions: expected some of ${versions.join()}, found ${unknown}`)
  const processes = Number(values.processes ?? availableParallelism())
  if (!Number.isInteger(processes) || processes < 1)
    throw new RangeError(`--processes: expected a positive integer, found ${values.processes}`)
  const only = values.only?.toLowerCase() ?? ''
  const units = corpusUnits().filter(({ name }) => name.toLowerCase().includes(only))
  if (units.length === 0) throw new RangeError(`--only: no unit has ${values.only} in its name`)
  return { versions: wanted, units, processes, json: values.json === true }
}

/** Differences of a case that are printed; `--json` gives all. */
const SHOWN = 5

const COLUMNS = ['contracts', 'codes', 'mapEntries', 'mixedContracts', 'failures'] as const
const HEADINGS = ['contracts', 'codes through Yul', 'map entries', 'contracts beside marked', 'same failures']

/** A line of the table: what was compared in some cases, and how long that took on one processor. */
function row(name: string, reports: readonly CaseReport[]): string {
  const counts = addCounts(reports.map((report) => report.counts))
  const differences = reports.reduce((sum, report) => sum + report.differences.length, 0)
  const seconds = reports.reduce((sum, report) => sum + report.seconds, 0)
  const cells = COLUMNS.map((column, i) => String(counts[column]).padStart((HEADINGS[i] as string).length))
  return [name.padEnd(26), ...cells, String(differences).padStart(11), seconds.toFixed(0).padStart(7)].join('  ')
}

function printTable(reports: readonly CaseReport[], units: readonly Unit[]): void {
  console.log([''.padEnd(26), ...HEADINGS, 'differences', 'seconds'].join('  '))
  for (const version of new Set(reports.map((report) => report.version)))
    for (const { name } of optimizerSettings) {
      const some = reports.filter((report) => report.version === version && report.setting === name)
      if (some.length > 0) console.log(row(`${version}  ${name}`, some))
    }
  for (const origin of new Set(units.map((unit) => unit.origin))) {
    const names = new Set(units.filter((unit) => unit.origin === origin).map(({ name }) => name))
    const some = reports.filter(({ unit }) => names.has(unit))
    console.log(row(origin, some))
  }
  console.log(row('all', reports))
}

/** @returns whether everything is the same */
async function compareCorpus(): Promise<boolean> {
  const options = readOptions()
  installCorpus()
  const cases = options.versions.flatMap((version) =>
    options.units.flatMap((unit): CaseName[] =>
      settingsOf(unit).map((setting) => ({ unit: unit.name, version, setting: setting.name })),
    ),
  )
  const progress = createProgress('comparing', cases.length)
  const reports: CaseReport[] = []
  const start = performance.now()
  await runCases(cases, options.processes, (report) => {
    reports.push(report)
    progress.step()
  })
  progress.end()
  const minutes = (performance.now() - start) / 60_000
  const failed = reports.filter(({ differences }) => differences.length > 0)
  if (options.json) console.log(JSON.stringify({ minutes, reports }, null, 2))
  else {
    printTable(reports, options.units)
    for (const { unit, version, setting, differences } of failed) {
      console.log(`\n${unit}, ${version}, ${setting}`)
      for (const difference of differences.slice(0, SHOWN)) console.log(`  ${difference}`)
      if (differences.length > SHOWN) console.log(`  and ${differences.length - SHOWN} more`)
    }
    console.log(`\n${options.units.length} units, ${cases.length} cases, ${minutes.toFixed(1)} minutes`)
  }
  return failed.length === 0
}

try {
  process.exitCode = (await compareCorpus()) ? 0 : 1
} catch (error) {
  console.error(`corpus: ${(error as Error).message}`)
  process.exitCode = 1
}
