import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createBlockRunner } from '../../../calibration/blocks/blockRunner.ts'
import { assembleProgram } from '../../../calibration/programs/assemble.ts'
import { cross, mutate, randomGenome } from '../../../calibration/programs/breed.ts'
import { createEvaluation, MOST_GAS } from '../../../calibration/programs/evaluate.ts'
import {
  formatGenome,
  type Genome,
  type ProgramStep,
  programFamilies,
  readGenome,
} from '../../../calibration/programs/genome.ts'
import { createRandom } from '../../../calibration/random.ts'
import { instructions, tensorBytes } from '../../../isa/index.ts'
import { createFakeClock } from '../blocks/setup.ts'

const runner = await createBlockRunner({ clock: createFakeClock() })

const step = (family: string, point: Record<string, number>, more: Partial<ProgramStep> = {}): ProgramStep => ({
  ...{ family, point, source: 'zeros', reload: false, free: 'now', glue: 'none' },
  ...more,
})
const clamp = step('CLAMP', { rows: 1, columns: 16, dtype: 0 })

/** A program that is small enough to be one, with the seed that it came from. */
function programOf(seed: number): { genome: Genome; program: ReturnType<typeof assembleProgram> } | undefined {
  const random = createRandom(seed)
  let genome = randomGenome(random, programFamilies[seed % programFamilies.length])
  for (let change = 0; change < seed % 4; change++) genome = mutate(genome, random)
  try {
    return { genome, program: assembleProgram(genome) }
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

describe('programs', () => {
  it('have a family for every instruction but TFREE, which frees what they make', () => {
    const mnemonics = new Set(programFamilies.map(({ mnemonic }) => mnemonic))
    expect(instructions.map(({ mnemonic }) => mnemonic).filter((mnemonic) => !mnemonics.has(mnemonic))).toEqual([
      'TFREE',
    ])
    expect(new Set(programFamilies.map(({ name }) => name)).size).toBe(programFamilies.length)
  })

  it('run without a halt, and fill a transaction', async () => {
    let filled = 0
    for (let seed = 0; seed < 2 * programFamilies.length; seed++) {
      const made = programOf(seed)
      if (made === undefined) continue
      const { program } = made
      // A halt anywhere in it, also in a call, is an error here.
      const { gasOf, perIteration, tensorPart } = await runner.consumption(program)
      expect(tensorPart, program.name).toBeGreaterThan(0)
      if (perIteration <= MOST_GAS && gasOf(1) < 2 ** 23) {
        const [transaction] = (await runner.plan(program, 2 ** 24)).transactions
        expect(transaction?.gas, program.name).toBeGreaterThan(0.99 * 2 ** 24)
        expect(transaction?.gasLimit, program.name).toBeLessThanOrEqual(2 ** 24)
        // Run, with a few iterations; a block that uses other gas than planned is an error.
        const gas = Math.ceil(gasOf(1) + 6 * perIteration + 25_000)
        expect((await runner.run(program, gas)).gas).toBeLessThanOrEqual(gas)
        filled++
      }
      runner.forget(program)
    }
    expect(filled).toBeGreaterThan(programFamilies.length / 2)
  })

  it('free what they make, however long they run', async () => {
    const kept = step('TADD', { rows: 4, columns: 64, broadcast: 0 }, { free: 'end', reload: true })
    for (const frame of ['own', 'staticcall', 'revert'] as const) {
      const program = assembleProgram({ frame, repeat: 3, steps: [kept, clamp, { ...kept, source: 'random' }] })
      const { gasOf } = await runner.consumption(program)
      // 400 iterations make more tensors than may be alive at once.
      const { gas } = await runner.run(program, gasOf(400) + 40_000)
      expect(gas).toBeGreaterThan(gasOf(400))
    }
  })

  it('pay for cold chunks in each frame that reverts, in others once', async () => {
    const load = step('TMODELLOAD', { rows: 1, columns: 64, dtype: 0, offset: 0 })
    const gasIn = async (frame: Genome['frame']) =>
      (await runner.consumption(assembleProgram({ frame, repeat: 1, steps: [load] }))).perIteration
    expect((await gasIn('revert')) - (await gasIn('staticcall'))).toBeGreaterThan(2000)
  })

  it('pay for what glue costs', async () => {
    const gasWith = async (glue: ProgramStep['glue']) =>
      (await runner.consumption(assembleProgram({ frame: 'own', repeat: 1, steps: [{ ...clamp, glue }] }))).perIteration
    const none = await gasWith('none')
    expect([await gasWith('JUMPDEST'), await gasWith('PC'), await gasWith('GAS')].map((gas) => gas - none)).toEqual([
      1, 4, 4,
    ])
  })

  it.each([
    [
      'a point without an instruction',
      step('CLAMP', { rows: 4096, columns: 65_536, dtype: 2 }),
      'no instruction there',
    ],
    [
      'operands that are too large',
      step('GATHER', { rows: 32_768, row: 300, indices: 1, index: 0, dtype: 0 }),
      'operands take',
    ],
    ['too much work', step('TROOT', { rows: 1000, columns: 2000, dtype: 0, offset: 0 }), 'their work is'],
    ['too much EVM memory', step('TMLOAD', { rows: 3000, columns: 200, dtype: 0, offset: 0 }), 'bytes of memory'],
    ['a family that is not there', step('NOPE', {}), '"NOPE"'],
  ])('are refused with %s', (_, refused, message) => {
    expect(() => assembleProgram({ frame: 'own', repeat: 1, steps: [refused] })).toThrow(message)
  })
})

describe('genomes', () => {
  it('come back from JSON, and give the same contract', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer(), (a, b) => {
        const random = createRandom(a)
        const genome = mutate(cross(randomGenome(random), randomGenome(createRandom(b)), random), random)
        const read = readGenome(JSON.parse(JSON.stringify(genome)))
        expect(read).toEqual(genome)
        expect(formatGenome(read)).toBe(formatGenome(genome))
      }),
      { numRuns: 200 },
    )
    for (let seed = 0; seed < 20; seed++) {
      const made = programOf(seed)
      if (made === undefined) continue
      const { code, accounts, models } = assembleProgram(readGenome(JSON.parse(JSON.stringify(made.genome))))
      expect({ code, accounts }).toEqual({ code: made.program.code, accounts: made.program.accounts })
      const bytesOf = (found: typeof models) =>
        found?.map(({ program }) => Buffer.concat(program.constants.map(tensorBytes)))
      expect(bytesOf(models)?.every((bytes, at) => bytesOf(made.program.models)?.[at]?.equals(bytes))).toBe(true)
    }
  })

  it.each([
    ['nothing', null, 'genome: expected an object'],
    ['an unknown frame', { frame: 'other' }, 'genome.frame: expected own, staticcall, revert, found "other"'],
    ['no steps', { steps: [] }, 'genome.steps: expected 1..12 steps'],
    ['too many repeats', { repeat: 65 }, 'genome.repeat: expected an integer in 1..64, found 65'],
    [
      'an unknown family',
      { steps: [{ ...clamp, family: 'NOPE' }] },
      'genome.steps[0].family: there is none called "NOPE"',
    ],
    ['a size out of range', { steps: [{ ...clamp, point: { rows: 0 } }] }, 'genome.steps[0].point.rows: expected'],
    ['a reload that is none', { steps: [{ ...clamp, reload: 1 }] }, 'genome.steps[0].reload: expected a boolean'],
  ])('are refused with %s', (_, change, message) => {
    const genome = change && { ...{ frame: 'own', repeat: 1, steps: [clamp] }, ...change }
    expect(() => readGenome(genome)).toThrow(message)
  })
})

describe('an evaluation', () => {
  const evaluate = createEvaluation(runner, { gas: 200_000 })
  const genomeOf = (...steps: ProgramStep[]): Genome => ({ frame: 'own', repeat: 4, steps })

  it('gives time for gas', async () => {
    expect(await evaluate(genomeOf(clamp), 2)).toBeGreaterThan(0)
  })

  it.each([
    ['is too large for a program', genomeOf(step('CLAMP', { rows: 4096, columns: 65_536, dtype: 2 }))],
    ['uses too much in an iteration', genomeOf(step('RSQRT', { columns: 65_000 }))],
    [
      'loads more than the block may use',
      genomeOf(step('GATHER', { rows: 4096, row: 900, indices: 1, index: 0, dtype: 0 })),
    ],
    ['is mostly calls', { frame: 'staticcall', repeat: 1, steps: [step('TSPACE', {})] } as const],
  ])('leaves out what %s', async (_, genome) => {
    expect(await evaluate(genome, 1)).toBeUndefined()
  })
})
