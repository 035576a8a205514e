import type { BlockCase } from './blockCase.ts'
import { type BlockRunner, type BlockTime, createBlockRunner } from './blockRunner.ts'
import { ordinaryCases } from './ordinaryCases.ts'
import { precompileCases } from './precompileCases.ts'

/** Blocks of ordinary opcodes and of precompiles. */
export const blockCases: readonly BlockCase[] = [...ordinaryCases, ...precompileCases]

const byName = new Map(blockCases.map((blockCase) => [blockCase.name, blockCase]))

/**
 * Fills a block of `gas` with transactions of an ordinary case and runs it.
 *
 * @throws {RangeError} when no case has that name
 */
export async function runBlock(name: string, gas: number, runner?: BlockRunner): Promise<BlockTime> {
  const blockCase = byName.get(name)
  if (blockCase === undefined) throw new RangeError(`name: there is no block called ${JSON.stringify(name)}`)
  return (runner ?? (await createBlockRunner())).run(blockCase, gas)
}
