import type { Anvil } from '../blocks/anvil.ts'
import { startAnvil } from '../blocks/anvil.ts'
import { findAnvil } from '../blocks/anvilNode.ts'
import type { BlockCase } from '../blocks/blockCase.ts'
import { type BlockRunner, type BlockTime, CaseError, createBlockRunner } from '../blocks/blockRunner.ts'
import { blockCases } from '../blocks/cases.ts'
import { type Clock, systemClock } from '../blocks/clock.ts'
import { assembleProgram } from './assemble.ts'
import { createEvaluation, SEARCH_GAS } from './evaluate.ts'
import { minimiseProgram, type Scored, searchPrograms } from './search.ts'

/** A block, and the same bytecode in another client. */
export type BlockRow = BlockTime & {
  /** CPU nanoseconds a gas in anvil; undefined where it was not asked or failed. */
  readonly anvilNsPerGas?: number
}

/** The worst block of tensor code beside the worst of ordinary code, of so much gas. */
export type WorstPair = {
  readonly gas: number
  readonly ordinary: BlockRow
  readonly tensor: BlockRow
  /** Time of the ordinary block over that of the tensor block, each for its gas. */
  readonly ratio: number
}

export type WorstBlocksOptions = {
  /** Gas of the blocks that the worst cases fill. */
  readonly gas: readonly number[]
  /** Budget of the search for tensor programs. */
  readonly seconds: number
  readonly seed?: number
  /** Programs of an earlier search to go on from. */
  readonly population?: readonly Scored[]
  /** Gas of the blocks by which ordinary cases are ranked. */
  readonly rankingGas?: number
  /** Gas of the blocks by which programs are compared in the search. */
  readonly searchGas?: number
  /** How many ordinary cases, and how many tensor programs, fill whole blocks. */
  readonly finalists?: number
  /** How often the block of a tensor program runs; one of an ordinary case, which may take minutes, runs once. */
  readonly times?: number
  /** Ordinary cases to rank; all unless given. */
  readonly cases?: readonly BlockCase[]
  readonly runner?: BlockRunner
  readonly clock?: Clock
  /** The program of anvil, or false for none; {@link findAnvil}'s unless given. */
  readonly anvil?: string | false
  readonly onProgress?: (what: string) => void
}

export type WorstBlocks = {
  /** Every ordinary case at the gas of the ranking, worst first. */
  readonly ranking: readonly BlockRow[]
  /** Whole blocks of the worst cases and programs. */
  readonly rows: readonly BlockRow[]
  readonly worst: readonly WorstPair[]
  /** The worst tensor programs, worst first, and a simpler one that is nearly as bad as the first. */
  readonly programs: readonly Scored[]
  readonly simplest: Scored | undefined
  /** To go on searching with. */
  readonly population: readonly Scored[]
  readonly evaluated: number
  /** What is missing, and why. */
  readonly notes: readonly string[]
}

/** Ordinary cases that use more than this in an iteration are ranked by a block of their own size. */
const RANKING_GAS = 500_000
const RANKING_TIMES = 2
const SMALLEST_BLOCK_ITERATIONS = 2
const INTRINSIC_GAS = 30_000

/** Anvil where it was found, with a line that says why not where it wasn't. */
async function openAnvil(given: string | false | undefined, notes: string[]): Promise<Anvil | undefined> {
  if (given === false) return undefined
  const executable = given ?? findAnvil()
  if (executable === undefined) {
    notes.push('anvil is not installed (npm package @foundry-rs/anvil, on Linux): its column is left out')
    return undefined
  }
  try {
    return await startAnvil(executable)
  } catch (error) {
    notes.push(`anvil is left out: ${(error as Error).message}`)
    return undefined
  }
}

