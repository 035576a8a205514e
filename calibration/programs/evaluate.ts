import type { BlockCase } from '../blocks/blockCase.ts'
import { type BlockRunner, CaseError } from '../blocks/blockRunner.ts'
import { assembleProgram } from './assemble.ts'
import type { Genome } from './genome.ts'

/** How bad a program is; undefined for one that does not count. */
export type Evaluate = (genome: Genome, times: number) => Promise<number | undefined>

export type EvaluationOptions = {
  /** Gas of the block that is timed. */
  readonly gas?: number
  /**
   * Least part of the gas that tensor instructions must take: below it a program is one of ordinary opcodes, of which
   * calls alone take longer in this client than any tensor instruction.
   */
  readonly leastTensorPart?: number
  /** Most gas of an iteration, so that iterations fill a transaction. */
  readonly mostGas?: number
}

/** A block of as much gas takes some tens of milliseconds at the clock of 10 ns a gas. */
export const SEARCH_GAS = 2_000_000
const LEAST_TENSOR_PART = 0.75
/** So little of what a transaction may use (EIP-7825) that iterations fill more than 99 % of it. */
export const MOST_GAS = 2 ** 24 / 128

/** The contract of a genome, where it fits the bounds of programs. */
function assembled(genome: Genome): BlockCase | undefined {
  try {
    return assembleProgram(genome)
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

/** CPU nanoseconds a gas of blocks of a program. */
export function createEvaluation(runner: BlockRunner, options: EvaluationOptions = {}): Evaluate {
  const { gas = SEARCH_GAS, leastTensorPart = LEAST_TENSOR_PART, mostGas = MOST_GAS } = options
  return async (genome, times) => {
    const program = assembled(genome)
    if (program === undefined) return undefined
    try {
      const { perIteration, tensorPart } = await runner.consumption(program)
      if (perIteration > mostGas || tensorPart < leastTensorPart) return undefined
      return (await runner.run(program, gas, times)).nsPerGas
    } catch (error) {
      // A program whose first iteration alone is more than the block: it loads too much before it begins.
      if (error instanceof RangeError || error instanceof CaseError) return undefined
      throw error
    } finally {
      runner.forget(program)
    }
  }
}
