import type { TensorType } from '../../isa/index.ts'
import { usedValues } from '../../model/binding.ts'
import type { Program } from '../../model/index.ts'
import { contractions } from './steps.ts'

/** How the values of a program are used. */
export type Uses = {
  /** For each value, the one whose memory it shares: a RESHAPE's result is its operand under another type. */
  readonly roots: readonly number[]
  /** For each root, the index of the last step that reads it; the number of steps for an output, -1 for none. */
  readonly last: readonly number[]
  /** For each contraction whose sums only an int8 RESCALE with constant factors takes: the index of that step. */
  readonly rescaledBy: ReadonlyMap<number, number>
}

/** Follows the values of a valid program. */
export function usesOf(program: Program, types: readonly TensorType[]): Uses {
  const { inputs, steps, outputs } = program
  const first = inputs.length + program.constants.length
  const roots = types.map((_, value) => value)
  const rescaledBy = new Map<number, number>()
  const counts = new Array<number>(types.length).fill(0)
  for (const value of [...steps.flatMap(usedValues), ...outputs]) counts[value] = (counts[value] as number) + 1
  steps.forEach((step, index) => {
    const [x, ...factors] = usedValues(step) as [number, ...number[]]
    const { mnemonic } = step.instruction
    if (mnemonic === 'RESHAPE') roots[first + index] = roots[x] as number
    if (mnemonic !== 'RESCALE' || types[first + index]?.dtype !== 'int8') return
    const source = steps[x - first]?.instruction.mnemonic ?? ''
    const areConstant = factors.every((value) => value >= inputs.length && value < first)
    if (contractions.includes(source) && counts[x] === 1 && areConstant) rescaledBy.set(x - first, index)
  })
  const last = new Array<number>(types.length).fill(-1)
  steps.forEach((step, index) => {
    for (const value of usedValues(step)) last[roots[value] as number] = index
  })
  for (const value of outputs) last[roots[value] as number] = steps.length
  return { roots, last, rescaledBy }
}
