import { describe, expect, test } from 'vitest'
import { parseBenchResults } from '../../benchmark/readResults.ts'
import { sampleResults } from './report/sampleResults.ts'

/** The sample with one place changed; undefined takes it away. */
function changed(place: readonly (string | number)[], value: unknown): string {
  const results: unknown = JSON.parse(JSON.stringify(sampleResults()))
  let at = results as Record<string | number, unknown>
  for (const key of place.slice(0, -1)) at = at[key] as Record<string | number, unknown>
  at[place.at(-1) ?? ''] = value
  return JSON.stringify(results)
}

test('what was written is read, and what is not known is left out', () => {
  expect(parseBenchResults(JSON.stringify(sampleResults()))).toEqual(sampleResults())
  expect(parseBenchResults(changed(['models', 0, 'colour'], 'red'))).toEqual(sampleResults())
})

describe('one line says what is wrong', () => {
  const times = ['models', 0, 'paths', 2, 'times', 'median']
  const cases: [name: string, text: string, message: string][] = [
    ['no JSON', '{', 'not JSON: '],
    ['a list', '[]', 'expected an object, found an array'],
    ['null', 'null', 'expected an object, found null'],
    ['a later version', changed(['version'], 2), 'version 2 of benchmark results; this command reads version 1'],
    ['no version', changed(['version'], undefined), 'version: expected one of 1, found nothing'],
    ['a text for a number', changed(times, '3'), 'models[0].paths[2].times.median: expected a number, found "3"'],
    ['no number', changed(times, undefined), 'models[0].paths[2].times.median: expected a number, found nothing'],
    ['a negative time', changed(times, -1), 'models[0].paths[2].times.median: expected at least 0, found -1'],
    [
      'half a byte',
      changed(['models', 1, 'weightBytes'], 0.5),
      'models[1].weightBytes: expected an integer, found 0.5',
    ],
    [
      'more than all',
      changed(['models', 0, 'paths', 0, 'accuracy'], 2),
      'models[0].paths[0].accuracy: expected at most 1, found 2',
    ],
    [
      'a date in words',
      changed(['date'], 'today'),
      'date: expected a date and time as ISO 8601 writes them, found "today"',
    ],
    [
      'no such family',
      changed(['crossovers', 0, 'family'], 'RNN'),
      'crossovers[0].family: expected one of "MLP", "CNN", found "RNN"',
    ],
    ['a long text', changed(['models'], 'x'.repeat(200)), `models: expected an array, found "${'x'.repeat(36)}...`],
  ]
  test.each(cases)('%s', (_, text, message) => {
    let told = ''
    try {
      parseBenchResults(text)
    } catch (error) {
      expect(error).toBeInstanceOf(TypeError)
      told = (error as Error).message
    }
    expect(told.startsWith(message), `${told} for ${message}`).toBe(true)
    expect(told).not.toContain('\n')
  })
  test('no such path', () => {
    expect(() => parseBenchResults(changed(['models', 0, 'paths', 0, 'path'], 'abacus'))).toThrow(
      /^models\[0\]\.paths\[0\]\.path: expected one of "instructions", .*"onnxruntime", found "abacus"$/,
    )
  })
})
