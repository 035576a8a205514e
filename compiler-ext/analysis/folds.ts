const BITS = 256
const WORD_BYTES = 32n

const word = (value: bigint): bigint => BigInt.asUintN(BITS, value)
const signed = (value: bigint): bigint => BigInt.asIntN(BITS, value)
const flag = (condition: boolean): bigint => (condition ? 1n : 0n)

/** `base ** exponent` modulo 2^256, by squaring. */
function power(base: bigint, exponent: bigint): bigint {
  let result = 1n
  let square = base
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = word(result * square)
    square = word(square * square)
  }
  return result
}

/** The EVM's instructions that are functions of words, under Yul's names and with operands in its order. */
const folds: Readonly<Record<string, (...operands: [bigint, bigint, bigint]) => bigint>> = {
  add: (a, b) => word(a + b),
  sub: (a, b) => word(a - b),
  mul: (a, b) => word(a * b),
  div: (a, b) => (b === 0n ? 0n : a / b),
  sdiv: (a, b) => (b === 0n ? 0n : word(signed(a) / signed(b))),
  mod: (a, b) => (b === 0n ? 0n : a % b),
  smod: (a, b) => (b === 0n ? 0n : word(signed(a) % signed(b))),
  exp: power,
  not: (a) => word(~a),
  lt: (a, b) => flag(a < b),
  gt: (a, b) => flag(a > b),
  slt: (a, b) => flag(signed(a) < signed(b)),
  sgt: (a, b) => flag(signed(a) > signed(b)),
  eq: (a, b) => flag(a === b),
  iszero: (a) => flag(a === 0n),
  and: (a, b) => a & b,
  or: (a, b) => a | b,
  xor: (a, b) => a ^ b,
  byte: (index, a) => (index >= WORD_BYTES ? 0n : (a >> (8n * (WORD_BYTES - 1n - index))) & 0xffn),
  shl: (count, a) => (count >= BITS ? 0n : word(a << count)),
  shr: (count, a) => (count >= BITS ? 0n : a >> count),
  sar: (count, a) => word(signed(a) >> (count >= BITS ? BigInt(BITS) : count)),
  addmod: (a, b, n) => (n === 0n ? 0n : (a + b) % n),
  mulmod: (a, b, n) => (n === 0n ? 0n : (a * b) % n),
  signextend: (index, a) => (index >= WORD_BYTES ? a : word(BigInt.asIntN(8 * (Number(index) + 1), a))),
  clz: (a) => BigInt(a === 0n ? BITS : BITS - a.toString(2).length),
  // The optimizer may reserve memory below; addresses are then all larger by the same amount.
  memoryguard: (a) => a,
}

/** Whether a builtin is a function of its operands alone. */
export function isFold(name: string): boolean {
  return Object.hasOwn(folds, name)
}

/** The result of a builtin that is a function of its operands. */
export function fold(name: string, operands: readonly bigint[]): bigint | undefined {
  return folds[name]?.(...(operands as [bigint, bigint, bigint]))
}
