import type { CaseResult } from './measure.ts'

/** A ratio of the kernel's rate to another rate of the same run. */
export type Goal = {
  readonly name: string
  readonly ratio: number
  readonly needed: number
}

/** The goal that one rate is a multiple of another, where both were measured. */
export function atLeast(
  needed: number,
  name: string,
  rates: CaseResult['rates'],
  ours: string,
  theirs: string,
): readonly Goal[] {
  const [rate, other] = [rates[ours], rates[theirs]]
  if (rate === undefined || other === undefined) return []
  return [{ name: `${name}: ${ours} / ${theirs}`, ratio: rate / other, needed }]
}

/** The goal that what was measured under a name reaches a number, where it was measured. */
export function atLeastValue(
  needed: number,
  name: string,
  rates: CaseResult['rates'],
  measured: string,
  unit = '',
): readonly Goal[] {
  const rate = rates[measured]
  return rate === undefined ? [] : [{ name: `${name}: ${measured}${unit}`, ratio: rate, needed }]
}

/** A number with three digits that count. */
export function threeDigits(value: number): string {
  if (value >= 100) return Math.round(value).toString()
  return value.toPrecision(3)
}

/** Lines of a table; the first column is left-aligned, the others right. */
function tableLines(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)))
  return rows.map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] as number) : cell.padStart(widths[column] as number),
      )
      .join('  ')
      .trimEnd(),
  )
}

/**
 * A table of what contenders did in cases. The cases are its lines or its columns, whichever makes it narrower.
 *
 * @param cell - what to print, '' for a contender that is missing
 */
export function contenderTable(
  results: readonly CaseResult[],
  cell: (result: CaseResult, contender: string) => string,
): string[] {
  const contenders = [...new Set(results.flatMap(({ rates }) => Object.keys(rates)))]
  if (contenders.length < results.length)
    return tableLines([
      ['', ...contenders],
      ...results.map((result) => [result.name, ...contenders.map((contender) => cell(result, contender))]),
    ])
  return tableLines([
    ['', ...results.map(({ name }) => name)],
    ...contenders.map((contender) => [contender, ...results.map((result) => cell(result, contender))]),
  ])
}

/** A table of the rates of cases. */
export function ratesTable(results: readonly CaseResult[]): string[] {
  return contenderTable(results, ({ rates }, contender) => {
    const rate = rates[contender]
    return rate === undefined ? '' : threeDigits(rate)
  })
}

/** A line for each goal, with its verdict. */
export function goalLines(goals: readonly Goal[]): string[] {
  return tableLines([
    ['goal', 'reached', 'needed', ''],
    ...goals.map(({ name, ratio, needed }) => [
      name,
      threeDigits(ratio),
      `>= ${needed}`,
      ratio >= needed ? 'pass' : 'FAIL',
    ]),
  ])
}
