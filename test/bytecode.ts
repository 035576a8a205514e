import { EXTENSION, instructionByMnemonic } from '../isa/index.ts'

/** A piece of a program: bytes, or a word to push. */
export type Piece = Uint8Array | bigint | number

/** Opcodes of the EVM's own that tests use. */
const evmOpcodes: Readonly<Record<string, number>> = {
  STOP: 0x00,
  ADD: 0x01,
  CALLDATASIZE: 0x36,
  CALLDATACOPY: 0x37,
  EXTCODECOPY: 0x3c,
  RETURNDATASIZE: 0x3d,
  RETURNDATACOPY: 0x3e,
  POP: 0x50,
  MLOAD: 0x51,
  MSTORE: 0x52,
  SLOAD: 0x54,
  SSTORE: 0x55,
  JUMP: 0x56,
  JUMPI: 0x57,
  MSIZE: 0x59,
  GAS: 0x5a,
  JUMPDEST: 0x5b,
  TLOAD: 0x5c,
  TSTORE: 0x5d,
  CREATE: 0xf0,
  CALL: 0xf1,
  CALLCODE: 0xf2,
  RETURN: 0xf3,
  DELEGATECALL: 0xf4,
  STATICCALL: 0xfa,
  REVERT: 0xfd,
  INVALID: 0xfe,
}

/** Code that pushes a word: PUSH0, or the shortest PUSH that holds it. */
function push(value: bigint | number): Uint8Array {
  const hex = BigInt(value).toString(16)
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex')
  if (bytes.length > 32 || BigInt(value) < 0n) throw new RangeError(`value: ${value} is not a word`)
  return BigInt(value) === 0n ? Uint8Array.of(0x5f) : Uint8Array.of(0x5f + bytes.length, ...bytes)
}

/** Pieces one after the other; numbers are pushed. */
export function code(...pieces: readonly Piece[]): Uint8Array {
  return Buffer.concat(pieces.map((piece) => (piece instanceof Uint8Array ? piece : push(piece))))
}

/**
 * Code of an instruction with its operands: pushes, then the opcode. Operands are in stack order, the first on top; with
 * none given they are taken from the stack.
 *
 * @param mnemonic - of a tensor instruction or of the EVM's own
 */
export function op(mnemonic: string, ...operands: readonly (bigint | number)[]): Uint8Array {
  const tensor = instructionByMnemonic.get(mnemonic)
  const byte = evmOpcodes[mnemonic]
  if (tensor === undefined && byte === undefined) throw new RangeError(`mnemonic: ${mnemonic} is not known here`)
  const opcode = tensor === undefined ? [byte as number] : [EXTENSION, tensor.opcode]
  return code(...[...operands].reverse(), Uint8Array.from(opcode))
}

/** Gas of the PUSH instructions of {@link op}: 2 for PUSH0, 3 for any other. */
export function pushGas(...operands: readonly (bigint | number)[]): bigint {
  return operands.reduce<bigint>((sum, value) => sum + (BigInt(value) === 0n ? 2n : 3n), 0n)
}
