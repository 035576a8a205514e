import { tensorOf } from '../../../isa/index.ts'
import type { Program } from '../../../model/program.ts'
import { modelRoot } from '../../../model/root.ts'
import { CODE_ACCOUNTS } from '../../evm-ext/randomProgram.ts'
import type { Surroundings } from './world.ts'

/** Account with the weights and tables of the contracts under test in its code. */
export const TABLES = 0x7ab1e5n

/** Bytes without a pattern that a mistake could keep. */
function scrambled(length: number, seed: number): Uint8Array {
  let state = seed
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0
    return state >>> 24
  })
}

const integers = (length: number, seed: number) => Array.from(new Int8Array(scrambled(length, seed)))

/** int8 [8, 4] rows of tokens, int32 [12] biases, int32 [256] exponentials, int16 [513] entries. */
export const model: Program = {
  inputs: [{ dtype: 'int8', shape: [1] }],
  constants: [
    tensorOf('int8', [8, 4], integers(32, 1)),
    tensorOf(
      'int32',
      [12],
      integers(12, 2).map((value) => value * 1000),
    ),
    tensorOf(
      'int32',
      [256],
      integers(256, 3).map((value, d) => Math.floor((2 ** 31 - 1) * Math.exp(-d / 20)) - value ** 2),
    ),
    tensorOf(
      'int16',
      [513],
      integers(513, 4).map((value, i) => (i - 256) * 100 + value),
    ),
  ],
  steps: [],
  outputs: [0],
}

export const MODEL_ROOT = modelRoot(model)

/** What contracts find in every world. */
export const surroundings: Surroundings = {
  models: [model],
  accounts: new Map([
    [TABLES, scrambled(2048, 5)],
    [CODE_ACCOUNTS[0], scrambled(300, 6)],
    [CODE_ACCOUNTS[1], scrambled(1100, 7)],
  ]),
}
