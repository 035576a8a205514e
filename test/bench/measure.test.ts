import { expect, test } from 'vitest'
import { type Contender, measureCase } from '../../bench/harness/measure.ts'
import { loadContenders } from '../../bench/harness/peerContenders.ts'

const contender = (name: string, rest: Partial<Contender> = {}): Contender => ({
  name,
  isPeer: false,
  run: () => Math.sqrt(2),
  units: 10,
  ...rest,
})

test('gives the rate of each contender, of promises too', async () => {
  const slow = contender('slow', { run: () => new Promise((resolve) => setTimeout(resolve, 5)) })
  const { rates, nanoseconds, notes } = await measureCase({ name: 'case', contenders: [contender('fast'), slow] }, 1)
  expect(Object.keys(rates)).toEqual(['fast', 'slow'])
  // A timer never fires this early.
  expect(nanoseconds.slow).toBeGreaterThan(1e6)
  expect(rates.slow).toBeCloseTo(10 / (nanoseconds.slow as number), 12)
  expect(notes).toEqual([])
})

test('leaves out a peer that computes something else or fails, with the reason', async () => {
  const wrong = contender('wrong', { isPeer: true, check: () => 'gives 1 at 0, not 2' })
  const failing = contender('failing', { isPeer: true, run: () => Promise.reject(new Error('no memory')) })
  let calls = 0
  const late = contender('late', {
    isPeer: true,
    run: async () => {
      if (calls++ > 0) throw new Error('no more')
    },
  })
  const contenders = [contender('ours'), wrong, failing, late]
  const { rates, notes } = await measureCase({ name: 'case', contenders }, 1)
  expect(Object.keys(rates)).toEqual(['ours'])
  expect(notes).toEqual([
    'case, wrong: gives 1 at 0, not 2; left out',
    'case, failing: no memory; left out',
    'case, late: no more; left out',
  ])
})

test('refuses to time a contender of ours that computes something else', async () => {
  const contenders = [contender('ours', { check: () => 'gives 1 at 0, not 2' })]
  await expect(measureCase({ name: 'case', contenders }, 1)).rejects.toThrow('case, ours: gives 1 at 0, not 2')
})

test('leaves out a peer that does not load', async () => {
  const { contenders, notes } = await loadContenders([
    { name: 'one', load: (name) => ({ name, run: () => 0, units: 1, release() {} }) },
    { name: 'two', load: () => Promise.reject(new Error('no such operator')) },
  ])
  expect(contenders.map(({ name, isPeer }) => [name, isPeer])).toEqual([['one', true]])
  expect(notes).toEqual(['two: no such operator; left out'])
})
