import { GRANULE_BYTES, type TensorParameters, workGas } from '../../../gas-model/index.ts'
import {
  type AnyTypedOperands,
  byteLength,
  encodeType,
  type Instruction,
  instructionByMnemonic,
  MAX_DIMENSION,
  type TensorType,
} from '../../../isa/index.ts'
import { code, op, type Piece } from '../../bytecode.ts'

export const JUMPDEST = op('JUMPDEST')
export const POP = op('POP')
export const GAS = op('GAS')
export const DUP1 = Uint8Array.of(0x80)
export const SWAP1 = Uint8Array.of(0x90)
/** EIP-150 keeps a 64th of its gas from a call; more than a frame has asks for all the rest. */
export const ALL_GAS = 2n ** 64n - 1n

/** An int8 tensor of so many bytes: a vector, or whole granules where a dimension can't be so long. */
export function bytesType(bytes: number): TensorType {
  return { dtype: 'int8', shape: bytes <= MAX_DIMENSION ? [bytes] : [bytes / GRANULE_BYTES, GRANULE_BYTES] }
}

/** Code that makes a tensor of zeros, and leaves its handle on the stack. */
export function make(type: TensorType): Uint8Array {
  return op('TCALLDATALOAD', encodeType(type), 2 ** 40)
}

/** Code that frees the tensor whose handle is on top of the stack. */
export const freeTop = code(1, SWAP1, op('TFREE'))

/** Code that runs `body` over and over, after `setup`. The body leaves the stack as it finds it. */
export function endless(body: readonly Piece[], setup: readonly Piece[] = []): Uint8Array {
  const before = code(...setup)
  return code(before, JUMPDEST, ...body, op('JUMP', before.length))
}

/** Code that runs `body` so many times. */
export function repeat(times: number, ...body: readonly Piece[]): Uint8Array {
  return code(...Array.from({ length: times }, () => code(...body)))
}

/** The instruction of a mnemonic. */
export function instructionOf(mnemonic: string): Instruction {
  const instruction = instructionByMnemonic.get(mnemonic)
  if (instruction === undefined) throw new RangeError(`${mnemonic}: no such instruction`)
  return instruction
}

/** Price of an instruction's work, and of its output on pages that were touched before. */
export function warmGas(
  mnemonic: string,
  operands: Readonly<Record<string, unknown>>,
  parameters: TensorParameters,
): number {
  const instruction = instructionOf(mnemonic)
  const typed = operands as AnyTypedOperands
  const output = instruction.infer(typed)
  const gas = workGas(instruction.work(typed, output as TensorType), parameters)
  if (output === undefined) return gas
  const zeroed = Math.ceil(byteLength(output) / GRANULE_BYTES) * GRANULE_BYTES
  return gas + Math.ceil((zeroed * parameters.tensorZeroedBytesQ16) / 65536)
}
