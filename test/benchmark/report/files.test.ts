import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseBenchResults } from '../../../benchmark/readResults.ts'
import { resultsCsv } from '../../../benchmark/report/csv.ts'
import { reportMarkdown } from '../../../benchmark/report/markdown.ts'
import { writeReport } from '../../../benchmark/report/writeReport.ts'
import { sampleResults } from './sampleResults.ts'

let directory: string
let written: string[]

beforeAll(async () => {
  directory = join(mkdtempSync(join(tmpdir(), 'tensor-evm-report-')), 'made/on the way')
  written = await writeReport(sampleResults(), directory)
})
afterAll(() => rmSync(join(directory, '../..'), { recursive: true, force: true }))

const read = (name: string) => readFileSync(join(directory, name), 'utf8')
const charts = () => written.filter((path) => path.endsWith('.svg')).map((path) => basename(path))

/** Lines of a CSV file as RFC 4180 has them, read by another way than they were written. */
function csvLines(text: string): string[][] {
  const lines: string[][] = [[]]
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)) {
    lines.at(-1)?.push(quoted?.replaceAll('""', '"') ?? plain ?? '')
    if (end !== ',') lines.push([])
  }
  return lines.slice(0, -1)
}

test('all files are there, and nothing beside them', () => {
  expect(written.map((path) => basename(path)).sort()).toEqual(readdirSync(directory).sort())
  expect(written.slice(0, 4).map((path) => basename(path))).toEqual([
    'report.html',
    'report.md',
    'results.json',
    'results.csv',
  ])
  expect(charts()).toHaveLength(10)
})

test('results.json gives the results back', () => {
  expect(parseBenchResults(read('results.json'))).toEqual(sampleResults())
})

describe('results.csv', () => {
  test('has a line for each model on each path, and all numbers', () => {
    const [heads = [], ...lines] = csvLines(read('results.csv'))
    const { models } = sampleResults()
    expect(lines).toHaveLength(models.reduce((sum, { paths }) => sum + paths.length, 0))
    for (const line of lines) expect(line).toHaveLength(heads.length)
    const first = Object.fromEntries(heads.map((head, index) => [head, lines[0]?.[index]]))
    expect(first).toMatchObject({ model: 'digits', source: 'file', family: '', path: 'instructions', refused: '' })
    const result = models[0]?.paths[0]
    expect(Number(first.inferenceGas)).toBe(result?.inferenceGas)
    expect(Number(first.medianMilliseconds)).toBe(result?.times?.median)
    expect(first.limits).toBe('code size')
  })
  test('quotes what has commas, quotes and line ends', () => {
    const results = sampleResults()
    const [model] = results.models
    const paths = [{ path: 'kernel' as const, refused: 'a, "b"\nc' }]
    const text = resultsCsv({ ...results, models: model ? [{ ...model, paths }] : [] })
    expect(csvLines(text)[1]?.slice(7, 9)).toEqual(['kernel', 'a, "b"\nc'])
  })
})

describe('report.md', () => {
  test('says the ratios of gas and time, and tables the models of files', () => {
    const text = read('report.md')
    // 7.4 gas a MAC against 0.0121.. to 0.0135, from the sample's numbers.
    expect(text).toMatch(/^548 to 616 times less gas: 0\.012 to 0\.0135 gas a MAC .* against 7\.4 by SWAR Solidity/)
    expect(text).toContain('49.8 to 219 times less time')
    expect(text).toContain('All equal: byte for byte to the reference, of 160 results')
    expect(text).toContain('| Instructions | 20/20 | 98 % | 25,094 | 0.0206 | 0.419 | 2.4 |')
    expect(text).toContain('person \\<detection\\>, 7,157,888 MACs')
    expect(text).not.toContain('mlp-')
    expect(text).toContain("`tensor-evm bench 'my model.tflite' --full --anvil` on Intel(R)")
    for (const line of text.split('\n').filter((each) => each.startsWith('|')))
      expect(line.match(/ \||^\|/g)).toHaveLength(8)
  })
  test('tables the largest of each family where there are no files, and says what is not equal', () => {
    const results = sampleResults()
    const sweep = results.models.filter(({ source }) => source.kind === 'sweep')
    const [first] = sweep
    const wrong = first?.paths.map((result) => ({ ...result, equal: { samples: 20, same: 1 } })) ?? []
    const text = reportMarkdown({ ...results, models: sweep.map((m) => (m === first ? { ...m, paths: wrong } : m)) })
    expect(text).toContain('mlp-100000000, 100,000,000 MACs')
    expect(text).toContain('cnn-100000000')
    expect(text).not.toContain('mlp-10000000,')
    expect(text).toMatch(/\d+ of \d+ equal: byte/)
  })
  test('gives no ratio of time where nothing fair was measured', () => {
    const results = sampleResults()
    const without = results.models.map((m) => ({
      ...m,
      paths: m.paths.filter(({ path }) => !path.startsWith('anvil')),
    }))
    const text = reportMarkdown({ ...results, models: without })
    expect(text).toContain(
      '0.114 to 0.51 ns a MAC: taken by tensor instructions (11 models of 1,000,000 MACs and more)',
    )
    expect(text).not.toContain('less time')
  })
  test('says so where nothing ran', () => {
    expect(reportMarkdown({ ...sampleResults(), models: [] })).toMatch(/^No path ran\.\n/)
  })
})

describe('charts', () => {
  test('are of the width of a column, in 8 points, and ask for nothing outside', () => {
    for (const name of charts()) {
      const svg = read(name)
      expect(svg).toMatch(/^<svg [^>]*width="3\.5in"/)
      expect([...svg.matchAll(/font-size="([\d.]+)px"/g)].length).toBeGreaterThan(3)
      for (const [, size] of svg.matchAll(/font-size="([\d.]+)px"/g)) expect(Number(size)).toBeGreaterThan(9.5)
      expect(svg).not.toMatch(/href|url\((?!#)|<image|<script|@import/)
      expect(svg).not.toContain('var(')
    }
  })
  test('draw limits, crossovers and what goes on, and name each path once', () => {
    const svg = read('gas-mlp.svg')
    for (const words of ['transaction limit', 'block limit', 'code size: SWAR', 'Instructions', 'Precompile'])
      expect(svg).toContain(`>${words}</text>`)
    expect(svg.match(/>Solidity scalar<\/text>/g)).toHaveLength(1)
    // The contract in anvil takes the same gas.
    expect(svg).not.toContain('anvil')
    expect(read('time-mlp.svg')).toContain('>anvil SWAR</text>')
    expect(read('gas-cnn.svg')).not.toContain('code size')
  })
})
