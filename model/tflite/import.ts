import { HaltError, ROUND_DOUBLE, ROUND_SINGLE } from '../../isa/index.ts'
import { createProgramBuilder } from '../builder.ts'
import type { Program } from '../program.ts'
import { lowerInput, lowerOutput, type Port } from './boundary.ts'
import { ImportError } from './error.ts'
import { MalformedError } from './flatBuffer.ts'
import { handlers } from './handlers.ts'
import { createOperation, type Lowering, startLowering, UnsupportedError } from './operation.ts'
import { readTflite, type TfliteOperator } from './reader.ts'

export type { Port } from './boundary.ts'
export { ImportError } from './error.ts'

export type ImportOptions = {
  /** Name of the file, for messages. */
  readonly name?: string
  /**
   * How rescaling rounds: `double` as TFLite Micro and CMSIS-NN do (the default), `single` as XNNPACK and ruy do.
   *
   * Where TFLite Micro and TFLite disagree, TFLite is followed: SUB takes ratios of scales in double precision (Micro in
   * single), and RELU6 rescales between quantizations that differ (Micro ignores the output's).
   */
  readonly rounding?: 'double' | 'single'
}

/** What became of an operator of the file. */
export type ImportedOperator = {
  readonly index: number
  readonly name: string
  readonly inputs: readonly string[]
  readonly outputs: readonly {
    readonly name: string
    /** Value of the program that stands for it; none where no output of the program needs it. */
    readonly value?: number
  }[]
}

export type TfliteImport = {
  readonly program: Program
  readonly inputs: readonly Port[]
  readonly outputs: readonly Port[]
  readonly operators: readonly ImportedOperator[]
  /** What a user should know: dropped conversions, open dimensions that were fixed. */
  readonly notes: readonly string[]
}

/** `operator 3 CONV_2D "x", "w" -> "y"`. */
function describe({ model }: Lowering, { index, name, inputs, outputs }: TfliteOperator): string {
  const names = (numbers: readonly number[]) =>
    numbers
      .filter((number) => number >= 0)
      .map((number) => `"${model.tensors[number]?.name}"`)
      .join(', ')
  return `operator ${index} ${name} ${names(inputs)} -> ${names(outputs)}`
}

/** Errors that say that a model is not supported; any other is a fault of the importer. */
const refusals = [UnsupportedError, MalformedError, HaltError, RangeError]

/** Runs a part of the import; what it finds unsupported becomes a problem, and gives undefined. */
function collect<T>(problems: string[], where: string, action: () => T): T | undefined {
  try {
    return action()
  } catch (error) {
    if (!refusals.some((refusal) => error instanceof refusal)) throw error
    problems.push(`${where}: ${(error as Error).message}`)
    return undefined
  }
}

/** Lowers operators in order; those that need what could not be lowered are only looked up by name. */
function lowerOperators(lowering: Lowering, problems: string[]): void {
  const missing = new Set(lowering.model.inputs.filter((number) => !lowering.bindings.has(number)))
  for (const operator of lowering.model.operators) {
    const handler = handlers[operator.name]
    const isReady = !operator.inputs.some((number) => missing.has(number))
    collect(problems, describe(lowering, operator), () => {
      if (!handler) throw new UnsupportedError('this operator is not supported')
      if (isReady) handler(createOperation(lowering, operator))
    })
    for (const number of operator.outputs) if (!lowering.bindings.has(number)) missing.add(number)
  }
}

/**
 * Imports an int8 TFLite model as a program.
 *
 * Operators become instructions with the arithmetic of TFLite's reference kernels, bit for bit; sizes that the graph
 * computes are worked out now; padding goes into the convolution that follows it. Float32 or uint8 at the boundary of the
 * graph is dropped: the program takes and gives the integers inside, and the ports say what they stand for.
 *
 * @param bytes - the file
 * @throws {ImportError} when the file is not a TFLite model, or uses what is not supported: everything of that at once,
 * with operators and tensors by name
 */
export function importTflite(bytes: Uint8Array, options: ImportOptions = {}): TfliteImport {
  const { name = 'model.tflite', rounding = 'double' } = options
  const model = readTflite(bytes, name)
  const builder = createProgramBuilder()
  const lowering = startLowering(model, builder, rounding === 'single' ? ROUND_SINGLE : ROUND_DOUBLE)
  const tensorName = (number: number) => model.tensors[number]?.name ?? ''
  const quoted = (number: number) => `"${tensorName(number)}"`
  const problems: string[] = []
  const inputs = model.inputs.map((number) =>
    collect(problems, `input ${quoted(number)}`, () => lowerInput(lowering, number)),
  )
  lowerOperators(lowering, problems)
  if (model.outputs.length === 0) problems.push('the graph has no outputs')
  if (problems.length > 0) throw new ImportError(name, problems)
  const outputs = model.outputs.map((number) =>
    collect(problems, `output ${quoted(number)}`, () => lowerOutput(lowering, number)),
  )
  if (problems.length > 0) throw new ImportError(name, problems)
  const { program, numbers } = builder.buildNumbered()
  const operators = model.operators.map(({ index, name, inputs, outputs }): ImportedOperator => {
    const described = outputs.map((number) => {
      const value = numbers.get(lowering.bindings.get(number)?.value ?? -1)
      return value === undefined ? { name: tensorName(number) } : { name: tensorName(number), value }
    })
    return { index, name, inputs: inputs.filter((number) => number >= 0).map(tensorName), outputs: described }
  })
  return {
    program,
    inputs: inputs.filter((port) => port !== undefined),
    outputs: outputs.filter((port) => port !== undefined),
    operators,
    notes: [...lowering.notes],
  }
}
