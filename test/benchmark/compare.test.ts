import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { compareResults } from '../../benchmark/compare.ts'
import type { BenchPath, BenchResults, PathResult, Times } from '../../benchmark/results.ts'
import { runCommand } from '../cli/command.ts'
import { sampleResults } from './report/sampleResults.ts'

/** The sample with a path of its first model changed. */
function changed(path: BenchPath, change: (result: PathResult) => PathResult): BenchResults {
  const results = sampleResults()
  const models = results.models.map((model, index) =>
    index > 0 ? model : { ...model, paths: model.paths.map((each) => (each.path === path ? change(each) : each)) },
  )
  return { ...results, models }
}

const times = (low: number, median: number, high: number): Times => ({ runs: 9, low, median, high, p95: high })

/** What the comparison says of a path of the first model, when its time changes so. */
function timeVerdict(before: Times, after: Times, threshold = 0.05) {
  const [a, b] = [before, after].map((value) => changed('kernel', (result) => ({ ...result, times: value })))
  const { changes, regressions } = compareResults(a ?? sampleResults(), b ?? sampleResults(), threshold)
  const change = changes.find(({ model, path }) => model === 'digits' && path === 'kernel')
  return { regressions, ...change?.time }
}

test('a run beside itself has no notes, no changes and no regressions', () => {
  const comparison = compareResults(sampleResults(), sampleResults(), 0)
  expect(comparison).toMatchObject({ notes: [], missing: [], regressions: 0 })
  expect(comparison.changes).toHaveLength(24 * 9)
  for (const { exact, time } of comparison.changes)
    for (const change of [...Object.values(exact), ...(time ? [time] : [])])
      expect(change).toMatchObject({ verdict: 'same', change: 0 })
})

describe('a time', () => {
  test('is worse when the intervals are apart and the change is beyond the threshold', () => {
    const { verdict, change, low, high, regressions } = timeVerdict(times(9, 10, 11), times(12, 13, 14))
    expect({ verdict, regressions }).toEqual({ verdict: 'worse', regressions: 1 })
    expect([change, low, high].map((part) => Number(part?.toFixed(4)))).toEqual([0.3, 0.0909, 0.5556])
  })
  test.each([
    ['the intervals overlap', times(9, 10, 12), times(11, 13, 14), 0.05],
    ['the intervals touch', times(9, 10, 12), times(12, 13, 14), 0.05],
    ['it is within the threshold', times(9.9, 10, 10.1), times(10.2, 10.4, 10.5), 0.05],
    ['the threshold is high', times(9, 10, 11), times(12, 13, 14), 0.31],
    ['it is faster, but not by so much', times(10.2, 10.4, 10.5), times(9.9, 10, 10.1), 0.05],
  ])('is the same when %s', (_, before, after, threshold) => {
    expect(timeVerdict(before, after, threshold)).toMatchObject({ verdict: 'same', regressions: 0 })
  })
  test('is better the other way round, which is no regression', () => {
    expect(timeVerdict(times(12, 13, 14), times(9, 10, 11))).toMatchObject({ verdict: 'better', regressions: 0 })
  })
})

describe('what is exact', () => {
  const regressions = (path: BenchPath, change: (result: PathResult) => PathResult) =>
    compareResults(sampleResults(), changed(path, change), 1).changes.flatMap((each) => each.regressions)
  test.each(['inferenceGas', 'executionGas', 'deploymentGas', 'storageGas', 'codeBytes'] as const)(
    '%s: one more is a regression, one less is none',
    (quantity) => {
      expect(regressions('instructions', (r) => ({ ...r, [quantity]: (r[quantity] ?? 0) + 1 }))).toEqual([quantity])
      expect(regressions('instructions', (r) => ({ ...r, [quantity]: (r[quantity] ?? 0) - 1 }))).toEqual([])
    },
  )
  test('fewer equal samples, and less accuracy', () => {
    expect(regressions('kernel', (r) => ({ ...r, equal: { samples: 20, same: 19 } }))).toEqual(['equality'])
    expect(regressions('kernel', (r) => ({ ...r, equal: { samples: 40, same: 40 } }))).toEqual([])
    expect(regressions('kernel', (r) => ({ ...r, accuracy: 0.9 }))).toEqual(['accuracy'])
    expect(regressions('kernel', (r) => ({ ...r, accuracy: 1 }))).toEqual([])
  })
  test('where other samples ran, accuracy is not compared, and gas by the threshold', () => {
    const fewer = { samples: 3, same: 3 }
    const change = (gas: number, accuracy: number) =>
      compareResults(
        sampleResults(),
        changed('solidity-swar', (r) => ({ ...r, accuracy, equal: fewer, inferenceGas: (r.inferenceGas ?? 0) * gas })),
        0.05,
      ).changes.flatMap((each) => each.regressions)
    expect(change(1.04, 0.5)).toEqual([])
    expect(change(1.06, 0.5)).toEqual(['inferenceGas'])
  })
  test('a path that is refused now; one that runs now is none', () => {
    const refused = changed('kernel', () => ({ path: 'kernel', refused: 'no SIMD' }))
    const worse = compareResults(sampleResults(), refused, 1)
    expect(worse.changes.filter(({ refusal }) => refusal)).toMatchObject([
      { path: 'kernel', refusal: { verdict: 'worse', reason: 'no SIMD' }, regressions: ['refusal'] },
    ])
    expect(compareResults(refused, sampleResults(), 1).regressions).toBe(0)
  })
})

