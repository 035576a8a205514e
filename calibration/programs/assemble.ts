import { keccak_256 } from '@noble/hashes/sha3.js'
import { schedule, workGas } from '../../gas-model/index.ts'
import {
  byteLength,
  createTensor,
  dtypeRange,
  encodeType,
  type Input,
  type ModelTypes,
  type Tensor,
  type TensorType,
} from '../../isa/index.ts'
import type { BlockCase, CaseAccount } from '../blocks/blockCase.ts'
import { code, loop, MAX_CODE_BYTES, type Piece } from '../blocks/bytecode.ts'
import { type Case, caseAt, tensorOperands } from '../case.ts'
import { fillRange } from '../family.ts'
import { createRandom } from '../random.ts'
import { familyOf, formatGenome, type Genome, type ProgramStep } from './genome.ts'

/** Where zeros are: past the calldata of a transaction. */
const PAST_CALLDATA = 64
const BODY_ACCOUNT = 0xb0d7_0001n
/** Bounds that keep a program clear of the limits of arena, handles and EVM memory. */
const MAX_OPERAND_BYTES = 4 * 2 ** 20
const MAX_LIVE_BYTES = 48 * 2 ** 20
const MAX_LIVE_TENSORS = 900
const MAX_MEMORY_BYTES = 256 * 1024
/** Gas of the work of an iteration at the schedule's prices: larger ones hardly fit a transaction. */
const MAX_ITERATION_GAS = 2 ** 18

/** Code for the glue of each name. */
const glueCode: Readonly<Record<ProgramStep['glue'], readonly Piece[]>> = {
  none: [],
  JUMPDEST: ['JUMPDEST'],
  PC: ['PC', 'POP'],
  GAS: ['GAS', 'POP'],
  MSIZE: ['MSIZE', 'POP'],
}

function boundedCase(step: ProgramStep): Case {
  const found = caseAt(familyOf(step), step.point)
  if (found === undefined) throw new RangeError(`point: ${step.family} has no instruction there`)
  return found
}

function ensureOperandBytes(bytes: number): void {
  if (bytes > MAX_OPERAND_BYTES)
    throw new RangeError(`steps: their operands take ${bytes} bytes, more than ${MAX_OPERAND_BYTES}`)
}

/** Constants of the program's model, each made once. */
function createConstants(root: bigint) {
  const random = createRandom(Number(root & 0xffffffffn))
  const constants: Tensor[] = []
  const indices = new Map<string, number>()
  let bytes = 0
  const indexOf = (type: TensorType, [low, high]: readonly [number, number]): number => {
    const key = `${type.dtype}[${type.shape}] ${low} ${high}`
    const known = indices.get(key)
    if (known !== undefined) return known
    bytes += byteLength(type)
    ensureOperandBytes(bytes)
    const tensor = createTensor(type)
    const span = high - low + 1
    for (let i = 0; i < tensor.data.length; i++) tensor.data[i] = low + (random.word() % span)
    indices.set(key, constants.length)
    return constants.push(tensor) - 1
  }
  return { constants, indexOf }
}

/**
 * The contract of a program; the same for the same genome.
 *
 * @throws {RangeError} when it has a step that is no instruction, or is larger than programs may be
 */
