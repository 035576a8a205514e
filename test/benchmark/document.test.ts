import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { BENCH_RESULTS_VERSION, benchPaths } from '../../benchmark/results.ts'
import { repository } from '../cli/bins.ts'
import { sampleResults } from './report/sampleResults.ts'

const page = readFileSync(join(repository, 'docs/benchmarking.md'), 'utf8')

/** Names of all fields of plain data; keys of `versions` are names of packages. */
function fieldsOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(fieldsOf)
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, inner]) => [name, ...(name === 'versions' ? [] : fieldsOf(inner))])
}

test('docs/benchmarking.md describes each field of the results, and each path', () => {
  const described = new Set(page.match(/(?<=`)[^`\n]+(?=`)/g)?.map((name) => name.replace('[]', '')))
  const names = new Set([...fieldsOf(sampleResults()), 'stopped', ...benchPaths])
  expect([...names].filter((name) => !described.has(name))).toEqual([])
  expect(names.size).toBeGreaterThan(50)
  expect(page).toContain(`\`version\` is ${BENCH_RESULTS_VERSION}.`)
})
