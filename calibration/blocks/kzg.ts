import type { Common } from '@ethereumjs/common'
import { NobleBLS } from '@ethereumjs/evm'
import { generatorG1, generatorG2, secretG2 } from './points.ts'

type KZG = NonNullable<Common['customCrypto']['kzg']>

/** Order of the base field and of the groups of BLS12-381. */
const FIELD = 0x1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaabn
const ORDER = 0x73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001n
const INFINITY_FLAG = 0x40
const SIGN_FLAG = 0x20

const fieldBytes = (value: bigint) => Buffer.from(value.toString(16).padStart(128, '0'), 'hex')
const scalarBytes = (value: bigint) => Buffer.from(value.toString(16).padStart(64, '0'), 'hex')
const modulo = (value: bigint) => ((value % FIELD) + FIELD) % FIELD

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n
  let square = base
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % FIELD
    square = (square * square) % FIELD
  }
  return result
}

/** A square root; of a number that has none, anything. */
const squareRoot = (value: bigint) => power(value, (FIELD + 1n) / 4n)

/** Refused arguments, in the words that the client knows from c-kzg. */
function refuse(what: string): never {
  throw new Error(`C_KZG_BADARGS: ${what}`)
}

/** The first coordinate and the flags of a compressed point. */
function parts(bytes: Uint8Array): { flags: number; coordinate: bigint } {
  const flags = bytes[0] as number
  const hex = Buffer.from(bytes).toString('hex')
  return { flags, coordinate: BigInt(`0x${hex}`) & ((1n << BigInt(8 * bytes.length - 3)) - 1n) }
}

/** A point of G1 as EIP-2537 writes it, from its compressed form. */
function decompressG1(hex: string): Uint8Array {
  const bytes = Buffer.from(hex.replace(/^0x/, ''), 'hex')
  const { flags, coordinate: x } = parts(bytes)
  if (flags & INFINITY_FLAG) return new Uint8Array(128)
  const root = squareRoot(modulo(x ** 3n + 4n))
  if (modulo(root * root - x ** 3n - 4n) !== 0n) refuse('no point of G1')
  const isLarger = root > (FIELD - 1n) / 2n
  const y = isLarger === ((flags & SIGN_FLAG) !== 0) ? root : FIELD - root
  return Buffer.concat([fieldBytes(x), fieldBytes(y)])
}

const unsupported = (): never => {
  throw new Error('this verifier checks single proofs only')
}

/**
 * Verifies KZG proofs at points with the arithmetic that the client itself uses for BLS12-381: what its
 * point evaluation precompile needs and it does not bring.
 */
export function createKZG(): KZG {
  const bls = new NobleBLS()
  const secret = secretG2()
  const [g1, g2] = [generatorG1(), generatorG2()]
  const negativeG2 = Buffer.concat([
    g2.subarray(0, 128),
    ...[g2.subarray(128, 192), g2.subarray(192)].map((part) =>
      fieldBytes(FIELD - BigInt(`0x${Buffer.from(part).toString('hex')}`)),
    ),
  ])
  const scalar = (hex: string) => {
    const value = BigInt(hex)
    return value < ORDER ? (ORDER - value) % ORDER : refuse('a number is not below the order')
  }
  return {
    // e(C - y G1, -G2) * e(proof, secret G2 - z G2) = 1
    verifyProof(commitment, z, y, proof) {
      const left = bls.addG1(
        Buffer.concat([decompressG1(commitment), bls.msmG1(Buffer.concat([g1, scalarBytes(scalar(y))]))]),
      )
      const right = bls.addG2(Buffer.concat([secret, bls.msmG2(Buffer.concat([g2, scalarBytes(scalar(z))]))]))
      const result = bls.pairingCheck(Buffer.concat([left, negativeG2, decompressG1(proof), right]))
      return result.at(-1) === 1
    },
    ...{ blobToKzgCommitment: unsupported, computeBlobProof: unsupported, verifyBlobProofBatch: unsupported },
    ...{ computeCells: unsupported, computeCellsAndProofs: unsupported, recoverCellsAndProofs: unsupported },
    verifyCellKzgProofBatch: unsupported,
  }
}