export function assembleProgram(genome: Genome): BlockCase {
  const text = formatGenome(genome)
  const root = BigInt(`0x${Buffer.from(keccak_256(Buffer.from(text))).toString('hex')}`)
  const { constants, indexOf } = createConstants(root)
  const accounts = new Map<bigint, CaseAccount>()
  const pool = new Map<string, number>()
  const prologue: Piece[] = []
  let poolBytes = 0

  const rangeOf = (step: ProgramStep, name: string, type: TensorType) =>
    fillRange(familyOf(step), step.point, name) ?? dtypeRange[type.dtype]

  /** Pieces that load an operand; its handle is then on the stack. */
  const load = (step: ProgramStep, name: string, type: TensorType): Piece[] => {
    if (step.source === 'zeros') return [PAST_CALLDATA, encodeType(type), 'TCALLDATALOAD']
    const [rows = 1, ...rest] = type.shape
    // A row more than is loaded, so that what is loaded is no whole constant.
    const stored = step.source === 'constant' ? type : { dtype: type.dtype, shape: [rows + 1, ...rest] }
    return [rows, 0, indexOf(stored, rangeOf(step, name, type)), root, 'TMODELLOAD']
  }

  /** Handle of an operand that is loaded once, before the loop. */
  const pooled = (step: ProgramStep, name: string, type: TensorType): number => {
    const key = `${step.source} ${type.dtype}[${type.shape}] ${rangeOf(step, name, type)}`
    const known = pool.get(key)
    if (known !== undefined) return known
    prologue.push(...load(step, name, type), 'POP')
    poolBytes += byteLength(type)
    pool.set(key, pool.size + 1)
    return pool.size
  }

  const modelWord = ({ types }: ModelTypes, index: bigint) =>
    indexOf(types[Number(index)] as TensorType, dtypeRange[(types[Number(index)] as TensorType).dtype])

  /** The word of an operand that is no tensor. */
  const wordOf = ({ name, kind }: Input, { instruction, operands }: Case): Piece => {
    const value = operands[name]
    if (value === undefined) return 0
    if (kind === 'attributes') return instruction.attributes?.encode(value as Record<string, number>) as bigint
    if (kind === 'type') return encodeType(value as TensorType)
    if (kind === 'model') return root
    if (kind === 'account')
      accounts.set(value as bigint, {
        address: value as bigint,
        code: Uint8Array.from({ length: MAX_CODE_BYTES }, (_, index) => (index * 167 + 41) & 0xff),
      })
    const { model } = operands as { model?: ModelTypes }
    return model !== undefined && name === 'index' ? modelWord(model, value as bigint) : (value as bigint)
  }

  let made = 0
  let liveBytes = 0
  /** How many tensors were made before the first that is freed at the end. */
  let keptFrom: number | undefined

  const cases = new Map(genome.steps.map((step) => [step, boundedCase(step)]))
  const iterationGas = genome.steps.reduce((sum, step) => sum + workGas((cases.get(step) as Case).work, schedule), 0)
  if (iterationGas * genome.repeat > MAX_ITERATION_GAS)
    throw new RangeError(
      `steps: their work is ${iterationGas} gas ${genome.repeat} times, more than ${MAX_ITERATION_GAS}`,
    )

  const stepCode = (step: ProgramStep, isOwn: boolean): Piece[] => {
    const measured = cases.get(step) as Case
    const { instruction, output } = measured
    const memoryBytes = Math.max(...instruction.inputs.map(({ kind }) => (kind === 'memory' ? measured.bytes : 0)), 0)
    if (memoryBytes > MAX_MEMORY_BYTES)
      throw new RangeError(`point: ${step.family} takes ${memoryBytes} bytes of memory`)
    const tensors = tensorOperands(instruction, measured.operands)
    const pieces: Piece[] = []
    if (step.reload) for (const [name, type] of tensors) pieces.push(...load(step, name, type))
    const loaded = step.reload ? tensors.length : 0
    // Words on the stack above the first handle that was loaded for this step.
    let height = loaded
    for (const input of [...instruction.inputs].reverse()) {
      const position = tensors.findIndex(([name]) => name === input.name)
      const type = tensors[position]?.[1]
      if (type === undefined) pieces.push(wordOf(input, measured))
      else if (step.reload) pieces.push(`DUP${height - position}`)
      else pieces.push(pooled(step, input.name, type))
      height++
    }
    pieces.push(instruction.mnemonic)
    if (instruction.output?.kind === 'word') pieces.push('POP')
    const handles = loaded + (output === undefined ? 0 : 1)
    const first = made
    made += handles
    if (handles > 0) {
      for (let popped = 1; popped < handles; popped++) pieces.push('POP')
      const bytes = measured.bytes - (step.reload ? 0 : tensors.reduce((sum, [, type]) => sum + byteLength(type), 0))
      if (step.free === 'now') pieces.push(handles, 'SWAP1', 'TFREE')
      else {
        liveBytes += bytes
        if (isOwn && keptFrom === undefined) keptFrom = first
        else pieces.push('POP')
      }
    }
    return [...pieces, ...glueCode[step.glue]]
  }

  const isOwn = genome.frame === 'own'
  const body: Piece[] = []
  for (let copy = 0; copy < genome.repeat; copy++) for (const step of genome.steps) body.push(...stepCode(step, isOwn))
  if (keptFrom !== undefined) body.push(made - keptFrom, 'SWAP1', 'TFREE')
  ensureOperandBytes(poolBytes)
  if (liveBytes + poolBytes > MAX_LIVE_BYTES || made + pool.size > MAX_LIVE_TENSORS)
    throw new RangeError(
      `steps: ${liveBytes + poolBytes} bytes in ${made + pool.size} tensors are more than a program may hold`,
    )

  const program = { inputs: [], constants, steps: [], outputs: [] }
  const shared = { name: text, kind: 'tensor', models: constants.length > 0 ? [{ root, program }] : [] } as const
  if (isOwn) return { ...shared, code: loop(code(...prologue), code(...body)), accounts: [...accounts.values()] }
  const ending: Piece[] = genome.frame === 'revert' ? [0, 0, 'REVERT'] : ['STOP']
  const bytecode = code(...prologue, ...body, ...ending)
  if (bytecode.length > MAX_CODE_BYTES)
    throw new RangeError(`steps: the contract takes ${bytecode.length} bytes, more than ${MAX_CODE_BYTES}`)
  const address = BODY_ACCOUNT + (root & 0xffff_ffff_ffffn)
  return {
    ...shared,
    code: loop(code(), code(0, 0, 0, 0, address, 'GAS', 'STATICCALL', 'POP')),
    accounts: [...accounts.values(), { address, code: bytecode }],
    reserve: 'iteration',
    reverts: genome.frame === 'revert',
  }
}
