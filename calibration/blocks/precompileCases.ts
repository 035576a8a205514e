import { keccak_256 } from '@noble/hashes/sha3.js'
import type { BlockCase } from './blockCase.ts'
import type { Piece } from './bytecode.ts'
import { caseOf } from './ordinaryCases.ts'
import { bn254G1, bn254G2, generatorG1, generatorG2 } from './points.ts'

/** Address of the account whose code is an input. */
const addressOf = (input: Uint8Array) => BigInt(`0xda7a${Buffer.from(keccak_256(input)).toString('hex', 0, 16)}`)
/** Gas that is passed on to a call: more than any of them takes. */
const PLENTY = 15_000_000
const hex = (digits: string) => Buffer.from(digits, 'hex')
const concat = (...parts: readonly Uint8Array[]): Uint8Array => Buffer.concat(parts)
const word = (value: bigint | number) => hex(BigInt(value).toString(16).padStart(64, '0'))
const times = (count: number, part: (index: number) => Uint8Array) =>
  concat(...Array.from({ length: count }, (_, i) => part(i)))

/** Bytes without a pattern that multiplication could use. */
const mixed = (length: number, last = 0xff): Uint8Array =>
  Uint8Array.from({ length }, (_, index) =>
    index === 0 ? 0xff : index === length - 1 ? last : (index * 151 + 97) & 0xff,
  )

/** Calls of a precompile with an input, which the contract copies from the code of another account. */
function precompile(name: string, address: number, input: Uint8Array, gas = 0): BlockCase {
  const data = addressOf(input)
  const prologue: Piece[] = [input.length, 0, 0, data, 'EXTCODECOPY']
  const body: Piece[] = [0, 0, input.length, 0, address, PLENTY, 'STATICCALL', 'POP']
  const accounts = [{ address: data, code: input }]
  return caseOf('precompile', name, body, {
    prologue,
    accounts,
    times: gas > 20_000 ? 1 : 16,
    reserve: Math.ceil(gas / 63),
  })
}

/** Scalars of the order's length. */
const scalar = (index: number) => concat(Uint8Array.of(0x6f), mixed(30), Uint8Array.of(0xc1 + (index % 32)))

/** Input of MODEXP, with an exponent whose bits are all set, and an even or odd modulus. */
const modexp = (base: number, exponent: number, modulus: number, isEven = false): Uint8Array =>
  concat(
    ...[base, exponent, modulus].map(word),
    ...[mixed(base), new Uint8Array(exponent).fill(0xff), mixed(modulus, isEven ? 0xfe : 0xff)],
  )

/** Input of BLAKE2F of EIP-152's vectors, for so many rounds. */
const blake2f = (rounds: number): Uint8Array => {
  const header = Buffer.alloc(4)
  header.writeUInt32BE(rounds)
  return concat(header, mixed(64), mixed(128), new Uint8Array(16), Uint8Array.of(1))
}

/** Message, v, r and s of a valid signature. */
const ecrecoverInput = hex(
  [
    '38d18acb67d25c8bb9942764b62f18e17054f66a817bd4295423adf9ed98873e',
    '000000000000000000000000000000000000000000000000000000000000001b',
    '38d18acb67d25c8bb9942764b62f18e17054f66a817bd4295423adf9ed98873e',
    '789d1dd423d25f0772d2748d60f7e4b81bb14d086eba8e8e8efb6dcff8a4ae02',
  ].join(''),
)

/** Message, r, s and public key of a valid signature: the example of RIP-7212. */
const p256Input = hex(
  [
    '4cee90eb86eaa050036147a12d49004b6b9c72bd725d39d4785011fe190f0b4d',
    'a73bd4903f0ce3b639bbbf6e8e80d16931ff4bcf5993d58468e8fb19086e8cac',
    '36dbcd03009df8c59286b162af3bd7fcc0450c9aa81be5d10d312af6c66b1d60',
    '4aebd3099c618202fcfe16ae7770b0c49ab5eadf74b754204a3bb6060e44eff3',
    '7618b065f9832de4ca6ca971a7a1adc826d0f7c00181a5fb2ddf79ae00b4e10e',
  ].join(''),
)

/**
 * A valid proof of EIP-4844's ceremony: the polynomial p(X) = X is committed to by the secret times the generator; its
 * value at z is z, and the quotient (X - z) / (X - z) = 1 by the generator.
 */
const kzgInput = hex(
  [
    // The versioned hash of the commitment.
    '014fa3bb4018340ca2fa8eb239e23af6ba465f6d5bc31db78988445da078db76',
    ...Array.from({ length: 2 }, () => '53eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000000'),
    'ad3eb50121139aa34db1d545093ac9374ab7bca2c0f3bf28e27c8dcd8fc7cb42d25926fc0c97b336e9f0fb35e5a04c81',
    '97f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bb',
  ].join(''),
)

