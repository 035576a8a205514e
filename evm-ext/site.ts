import { chunkRange, type TensorParameters, workGas } from '../gas-model/index.ts'
import {
  byteLength,
  type ComputeBody,
  type Instruction,
  type MemoryRange,
  type ModelRange,
  type ModelTensors,
  type TensorType,
} from '../isa/index.ts'
import { uncheckedBody } from '../kernel/index.ts'
import type { Arena } from './arena.ts'
import { type Binding, bind, positionsOf } from './binding.ts'
import type { Resources } from './execute.ts'

/**
 * What checks found out about an instruction that do not look at anything but its words and the types of its tensors. It
 * holds for as long as these stay the same.
 */
export type Known = Binding & {
  readonly instruction: Instruction
  readonly words: readonly bigint[]
  /** Positions of the operands that are not tensors. */
  readonly plain: readonly number[]
  readonly model: ModelTensors | undefined
  readonly parameters: TensorParameters
  /** Type of the result, where the result is a tensor. */
  readonly output: TensorType | undefined
  /** Gas of the work alone. */
  readonly workGas: number
  /** Canonical bytes of the result. */
  readonly outputBytes: number
  readonly memory: MemoryRange | undefined
  readonly chunks: { readonly range: ModelRange; readonly count: number } | undefined
  /** What carries it out; undefined for an environment instruction. */
  readonly body: ComputeBody | undefined
  /** The operands as the operation takes them; tensors are put in before each run. */
  readonly data: Record<string, unknown>
}

/** A place in the code. It remembers what was found out there last, so that running it again is cheap. */
export type Site = { known: Known | undefined }

/** Sites that remember at once; then those forget that learnt first, so that no code can fill the machine's memory. */
const MAX_KNOWN = 2048

/** Chunks that a range of a model touches. */
function chunkCount({ firstByte, length }: ModelRange): number {
  const { first, last } = chunkRange(firstByte, length)
  return last - first + 1
}

/** Whether what is known of a site holds for these words. @throws {HaltError} `BadHandle` */
function holds(known: Known, words: readonly bigint[], arena: Arena): boolean {
  for (const position of known.plain) if (words[position] !== known.words[position]) return false
  for (const { position, type } of known.tensors) {
    const word = words[position] as bigint
    // A handle of 0 is none, where there may be none.
    if (word === 0n || arena.typeOf(word) !== type) return false
  }
  return true
}

/**
 * What is known of an instruction with these operands: from the site, where that still holds, else found out and kept.
 *
 * @throws {HaltError} from handles and types
 */
export type Learner = (
  site: Site | undefined,
  instruction: Instruction,
  words: readonly bigint[],
  model: ModelTensors | undefined,
) => Known

/** Learns about instructions on these resources. */
export function createLearner({
  parameters,
  arena,
  kernel,
}: Pick<Resources, 'parameters' | 'arena' | 'kernel'>): Learner {
  const learn = (instruction: Instruction, words: readonly bigint[], model: ModelTensors | undefined): Known => {
    const { typed, tensors } = bind(instruction, words, positionsOf(instruction), arena, model)
    const output = instruction.infer(typed)
    const prices = parameters()
    const isEnvironment = instruction.family === 'environment'
    const range = isEnvironment ? instruction.modelRange?.(typed) : undefined
    // Objects that are read at every run are written out or filled: spread together, they would be slow ones.
    const data: Record<string, unknown> = {}
    for (const { name } of instruction.inputs) data[name] = (typed as Record<string, unknown>)[name]
    return {
      typed,
      tensors,
      instruction,
      words,
      plain: [...words.keys()].filter((index) => tensors.every(({ position }) => position !== index)),
      model,
      parameters: prices,
      output,
      // Only an environment instruction can be without an output tensor, and then its work does not look at it.
      workGas: workGas(instruction.work(typed, output as TensorType), prices),
      outputBytes: output === undefined ? 0 : byteLength(output),
      memory: isEnvironment ? instruction.memoryRange?.(typed) : undefined,
      chunks: range && { range, count: chunkCount(range) },
      // The arena's tensors lie in the kernel's memory.
      body: isEnvironment ? undefined : uncheckedBody(kernel, instruction),
      data,
    }
  }

  const remembering: Site[] = []
  let next = 0
  const remember = (site: Site, known: Known): void => {
    if (site.known === undefined) {
      const oldest = remembering[next]
      if (oldest !== undefined) oldest.known = undefined
      remembering[next] = site
      next = (next + 1) % MAX_KNOWN
    }
    site.known = known
  }

  return (site, instruction, words, model) => {
    const last = site?.known
    if (
      last !== undefined &&
      last.instruction === instruction &&
      last.model === model &&
      last.parameters === parameters() &&
      holds(last, words, arena)
    )
      return last
    const known = learn(instruction, words, model)
    if (site !== undefined) remember(site, known)
    return known
  }
}
