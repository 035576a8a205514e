import {
  type AnyTypedOperands,
  byteLength,
  contractionMacs,
  elementCount,
  type Tensor,
  type TensorType,
} from '../../isa/index.ts'
import { bindOperands } from '../../model/binding.ts'
import { type Program, type ProgramStep, valueTypes } from '../../model/index.ts'
import { readInput, writeOutput } from './boundary.ts'
import { loadData, type PlainArithmetic, type PlainContext, SCRATCH_ADDRESS, UnsupportedStep } from './context.ts'
import { scratchBytes } from './dot.ts'
import { createArena, memoryBytes, type Placed } from './memory.ts'
import { type Rescaling, rescalingOf } from './rescale.ts'
import { type PlainStep, writeStep } from './steps.ts'
import { usesOf } from './uses.ts'
import { block, type Lines } from './yul.ts'

/** Most memory: the price of more, by the square of its size, would be above a thousand million gas. */
const MAX_MEMORY_BYTES = 2 ** 24
/** An answer's offset and length, before its bytes. */
const ANSWER_HEAD_BYTES = 64

/** A program as Yul. */
export type PlainPlan = {
  /** Functions; those of a step begin with a comment that names it. */
  readonly functions: readonly Lines[]
  readonly statements: Lines
  /** What lies in code accounts. */
  readonly data: Uint8Array
  /** Address of the canonical bytes of the outputs, with room before them for their offset and length. */
  readonly answer: number
  readonly answerBytes: number
  /** End of the memory that is used. */
  readonly memoryEnd: number
  readonly macs: number
}

type Attributes = Readonly<Record<string, number>>
type Bound = Readonly<Record<string, Tensor | TensorType | Attributes | bigint | undefined>>

/** Operands of a program's steps by name: types, with data where they are constants. */
function binderOf(program: Program, types: readonly TensorType[]): (step: ProgramStep) => Bound {
  const typeOf = (value: number): TensorType =>
    program.constants[value - program.inputs.length] ?? (types[value] as TensorType)
  return (step) => bindOperands(step, typeOf) as Bound
}

function rescalingOfStep({ attributes, multiplier, shift }: Bound): Rescaling {
  return rescalingOf(attributes as Attributes, multiplier as Tensor | bigint, shift as Tensor | bigint)
}

/** Bytes of scratch memory that the deepest contraction needs. */
function scratchOf(program: Program, bind: (step: ProgramStep) => Bound, arithmetic: PlainArithmetic): number {
  const needs = program.steps.map((step) => {
    const bound = bind(step)
    const output = step.instruction.infer(bound as AnyTypedOperands) as TensorType
    const macs = contractionMacs(step.instruction.mnemonic, bound, output)
    return scratchBytes({ arithmetic }, macs / elementCount(output.shape))
  })
  return Math.max(0, ...needs)
}

/** Writes a program out in Yul. @throws {RangeError} naming the step that can't be done, and why */
export function planProgram(program: Program, arithmetic: PlainArithmetic): PlainPlan {
  const types = valueTypes(program)
  const first = program.inputs.length + program.constants.length
  const bind = binderOf(program, types)
  const { roots, last, rescaledBy } = usesOf(program, types)
  const rescalers = new Set(rescaledBy.values())

  const arena = createArena(SCRATCH_ADDRESS + scratchOf(program, bind, arithmetic))
  const functions = new Map<string, Lines>()
  const statements: string[] = []
  const data: Uint8Array[] = []
  const temporaries: number[] = []
  const places = new Map<number, number>()
  let dataBytes = 0
  let macs = 0

  const context: PlainContext = {
    arithmetic,
    helper(name, source) {
      if (!functions.has(name)) functions.set(name, source())
      return name
    },
    data(bytes) {
      data.push(bytes)
      dataBytes += bytes.length
      return dataBytes - bytes.length
    },
    temporary(bytes) {
      const address = arena.allocate(bytes)
      temporaries.push(address)
      return address
    },
  }

  /** Where a value lies; a constant is loaded when it is asked for first. */
  const place = (value: number): Placed => {
    const root = roots[value] as number
    const type = types[value] as TensorType
    const known = places.get(root)
    if (known !== undefined) return { address: known, type }
    const address = arena.allocate(byteLength(type))
    places.set(root, address)
    const constant = program.constants[root - program.inputs.length]
    if (constant) {
      const bytes = memoryBytes(constant, constant.data)
      statements.push(loadData(context, address, context.data(bytes), bytes.length))
    }
    return { address, type }
  }
  const release = (index: number) => {
    for (const address of temporaries.splice(0)) arena.free(address)
    for (const [root, address] of places)
      if ((last[root] as number) <= index) {
        places.delete(root)
        arena.free(address)
      }
  }

  const writtenOut = (step: ProgramStep, index: number): Lines => {
    const { instruction, operands } = step
    const bound = bind(step)
    const rescaledAt = rescaledBy.get(index)
    const rescaler = rescaledAt === undefined ? step : (program.steps[rescaledAt] as ProgramStep)
    const words = new Map(instruction.inputs.map(({ name }, position) => [name, operands[position] as bigint]))
    const plain: PlainStep = {
      mnemonic: instruction.mnemonic,
      name: `step${index}`,
      attributes: (bound.attributes ?? {}) as Attributes,
      typeOf: (operand) => bound[operand] as TensorType,
      has: (operand) => bound[operand] !== undefined,
      word: (operand) => bound[operand] as bigint,
      placed: (operand) => place(Number(words.get(operand)) - 1),
      resultType: types[first + index] as TensorType,
      rescaling: rescaler.instruction.mnemonic === 'RESCALE' ? rescalingOfStep(bind(rescaler)) : undefined,
      output: place(first + (rescaledAt ?? index)),
    }
    const lines = writeStep(context, plain)
    if (arena.peak() > MAX_MEMORY_BYTES) throw new UnsupportedStep(`more than ${MAX_MEMORY_BYTES} bytes of memory`)
    const title = `// step ${index} ${instruction.mnemonic}${rescaledAt === undefined ? '' : `, step ${rescaledAt} RESCALE`}`
    return [title, ...block(`function run${index}()`, lines)]
  }

  let offset = 0
  program.inputs.forEach((type, value) => {
    if ((last[value] as number) >= 0) statements.push(...block('', readInput(context, offset, place(value))))
    release(-1)
    offset += byteLength(type)
  })
  program.steps.forEach((step, index) => {
    const { mnemonic } = step.instruction
    macs += contractionMacs(mnemonic, bind(step), types[first + index] as TensorType)
    if (mnemonic === 'RESHAPE') place(first + index)
    else if (!rescalers.has(index)) {
      try {
        // A function of its own: the optimizer takes long over long ones.
        functions.set(`run${index}`, writtenOut(step, index))
        statements.push(`run${index}()`)
      } catch (error) {
        if (!(error instanceof UnsupportedStep)) throw error
        throw new RangeError(`step ${index} ${mnemonic}: ${error.message}`, { cause: error })
      }
    }
    release(index)
  })

  const outputs = program.outputs.map(place)
  const answerBytes = outputs.reduce((sum, { type }) => sum + byteLength(type), 0)
  const answer = arena.allocate(ANSWER_HEAD_BYTES + answerBytes) + ANSWER_HEAD_BYTES
  outputs.reduce((to, output) => {
    statements.push(...block('', writeOutput(context, output, to)))
    return to + byteLength(output.type)
  }, answer)
  return {
    functions: [...functions.values()],
    statements,
    data: Buffer.concat(data),
    answer,
    answerBytes,
    memoryEnd: arena.peak(),
    macs,
  }
}
