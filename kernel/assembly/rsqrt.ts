// Coefficients in Q31 of the polynomial that starts the iteration: 1 / sqrt(A) to 2.5 percent for A in [1/2, 2).
const CONSTANT: u64 = 4055799432
const LINEAR: u64 = 2494582835
const QUADRATIC: u64 = 622091539

const LIMIT: u64 = 1 << 62

/** A step of Newton's iteration, `g * (3 - A * g^2) / 2`, for g in Q31 and A in Q30. */
@inline
function refine(g: u64, a: u64): u64 {
  return (g * (3 * ((1 as u64) << 31) - ((((g * g) >> 31) * a) >> 30))) >> 32
}

/** `y + step` where its square times x is at most 2^62, else `y`. */
@inline
function advance(y: u64, x: u64, step: u64): u64 {
  const next = y + step
  return next * next * x <= LIMIT ? next : y
}

/**
 * The largest y with y^2 * x <= 2^62, at most 2^31-1, for x >= 1.
 *
 * With x = A * 2^(30 - 2 * half), the root is g * 2^(16 + half), g = 1 / sqrt(A). A relative error of e becomes 1.5 *
 * e^2 in a step, so that 0.025 becomes less than 2^-38 in three; each step's own roundings leave g within 3 units in
 * Q31. From 4 below that the answer is 0..7 away, which is counted in binary. No (y + 7)^2 * x reaches 2^63.
 */
@inline
function reciprocalSquareRoot(value: i32): i32 {
  const x = max(value, 1)
  const half = (clz(x) - 1) >> 1
  const a = (x << (2 * half)) as u64
  const start = CONSTANT - ((LINEAR * a) >> 30) + ((QUADRATIC * ((a * a) >> 30)) >> 30)
  const g = refine(refine(refine(start, a), a), a)
  const low = (g >> ((15 - half) as u64)) - 4
  const y = advance(advance(advance(low, x as u64, 4), x as u64, 2), x as u64, 1)
  return value <= 0 ? i32.MAX_VALUE : (min<u64>(y, i32.MAX_VALUE) as i32)
}

/** RSQRT of `count` int32 elements. */
export function rsqrt(x: usize, output: usize, count: usize): void {
  for (; count > 0; count--) {
    store<i32>(output, reciprocalSquareRoot(load<i32>(x)))
    x += 4
    output += 4
  }
}
