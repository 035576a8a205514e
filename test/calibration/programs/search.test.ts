import { describe, expect, it } from 'vitest'
import { createBlockRunner } from '../../../calibration/blocks/blockRunner.ts'
import { blockCases } from '../../../calibration/blocks/cases.ts'
import type { Genome } from '../../../calibration/programs/genome.ts'
import { formatGenome, programFamilies } from '../../../calibration/programs/genome.ts'
import { minimiseProgram, searchPrograms } from '../../../calibration/programs/search.ts'
import { worstBlocks } from '../../../calibration/programs/worstBlocks.ts'
import { createFakeClock } from '../blocks/setup.ts'

/** Programs are the worse the more they hold of what is wanted; those that are long are none. */
const evaluate = async ({ frame, repeat, steps }: Genome): Promise<number | undefined> => {
  if (steps.length > 6) return undefined
  const wanted = steps.filter(({ family, glue }) => family.startsWith('MATMUL') && glue === 'GAS').length
  return 1 + 10 * wanted + (frame === 'revert' ? 5 : 0) - repeat / 100
}

const search = (seed: number, seconds = 10) => searchPrograms({ evaluate, clock: createFakeClock(), seconds, seed })

describe('the search', () => {
  it('gives the same programs for the same seed and clock', async () => {
    const [first, second, other] = [await search(7), await search(7), await search(8)]
    expect(first).toEqual(second)
    expect(other.finalists).not.toEqual(first.finalists)
    expect(first.evaluated).toBeGreaterThan(programFamilies.length)
    expect(first.rejected).toBeGreaterThan(0)
  })

  it('finds worse programs the longer it runs, worst first', async () => {
    const [short, long] = [await search(1, 0.5), await search(1, 30)]
    const worst = (result: typeof short) => result.finalists[0]?.nsPerGas as number
    expect(worst(long)).toBeGreaterThan(worst(short))
    const scores = long.population.map(({ nsPerGas }) => nsPerGas)
    expect(scores).toEqual([...scores].sort((a, b) => b - a))
    // Five such steps of at most six.
    expect(worst(long)).toBeGreaterThan(50)
  })

  it('goes on from an earlier population, through JSON too', async () => {
    const first = await search(1, 3)
    const population = JSON.parse(JSON.stringify(first.population))
    const next = await searchPrograms({ evaluate, clock: createFakeClock(), seconds: 3, seed: 2, population })
    expect(next.finalists[0]?.nsPerGas).toBeGreaterThanOrEqual(first.finalists[0]?.nsPerGas as number)
  })

  it('looks at one program at least', async () => {
    expect((await search(1, 0)).evaluated).toBe(1)
  })

  it('makes a bad program simpler', async () => {
    const [worst] = (await search(1, 30)).finalists
    const simplest = await minimiseProgram(worst as NonNullable<typeof worst>, evaluate)
    expect(simplest.nsPerGas).toBeGreaterThanOrEqual(0.9 * (worst?.nsPerGas as number))
    expect(formatGenome(simplest.genome).length).toBeLessThanOrEqual(
      formatGenome((worst as typeof simplest).genome).length,
    )
    for (const { reload, source } of simplest.genome.steps) expect([reload, source]).toEqual([false, 'zeros'])
  })
})

describe('the worst blocks', () => {
  const names = ['JUMPDEST', 'MULMOD', 'SHA256 0 B']
  const cases = blockCases.filter(({ name }) => names.includes(name))

  it('are ranked, run whole and set beside one another', async () => {
    const clock = createFakeClock()
    const runner = await createBlockRunner({ clock })
    const seen: string[] = []
    const found = await worstBlocks({
      ...{
        gas: [150_000, 300_000],
        seconds: 0.3,
        rankingGas: 100_000,
        searchGas: 300_000,
        finalists: 2,
        times: 1,
        cases,
        runner,
        clock,
      },
      ...{ anvil: '/nonexistent/anvil', onProgress: (what) => seen.push(what) },
    })
    expect(found.ranking.map(({ name }) => name).sort()).toEqual([...names].sort())
    expect(found.notes).toEqual([expect.stringMatching(/^anvil is left out: .*ENOENT/)])
    expect(found.worst.map(({ gas }) => gas)).toEqual([150_000, 300_000])
    for (const { gas, ordinary, tensor, ratio } of found.worst) {
      expect([ordinary.kind === 'tensor', tensor.kind]).toEqual([false, 'tensor'])
      expect(ratio).toBeCloseTo(ordinary.nsPerGas / tensor.nsPerGas, 9)
      for (const row of [ordinary, tensor]) {
        expect(row.gas).toBeLessThanOrEqual(gas)
        expect(found.rows).toContain(row)
      }
    }
    expect(found.programs.length).toBeGreaterThan(0)
    expect(found.simplest).toBeDefined()
    expect(seen).toEqual(expect.arrayContaining([...names, 'tensor programs']))
  })

  it('say that anvil is not asked for by leaving its column out', async () => {
    const clock = createFakeClock()
    const found = await worstBlocks({
      ...{
        gas: [],
        seconds: 0,
        rankingGas: 100_000,
        searchGas: 300_000,
        cases: cases.slice(0, 1),
        clock,
        anvil: false,
      },
    })
    expect([found.notes, found.rows, found.worst]).toEqual([[], [], []])
    expect(found.ranking[0]).not.toHaveProperty('anvilNsPerGas')
  })
})