const msm = (point: Uint8Array, count: number) => times(count, (index) => concat(point, scalar(index)))
const pairs = (count: number, g1: Uint8Array, g2: Uint8Array) => times(count, () => concat(g1, g2))
/** A field element of BLS12-381 as EIP-2537 writes it. */
const element = (seed: number) => concat(new Uint8Array(16), Uint8Array.of(0x0f), mixed(46), Uint8Array.of(seed))

const [g1, g2] = [generatorG1(), generatorG2()]
const KIBIBYTE = 1024

/** Blocks of calls of every precompile of Osaka. MODEXP at the lengths of EIP-2565's and EIP-7883's vectors. */
export const precompileCases: readonly BlockCase[] = [
  precompile('ECRECOVER', 0x01, ecrecoverInput),
  ...[0, KIBIBYTE].map((bytes) => precompile(`SHA256 ${bytes} B`, 0x02, mixed(bytes))),
  ...[0, KIBIBYTE].map((bytes) => precompile(`RIPEMD160 ${bytes} B`, 0x03, mixed(bytes))),
  ...[0, KIBIBYTE, 24 * KIBIBYTE].map((bytes) => precompile(`IDENTITY ${bytes} B`, 0x04, mixed(bytes))),
  precompile('MODEXP 1/32/32', 0x05, modexp(1, 32, 32)),
  precompile('MODEXP 32/32/32', 0x05, modexp(32, 32, 32)),
  precompile('MODEXP 32/32/32 even', 0x05, modexp(32, 32, 32, true)),
  precompile('MODEXP 8/81/8 (exponent-heavy)', 0x05, modexp(8, 81, 8)),
  precompile('MODEXP 16/40/16 (exponent-heavy)', 0x05, modexp(16, 40, 16)),
  precompile('MODEXP 24/168/24 (exponent-heavy)', 0x05, modexp(24, 168, 24), 40_000),
  precompile('MODEXP 192/2/192 even (base-heavy)', 0x05, modexp(192, 2, 192, true)),
  precompile('MODEXP 32/1024/32 (long exponent)', 0x05, modexp(32, 1024, 32), 300_000),
  precompile('MODEXP 64/3/64 (nagydani-1)', 0x05, modexp(64, 3, 64)),
  precompile('MODEXP 256/3/256 (nagydani-3)', 0x05, modexp(256, 3, 256), 48_000),
  precompile('MODEXP 1024/3/1024 (nagydani-5)', 0x05, modexp(1024, 3, 1024), 800_000),
  precompile('MODEXP 256/256/256', 0x05, modexp(256, 256, 256), 9_000_000),
  precompile('ECADD', 0x06, concat(bn254G1(), bn254G1())),
  precompile('ECMUL', 0x07, concat(bn254G1(), scalar(0))),
  precompile('ECPAIRING 1 pair', 0x08, pairs(1, bn254G1(), bn254G2()), 79_000),
  precompile('ECPAIRING 4 pairs', 0x08, pairs(4, bn254G1(), bn254G2()), 181_000),
  precompile('BLAKE2F 0 rounds', 0x09, blake2f(0)),
  precompile('BLAKE2F 12 rounds', 0x09, blake2f(12)),
  precompile('BLAKE2F 100000 rounds', 0x09, blake2f(100_000), 100_000),
  precompile('POINT EVALUATION', 0x0a, kzgInput, 50_000),
  precompile('BLS12_G1ADD', 0x0b, concat(g1, g1)),
  precompile('BLS12_G1MSM 1 pair', 0x0c, msm(g1, 1)),
  precompile('BLS12_G1MSM 128 pairs', 0x0c, msm(g1, 128), 800_000),
  precompile('BLS12_G2ADD', 0x0d, concat(g2, g2)),
  precompile('BLS12_G2MSM 1 pair', 0x0e, msm(g2, 1), 22_500),
  precompile('BLS12_G2MSM 64 pairs', 0x0e, msm(g2, 64), 1_000_000),
  precompile('BLS12_PAIRING 1 pair', 0x0f, pairs(1, g1, g2), 70_300),
  precompile('BLS12_PAIRING 8 pairs', 0x0f, pairs(8, g1, g2), 298_500),
  precompile('BLS12_MAP_FP_TO_G1', 0x10, element(1)),
  precompile('BLS12_MAP_FP2_TO_G2', 0x11, concat(element(2), element(3)), 23_800),
  precompile('P256VERIFY', 0x100, p256Input),
]
