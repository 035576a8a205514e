import { encodeType, instructionByMnemonic, type TensorType } from '../../../isa/index.ts'
import type { ReferenceStep } from '../../../model/referenceMachine.ts'

/** A program of the machine, and the data that it reads. */
export type NamedProgram = {
  readonly name: string
  readonly steps: readonly ReferenceStep[]
  readonly int32?: readonly number[]
}

function instructionOf(mnemonic: string) {
  const instruction = instructionByMnemonic.get(mnemonic)
  if (instruction === undefined) throw new Error(`there is no instruction ${mnemonic}`)
  return instruction
}

/** One step of a program; negative words are in two's complement. */
export function step(mnemonic: string, ...words: readonly (bigint | number)[]): ReferenceStep {
  return { instruction: instructionOf(mnemonic), words: words.map((word) => BigInt.asUintN(256, BigInt(word))) }
}

/** The attribute word of an instruction. */
export function attributes(mnemonic: string, fields: Readonly<Record<string, number>>): bigint {
  const { attributes: word } = instructionOf(mnemonic)
  if (word === undefined) throw new Error(`${mnemonic} has no attributes`)
  return word.encode(fields)
}

/** The attribute word of RESCALE to int8, where fields do not say otherwise. */
export function rescale(fields: Readonly<Record<string, number>>): bigint {
  return attributes('RESCALE', { dtype: 1, low: -128, high: 127, ...fields })
}

/** The type word of a tensor. */
export function type(dtype: TensorType['dtype'], ...shape: readonly number[]): bigint {
  return encodeType({ dtype, shape })
}

/** Six 32-bit values, the outermost axis in the lowest bits. */
export function axes(...values: readonly number[]): bigint {
  return values.reduceRight((word, value) => (word << 32n) | BigInt(value), 0n)
}

/** A tensor from the data of the call, from its beginning unless an offset is given. */
export function load(dtype: TensorType['dtype'], shape: readonly number[], offset = 0): ReferenceStep {
  return step('TCALLDATALOAD', type(dtype, ...shape), offset)
}

/** A product of two rows of zeros, of this length, with a bias, 3, or none, 0. */
export function rowProduct(length: number, bias: number): ReferenceStep[] {
  return [
    load('int8', [1, length]),
    load('int8', [1, length]),
    load('int32', [1]),
    step('MATMUL', 0, 1, 2, bias),
    step('TROOT', 4),
  ]
}
