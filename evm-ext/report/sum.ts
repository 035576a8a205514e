import type { FrameGas, GasReport, GasSummary, IntrinsicGas, Scope, TensorGas, TensorTotals } from './report.ts'

/** A summary that is being added up. */
type Sums = { -readonly [name in keyof GasSummary]: number }

function emptySums(): Sums {
  return {
    intrinsic: 0,
    opcodes: 0,
    tensorBase: 0,
    tensorCompute: 0,
    tensorMemory: 0,
    tensorAccess: 0,
    precompiles: 0,
    codeDeposit: 0,
    burnt: 0,
    stipends: 0,
    refund: 0,
    floor: 0,
  }
}

const total = (parts: Readonly<Record<string, number>>) => Object.values(parts).reduce((sum, part) => sum + part, 0)

/** Adds what was charged in a scope, and in everything inside it, to the sums. */
function addScope(sums: Sums, { opcodes, instructions, functions, calls }: Scope): void {
  for (const { gas, stipends } of opcodes) {
    sums.opcodes += gas
    sums.stipends -= stipends
  }
  for (const { base, compute, memory, access } of instructions) {
    sums.tensorBase += base
    sums.tensorCompute += compute
    sums.tensorMemory += total(memory)
    sums.tensorAccess += total(access)
  }
  for (const inner of functions) addScope(sums, inner)
  for (const inner of calls) addFrame(sums, inner)
}

function addFrame(sums: Sums, frame: FrameGas): void {
  addScope(sums, frame)
  sums.precompiles += frame.precompile
  sums.tensorAccess += frame.lookup
  sums.codeDeposit += frame.codeDeposit
  sums.burnt += frame.burnt?.gas ?? 0
}

/** Adds up the parts of a report, each from the finest parts that it has. */
export function summarizeGas({
  frame,
  intrinsic,
  refund,
  floor,
}: Pick<GasReport, 'frame' | 'intrinsic' | 'refund' | 'floor'>): GasSummary {
  const sums = emptySums()
  addFrame(sums, frame)
  if (intrinsic !== undefined) sums.intrinsic = total(intrinsic)
  if (refund !== undefined) sums.refund = 0 - refund.granted
  if (floor !== undefined) sums.floor = floor.added
  return sums
}

/** Gas of a summary: all its members together. */
export function summaryGas(summary: GasSummary): number {
  return total(summary)
}

/** Gas before anything runs. */
export function intrinsicTotal(intrinsic: IntrinsicGas): number {
  return total(intrinsic)
}

/** What a frame used, added up from its parts. */
export function frameGas(frame: FrameGas): number {
  const sums = emptySums()
  addFrame(sums, frame)
  return total(sums)
}

/** Every frame of a report, the outermost first, each before those that it calls. */
export function* framesOf(frame: FrameGas): Generator<FrameGas> {
  yield frame
  yield* framesWithin(frame)
}

function* framesWithin({ functions, calls }: Scope): Generator<FrameGas> {
  for (const inner of functions) yield* framesWithin(inner)
  for (const inner of calls) yield* framesOf(inner)
}

function* instructionsWithin({ instructions, functions, calls }: Scope): Generator<TensorGas> {
  yield* instructions
  for (const inner of [...functions, ...calls]) yield* instructionsWithin(inner)
}

/** Every tensor instruction of a frame and those inside it, in the order in which they were carried out. */
export function instructionsOf(frame: FrameGas): TensorGas[] {
  return [...instructionsWithin(frame)].sort((a, b) => a.sequence - b.sequence)
}

/** Counts over tensor instructions. */
export function totalsOf(instructions: readonly TensorGas[]): TensorTotals {
  const sum = (pick: (instruction: TensorGas) => number) => instructions.reduce((all, one) => all + pick(one), 0)
  return {
    count: instructions.length,
    gas: sum(({ gas }) => gas),
    macs: sum(({ macs }) => macs),
    tileMacs: sum(({ tileMacs }) => tileMacs),
    outputBytes: sum(({ outputBytes }) => outputBytes),
    peakBytes: instructions.reduce((most, { peakBytes }) => Math.max(most, peakBytes), 0),
    provingSteps: sum(({ provingSteps }) => provingSteps),
    nanoseconds: sum(({ nanoseconds }) => nanoseconds),
  }
}
