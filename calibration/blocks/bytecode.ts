import { EXTENSION, instructionByMnemonic } from '../../isa/index.ts'

/** Opcodes of Osaka by name, but for PUSH, which {@link code} makes of numbers, DUP, SWAP and LOG. */
const opcodes = {
  ...{ STOP: 0x00, ADD: 0x01, MUL: 0x02, SUB: 0x03, DIV: 0x04, SDIV: 0x05, MOD: 0x06, SMOD: 0x07, ADDMOD: 0x08 },
  ...{ MULMOD: 0x09, EXP: 0x0a, SIGNEXTEND: 0x0b, LT: 0x10, GT: 0x11, SLT: 0x12, SGT: 0x13, EQ: 0x14, ISZERO: 0x15 },
  ...{ AND: 0x16, OR: 0x17, XOR: 0x18, NOT: 0x19, BYTE: 0x1a, SHL: 0x1b, SHR: 0x1c, SAR: 0x1d, CLZ: 0x1e },
  ...{ KECCAK256: 0x20, ADDRESS: 0x30, BALANCE: 0x31, CALLER: 0x33, CALLDATALOAD: 0x35, CALLDATASIZE: 0x36 },
  ...{ CALLDATACOPY: 0x37, CODECOPY: 0x39, EXTCODESIZE: 0x3b, EXTCODECOPY: 0x3c, RETURNDATACOPY: 0x3e },
  ...{ EXTCODEHASH: 0x3f, BLOCKHASH: 0x40, SELFBALANCE: 0x47, POP: 0x50, MLOAD: 0x51, MSTORE: 0x52, MSTORE8: 0x53 },
  ...{ SLOAD: 0x54, SSTORE: 0x55, JUMP: 0x56, JUMPI: 0x57, PC: 0x58, MSIZE: 0x59, GAS: 0x5a, JUMPDEST: 0x5b },
  ...{ TLOAD: 0x5c, TSTORE: 0x5d, MCOPY: 0x5e, CREATE: 0xf0, CALL: 0xf1, CALLCODE: 0xf2, RETURN: 0xf3 },
  ...{ DELEGATECALL: 0xf4, CREATE2: 0xf5, STATICCALL: 0xfa, REVERT: 0xfd, INVALID: 0xfe, SELFDESTRUCT: 0xff },
} as const

/** Name of an opcode, tensor instructions included, in bytecode that {@link code} makes. */
type Mnemonic = string

/** A word to push, an opcode by name, or bytes as they are. */
export type Piece = bigint | number | Mnemonic | Uint8Array

const MAX_WORD = 2n ** 256n - 1n
const PUSH0 = 0x5f

function pushed(value: bigint | number): Uint8Array {
  const word = BigInt(value)
  if (word < 0n || word > MAX_WORD) throw new RangeError(`value: ${value} is not a word`)
  if (word === 0n) return Uint8Array.of(PUSH0)
  const hex = word.toString(16)
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex')
  return Uint8Array.of(PUSH0 + bytes.length, ...bytes)
}

/** First opcode of each family that is numbered, and its first number. */
const numbered: Readonly<Record<string, readonly [opcode: number, first: number, last: number]>> = {
  DUP: [0x80, 1, 16],
  SWAP: [0x90, 1, 16],
  LOG: [0xa0, 0, 4],
}

function encoded(mnemonic: Mnemonic): Uint8Array {
  const instruction = instructionByMnemonic.get(mnemonic)
  if (instruction !== undefined) return Uint8Array.of(EXTENSION, instruction.opcode)
  const opcode = (opcodes as Readonly<Record<string, number>>)[mnemonic]
  if (opcode !== undefined) return Uint8Array.of(opcode)
  const [, family = '', digits = ''] = /^(DUP|SWAP|LOG)(\d+)$/.exec(mnemonic) ?? []
  const [base, first, last] = numbered[family] ?? [0, 1, 0]
  const number = Number(digits)
  if (digits === '' || number < first || number > last) throw new RangeError(`mnemonic: ${mnemonic} is not known here`)
  return Uint8Array.of(base + number - first)
}

/** Bytecode of pieces one after the other; numbers become the shortest PUSH. @throws {RangeError} */
export function code(...pieces: readonly Piece[]): Uint8Array {
  return Buffer.concat(
    pieces.map((piece) => {
      if (piece instanceof Uint8Array) return piece
      return typeof piece === 'string' ? encoded(piece) : pushed(piece)
    }),
  )
}

/** Bytecode so many times over. */
export function repeat(times: number, bytecode: Uint8Array): Uint8Array {
  return Buffer.concat(Array.from({ length: times }, () => bytecode))
}

/** Longest code of a contract (EIP-170). */
export const MAX_CODE_BYTES = 24_576

/**
 * A contract that runs `body` as often as the first word of its calldata says, at least once, and stops.
 *
 * What turns the loop is 26 gas an iteration, 6 more over a stack of several words.
 *
 * @param prologue - runs once before; it leaves `depth` words above the counter, which each body leaves in their places
 * @throws {RangeError} when the code is longer than a contract may be
 */
export function loop(prologue: Uint8Array, body: Uint8Array, depth = 0): Uint8Array {
  const start = code(0, 'CALLDATALOAD', prologue)
  // With a counter below other words, the topmost trades places with it for the while.
  const exchange = depth === 0 ? code() : code(`SWAP${depth}`)
  const turn = code(exchange, 1, 'SWAP1', 'SUB', exchange, `DUP${depth + 1}`)
  const looped = code(start, 'JUMPDEST', body, turn, start.length, 'JUMPI', 'STOP')
  if (looped.length > MAX_CODE_BYTES)
    throw new RangeError(`body: the contract takes ${looped.length} bytes, more than ${MAX_CODE_BYTES}`)
  return looped
}
