import fc from 'fast-check'
import { EXTENSION, encodeType } from '../../../isa/index.ts'
import { code, op, type Piece } from '../../bytecode.ts'
import { creating } from '../creation.ts'
import { type RandomWorld, randomProgram } from '../randomProgram.ts'

/** Addresses of the contracts that call each other. */
export const CONTRACTS = [0xa1, 0xa2, 0xa3] as const
const EMPTY = 0xdead
/** An account with a balance, and one that is a delegation to the first contract (EIP-7702). */
export const RICH = 0xbeef
export const DELEGATED = 0xde1e

const INFERENCE = 0xae00

const raw = (...bytes: readonly number[]) => Uint8Array.from(bytes)
const CREATE2 = raw(0xf5)
const SELFDESTRUCT = raw(0xff)
const LOG1 = raw(0xa1)
const KECCAK256 = raw(0x20)

/** Init codes that a frame copies out of its calldata: what they leave, or how they fail. */
const initCodes: readonly Uint8Array[] = [
  creating(op('STOP')),
  creating(op('SSTORE', 0, 1), op('STOP')),
  // Code that nothing may leave (EIP-3541).
  code(op('MSTORE', 0, 0xefn << 248n), op('RETURN', 0, 1)),
  // As much code as an account may have, and one byte more.
  op('RETURN', 0, 24576),
  op('RETURN', 0, 24577),
  code(op('MSTORE', 0, 7), op('REVERT', 0, 32)),
  op('INVALID'),
  new Uint8Array(0),
]

/** A model's input for the inference precompile, with its root; the data that frames find in their calldata. */
export type Calldata = { readonly inference: Uint8Array }

/** The calldata of every frame: the precompile's input first, then the init codes. */
export function calldataOf({ inference }: Calldata): Uint8Array {
  return Buffer.concat([inference, ...initCodes])
}

const gasGiven = fc.constantFrom(0, 700, 3000, 40_000, 400_000, 2n ** 64n)
const value = fc.constantFrom(0, 0, 1)
const callees = fc.constantFrom(...CONTRACTS, EMPTY, RICH, DELEGATED, 1, 2, 4, 5, 6, 8, 0x0b, 0x100, INFERENCE)

function callPiece(inputBytes: number) {
  return fc
    .record({
      kind: fc.constantFrom('CALL', 'CALLCODE', 'DELEGATECALL', 'STATICCALL'),
      to: callees,
      ...{ gas: gasGiven, value },
      length: fc.constantFrom(0, inputBytes, inputBytes, 31, 400),
    })
    .map(({ kind, to, gas, value: wei, length }) => {
      const sent = kind === 'CALL' || kind === 'CALLCODE' ? [wei] : []
      return code(op('CALLDATACOPY', 0, 0, length), op(kind, gas, to, ...sent, 0, length, 0, 32))
    })
}

function createPiece(inputBytes: number) {
  return fc
    .record({ index: fc.nat(initCodes.length - 1), value, salt: fc.option(fc.nat(3)) })
    .map(({ index, value: wei, salt }) => {
      const offset = initCodes.slice(0, index).reduce((sum, { length }) => sum + length, inputBytes)
      const { length } = initCodes[index] as Uint8Array
      const copy = op('CALLDATACOPY', 0, offset, length)
      return salt === null ? code(copy, op('CREATE', wei, 0, length)) : code(copy, salt, length, 0, wei, CREATE2)
    })
}

const storage = fc
  .record({ slot: fc.nat(2), value: fc.nat(2) })
  .map(({ slot, value: word }) => op('SSTORE', slot, word))

const plain = fc.constantFrom<Uint8Array>(
  op('ADD', 1, 2),
  op('MSTORE', 5000, 1),
  op('SLOAD', 1),
  op('EXTCODECOPY', RICH, 0, 0, 64),
  code(100, 0, KECCAK256),
  code(7, 32, 0, LOG1),
  op('TSTORE', 1, 2),
  op('RETURNDATACOPY', 0, 0, 16),
  op('JUMPDEST'),
  op('GAS'),
)

/** More than half of the arena of these tests. */
const LARGE = encodeType({ dtype: 'int8', shape: [9000] })

const endings = fc.constantFrom<Uint8Array>(
  op('STOP'),
  op('RETURN', 0, 32),
  op('REVERT', 0, 64),
  op('INVALID'),
  op('POP'),
  op('JUMP', 1),
  code(op('RETURNDATACOPY', 0, 0, 9999)),
  op('MSTORE', 2n ** 70n, 1),
  raw(EXTENSION),
  code(op('TCALLDATALOAD', LARGE, 0), op('TCALLDATALOAD', LARGE, 0)),
  code(RICH, SELFDESTRUCT),
)

const tensors = (world: RandomWorld) =>
  fc
    .record({ seed: fc.nat(), length: fc.integer({ min: 1, max: 6 }), hostile: fc.boolean() })
    .map(({ seed, length, hostile }) =>
      code(
        ...randomProgram(seed, length, hostile, world).flatMap(({ instruction, words }): Piece[] => [
          ...words.toReversed(),
          raw(EXTENSION, instruction?.opcode ?? 0x4f),
        ]),
      ),
    )

/** Code of a contract. */
function contractCode(world: RandomWorld, inputBytes: number) {
  const piece = fc.oneof(
    { weight: 3, arbitrary: callPiece(inputBytes) },
    { weight: 2, arbitrary: createPiece(inputBytes) },
    { weight: 2, arbitrary: storage },
    { weight: 2, arbitrary: plain },
    { weight: 2, arbitrary: tensors(world) },
  )
  return fc.tuple(fc.array(piece, { maxLength: 5 }), endings).map(([pieces, ending]) => code(...pieces, ending))
}

/** A random transaction, and the contracts that it meets. */
export type RandomTransaction = {
  readonly contracts: readonly Uint8Array[]
  readonly kind: 'call' | 'creation' | 'authorizations'
  readonly to: number
  readonly value: number
  readonly gasLimit: number
  /** Extra bytes of calldata, for the floor. */
  readonly padding: number
  readonly accessList: boolean
  readonly initCode: Uint8Array
  /** For each authorization: key number, whether its account exists, and the nonce that it names. */
  readonly authorizations: readonly { readonly key: number; readonly nonce: number; readonly chainId: number }[]
}

/** Random transactions in a world of contracts that call each other. */
export function randomTransactions(world: RandomWorld, inputBytes: number): fc.Arbitrary<RandomTransaction> {
  const contract = contractCode(world, inputBytes)
  return fc.record({
    contracts: fc.tuple(contract, contract, contract),
    kind: fc.constantFrom('call', 'call', 'call', 'creation', 'authorizations'),
    to: fc.constantFrom(...CONTRACTS, CONTRACTS[0], EMPTY, DELEGATED, INFERENCE, 4),
    value: fc.constantFrom(0, 5),
    gasLimit: fc.oneof(fc.constant(3_000_000), fc.integer({ min: 180_000, max: 500_000 })),
    padding: fc.constantFrom(0, 0, 2000),
    accessList: fc.boolean(),
    initCode: fc.oneof(fc.constantFrom(...initCodes), contract),
    authorizations: fc.array(
      fc.record({ key: fc.nat(2), nonce: fc.constantFrom(0, 0, 1), chainId: fc.constantFrom(0, 99) }),
      { minLength: 1, maxLength: 4 },
    ),
  })
}
