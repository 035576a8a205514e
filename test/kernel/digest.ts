import { createHash } from 'node:crypto'
import { tensorBytes } from '../../isa/index.ts'
import type { Kernel } from '../../kernel/index.ts'
import { createRandom } from './random.ts'
import { computeInstructions, randomCase } from './randomCase.ts'
import { createWorkbench } from './workbench.ts'

/** Seed of the first case; the cases of the differential tests begin elsewhere. */
const FIRST_SEED = 0x5eed0000

/**
 * SHA-256 of what a kernel gives for a fixed sequence of random and extreme calls, `cases` of each compute instruction: the
 * same for every kernel on every engine.
 *
 * @returns hexadecimal
 */
export function digestOf(kernel: Kernel, cases: number): string {
  const bench = createWorkbench(kernel)
  const hash = createHash('sha256')
  for (let index = 0; index < cases; index++)
    for (const instruction of computeInstructions) {
      const places = createRandom(index)
      for (const call of randomCase(instruction, FIRST_SEED + index)) {
        const { output, trespass } = bench.run(call, places)
        hash.update(tensorBytes(output))
        if (trespass !== undefined) throw new Error(`${instruction.mnemonic}, seed ${FIRST_SEED + index}: ${trespass}`)
      }
    }
  return hash.digest('hex')
}