test('another machine, commit and version are told, and what one file alone has', () => {
  const before = sampleResults()
  const [first, second, ...others] = before.models
  if (first === undefined || second === undefined) throw new Error('the sample has models')
  const paths = first.paths.slice(1)
  const after = {
    ...before,
    machine: { ...before.machine, processor: 'another', commit: 'ffff' },
    versions: { solc: '0.8.36', 'tensor-evm': '0.1.0', '@ethereumjs/evm': '10.1.3' },
    models: [{ ...first, paths, samples: 5 }, { ...second, macs: 7 }, ...others.slice(1), { ...first, name: 'new' }],
  }
  const { notes, missing, regressions } = compareResults(before, after, 0.05)
  expect(notes).toEqual([
    'processor: Intel(R) Xeon(R) Processor @ 2.90GHz before, another after',
    'commit: 22a5225+ before, ffff after',
    'version of solc: 0.8.37 before, 0.8.36 after',
    'version of anvil: 1.7.1 before, unknown after',
    'digits: 20 samples before, 5 after',
  ])
  expect(missing).toEqual([
    'digits, instructions: only before',
    'person <detection>: another model, macs 7157888 before and 7 after; not compared',
    'new: only after',
    'mlp-1000: only before',
  ])
  expect(regressions).toBe(0)
})

describe('tensor-evm bench compare', () => {
  let folder: string
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'tensor-evm-compare-'))
    const dearer = changed('instructions', (r) => ({ ...r, inferenceGas: 30_000 }))
    writeFileSync(join(folder, 'a.json'), JSON.stringify(sampleResults()))
    writeFileSync(join(folder, 'b.json'), JSON.stringify(dearer))
    writeFileSync(join(folder, 'old.json'), JSON.stringify({ ...sampleResults(), version: 0 }))
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  const compare = (...args: string[]) => runCommand(folder, ['bench', 'compare', ...args])

  test('tells regressions and ends with 1, else with 0', async () => {
    const [worse, same, json] = await Promise.all([
      compare('a.json', 'b.json'),
      compare('a.json', 'a.json', '--threshold', '0.5%'),
      compare('a.json', 'b.json', '--json'),
    ])
    expect(worse).toMatchObject({ status: 1, stderr: '' })
    expect(worse.stdout).toContain(
      'digits, instructions\n  inferenceGas  25,094 to 30,000  +19.6 %  worse\n  ms  0.419',
    )
    expect(worse.stdout).toMatch(/^digits, kernel {2}ms {2}0\.02\d+ to 0\.02\d+ {2}0\.0 % \(-6\.7 % to \+7\.2 %\)$/m)
    expect(worse.stdout.trimEnd()).toMatch(/216 results compared, 1 with regressions \(times beyond 5\.0 % .*\)$/)
    expect(same).toMatchObject({ status: 0, stderr: '' })
    expect(same.stdout).toMatch(/216 results compared, 0 with regressions/)
    expect(json.status).toBe(1)
    expect(JSON.parse(json.stdout)).toMatchObject({ threshold: 0.05, regressions: 1 })
  })
  test.each([
    [['a.json', 'none.json'], 'results none.json: no such file'],
    [['old.json', 'a.json'], 'results old.json: version 0 of benchmark results; this command reads version 1'],
    [['a.json', 'b.json', '--threshold', 'much'], "'much' is invalid. expected a percentage, for instance 5%"],
    [['a.json'], "missing required argument 'after'"],
  ])('%j is one line of complaint', async (args, message) => {
    const { status, stdout, stderr } = await compare(...args)
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' })
    expect(stderr).toContain(message)
    expect(stderr.trimEnd()).not.toContain('\n')
  })
})
