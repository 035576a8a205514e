import { type Case, type Counts, checkUntouched, type Findings } from './check.ts'
import { checkMixed } from './mixed.ts'
import { checkYulPath } from './yulPath.ts'

/** What every check of a case found. */
export type Report = { readonly counts: Counts; readonly differences: readonly string[] }

/** Nothing compared. */
export const noCounts: Counts = {
  contracts: 0,
  codes: 0,
  mapEntries: 0,
  mixedContracts: 0,
  failures: 0,
}

/** Adds numbers of the same kinds. */
export function addCounts(all: readonly Partial<Counts>[]): Counts {
  const sum: Record<keyof Counts, number> = { ...noCounts }
  for (const counts of all) for (const key of Object.keys(sum) as (keyof Counts)[]) sum[key] += counts[key] ?? 0
  return sum
}

/** Runs every check that there is for a unit. An exception is a finding, too. */
export function checkCase(it: Case): Report {
  const { unit } = it
  const { mixed } = unit
  const findings: Findings[] = []
  const attempt = (kind: string, check: () => readonly Findings[]): void => {
    const label = (text: string) => `${kind}: ${text}`
    try {
      findings.push(...check().map(({ counts, differences }) => ({ counts, differences: differences.map(label) })))
    } catch (error) {
      findings.push({ counts: {}, differences: [label(`it throws: ${(error as Error).message}`)] })
    }
  }
  if (mixed !== undefined) {
    attempt('mixed', () => checkMixed(it, mixed))
  } else {
    attempt('legacy', () => [checkUntouched(it, false).findings])
    attempt('IR', () => {
      const { findings: untouched, output } = checkUntouched(it, true)
      if (unit.outputs === undefined && !unit.bypassesYul) attempt('Yul', () => checkYulPath(it, output))
      return [untouched]
    })
  }
  return {
    counts: addCounts(findings.map(({ counts }) => counts)),
    differences: findings.flatMap(({ differences }) => differences),
  }
}
