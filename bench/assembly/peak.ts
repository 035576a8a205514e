// What the machine can do at most: exact int8 multiply-accumulate without the work around it, and memory.copy.

/** Multiply-accumulates of one turn of the loop in {@link multiplyAccumulate}. */
export const MACS_PER_TURN = 8 * 8

function step(sum: v128, x: v128, weights: v128): v128 {
  return i32x4.add(sum, i32x4.dot_i16x8_s(x, weights))
}

/**
 * The inner step of an exact int8 contraction, a dot product of 16-bit lanes and an addition of 32-bit lanes, on two
 * vectors by four. The sums and the four stay in registers. The two are loaded, from lines that are always in the cache
 * and on ports that the arithmetic does not use: products of unchanging registers would be moved out of the loop.
 *
 * @param operands - a multiple of 64
 * @returns the sum of all lanes, which only keeps the work from being removed
 */
export function multiplyAccumulate(operands: usize, turns: i32): i32 {
  const w0 = v128.load(operands, 64)
  const w1 = v128.load(operands, 80)
  const w2 = v128.load(operands, 96)
  const w3 = v128.load(operands, 112)
  let a0 = i32x4.splat(0)
  let a1 = a0
  let a2 = a0
  let a3 = a0
  let b0 = a0
  let b1 = a0
  let b2 = a0
  let b3 = a0
  for (let turn = 0; turn < turns; turn++) {
    const a = v128.load(operands)
    const b = v128.load(operands, 16)
    a0 = step(a0, a, w0)
    a1 = step(a1, a, w1)
    a2 = step(a2, a, w2)
    a3 = step(a3, a, w3)
    b0 = step(b0, b, w0)
    b1 = step(b1, b, w1)
    b2 = step(b2, b, w2)
    b3 = step(b3, b, w3)
    operands ^= 32
  }
  const sums = i32x4.add(
    i32x4.add(i32x4.add(a0, a1), i32x4.add(a2, a3)),
    i32x4.add(i32x4.add(b0, b1), i32x4.add(b2, b3)),
  )
  return (
    i32x4.extract_lane(sums, 0) +
    i32x4.extract_lane(sums, 1) +
    i32x4.extract_lane(sums, 2) +
    i32x4.extract_lane(sums, 3)
  )
}

/** Copies bytes; the ranges may overlap. */
export function copy(target: usize, source: usize, bytes: usize): void {
  memory.copy(target, source, bytes)
}
