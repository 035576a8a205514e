import {
  type AnyTypedOperands,
  byteLength,
  HaltError,
  type Instruction,
  instructionByMnemonic,
  type TensorType,
  type Work,
} from '../isa/index.ts'
import type { CaseOperands, Point, ShapeFamily } from './family.ts'

/** An instruction on operands of known types: what is priced, timed and searched for. */
export type Case = {
  readonly family: ShapeFamily
  readonly point: Point
  readonly instruction: Instruction
  readonly operands: CaseOperands
  /** Type of the result, where that is a tensor. */
  readonly output: TensorType | undefined
  readonly work: Work
  /** Canonical bytes of the tensors read and written. */
  readonly bytes: number
}

/** Largest cases: some milliseconds, and far more bytes than caches close to the core hold. */
const MAX_TILE_MACS = 2 ** 26
const MAX_BYTES = 2 ** 24
const MAX_COUNT = 2 ** 24

const isType = (operand: unknown): operand is TensorType =>
  typeof operand === 'object' && operand !== null && 'dtype' in operand && 'shape' in operand

/** Tensors among the operands, by name. */
export function tensorOperands(instruction: Instruction, operands: CaseOperands): [name: string, type: TensorType][] {
  return instruction.inputs.flatMap(({ name, kind }): [string, TensorType][] => {
    const operand = operands[name]
    return kind !== 'type' && kind !== 'attributes' && isType(operand) ? [[name, operand]] : []
  })
}

/** The case of a family at a point; undefined where there is none, or it is larger than a measurement can wait for. */
export function caseAt(family: ShapeFamily, point: Point): Case | undefined {
  const instruction = instructionByMnemonic.get(family.mnemonic) as Instruction
  const operands = family.operands(point)
  if (operands === undefined) return undefined
  let output: TensorType | undefined
  try {
    output = instruction.infer(operands as AnyTypedOperands)
  } catch (error) {
    if (error instanceof HaltError) return undefined
    throw error
  }
  const types = tensorOperands(instruction, operands).map(([, type]) => type)
  const bytes = [...types, ...(output ? [output] : [])].reduce((sum, type) => sum + byteLength(type), 0)
  const work = instruction.work(operands as AnyTypedOperands, output as TensorType)
  const { tileMacs = 0, depthwiseMacs = 0, pooledVectors = 0 } = work
  if (bytes > MAX_BYTES || tileMacs > MAX_TILE_MACS || Math.max(depthwiseMacs, pooledVectors) > MAX_COUNT)
    return undefined
  return { family, point, instruction, operands, output, work, bytes }
}