/** The worst row of each kind for each gas. */
function pairs(gas: readonly number[], rows: ReadonlyMap<number, readonly BlockRow[]>): WorstPair[] {
  return gas.flatMap((size) => {
    const worstOf = (isTensor: boolean) =>
      (rows.get(size) ?? [])
        .filter(({ kind }) => (kind === 'tensor') === isTensor)
        .reduce<BlockRow | undefined>((a, b) => (a === undefined || b.nsPerGas > a.nsPerGas ? b : a), undefined)
    const [ordinary, tensor] = [worstOf(false), worstOf(true)]
    if (ordinary === undefined || tensor === undefined) return []
    return [{ gas: size, ordinary, tensor, ratio: ordinary.nsPerGas / tensor.nsPerGas }]
  })
}

/**
 * Looks for the blocks that take this client longest: ranks blocks of ordinary opcodes and precompiles, breeds tensor
 * programs for `seconds`, and runs whole blocks of the worst of both.
 */
export async function worstBlocks(options: WorstBlocksOptions): Promise<WorstBlocks> {
  const { gas, seconds, seed = 1, finalists = 3, times = 3, rankingGas = RANKING_GAS, onProgress } = options
  const { clock = systemClock, cases = blockCases, searchGas = SEARCH_GAS } = options
  const runner = options.runner ?? (await createBlockRunner({ clock }))
  const notes: string[] = []
  const anvil = await openAnvil(options.anvil, notes)

  const withAnvil = async (blockCase: BlockCase, row: BlockTime, size: number): Promise<BlockRow> => {
    if (anvil === undefined) return row
    const { gasOf } = await runner.consumption(blockCase)
    const { transactions } = await runner.plan(blockCase, size)
    const iterations = transactions[0]?.iterations as number
    try {
      return { ...row, anvilNsPerGas: (await anvil.run(blockCase, iterations)) * (1e9 / gasOf(iterations)) }
    } catch (error) {
      notes.push(`${blockCase.name}: ${(error as Error).message}`)
      return row
    }
  }

  try {
    const ranked: { readonly blockCase: BlockCase; readonly row: BlockRow }[] = []
    for (const blockCase of cases) {
      onProgress?.(blockCase.name)
      const { gasOf, perIteration } = await runner.consumption(blockCase)
      const least = gasOf(1) + SMALLEST_BLOCK_ITERATIONS * perIteration + INTRINSIC_GAS
      const size = Math.max(rankingGas, Math.ceil(least))
      try {
        const row = await runner.run(blockCase, size, RANKING_TIMES)
        ranked.push({ blockCase, row: await withAnvil(blockCase, row, size) })
      } catch (error) {
        if (!(error instanceof CaseError)) throw error
        notes.push(`left out: ${error.message}`)
      }
    }
    ranked.sort((a, b) => b.row.nsPerGas - a.row.nsPerGas)

    onProgress?.('tensor programs')
    const evaluate = createEvaluation(runner, { gas: searchGas })
    const found = await searchPrograms({
      ...{ evaluate, clock, seconds, seed, finalists },
      ...(options.population === undefined ? {} : { population: options.population }),
      onProgress: (count, worst) =>
        onProgress?.(`tensor programs: ${count}, worst ${worst?.nsPerGas.toFixed(1)} ns/gas`),
    })
    const [first] = found.finalists
    const simplest = first && (await minimiseProgram(first, evaluate))

    const rows = new Map<number, BlockRow[]>()
    for (const size of gas) {
      const blocks: BlockRow[] = []
      for (const { blockCase } of ranked.slice(0, finalists)) {
        onProgress?.(`${blockCase.name}, ${size} gas`)
        blocks.push(await withAnvil(blockCase, await runner.run(blockCase, size), size))
      }
      for (const { genome } of found.finalists) {
        const program = assembleProgram(genome)
        onProgress?.(`${program.name}, ${size} gas`)
        blocks.push(await runner.run(program, size, times))
        runner.forget(program)
      }
      rows.set(size, blocks)
    }
    return {
      ranking: ranked.map(({ row }) => row),
      rows: [...rows.values()].flat(),
      worst: pairs(gas, rows),
      programs: found.finalists,
      simplest,
      population: found.population,
      evaluated: found.evaluated,
      notes,
    }
  } finally {
    anvil?.close()
  }
}
