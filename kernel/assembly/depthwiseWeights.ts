import { loadUpTo } from './depthwiseInput'
import { DepthwisePlan, LANES, NO_TAP } from './depthwisePlan'

function setPair(address: usize, first: i32, second: i32): void {
  store<i32>(address, first)
  store<i32>(address, second, 4)
}

/** Chooses which taps are multiplied together. */
function pairTaps(plan: DepthwisePlan): void {
  const pairs = plan.tapPairs
  if (plan.isDense3x3) {
    // One above the other in the first two rows, so that a column is paired once for the three windows it is in.
    setPair(pairs, 0, 3)
    setPair(pairs + 8, 1, 4)
    setPair(pairs + 16, 2, 5)
    setPair(pairs + 24, 6, 7)
    setPair(pairs + 32, 8, NO_TAP)
    return
  }
  const taps = plan.tapsH * plan.tapsW
  for (let tap = 0; tap < taps; tap += 2) setPair(pairs + 4 * tap, tap, tap + 1 < taps ? tap + 1 : NO_TAP)
}

/** Interleaves 8 weights of one tap with those of another, as the first and second 4 channels. */
function packPair(to: usize, quadBytes: usize, a: v128, b: v128): void {
  const pairs = v128.shuffle<i8>(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
  v128.store(to, i16x8.extend_low_i8x16_s(pairs))
  v128.store(to + quadBytes, i16x8.extend_high_i8x16_s(pairs))
}

/**
 * Brings biases and weights into the form of {@link DepthwisePlan.packedWeights}.
 *
 * Lanes beyond the last channel hold what happens to lie there; their sums are never stored.
 */
export function packWeights(plan: DepthwisePlan): void {
  pairTaps(plan)
  const outputs = plan.outputs
  const pairs = plan.pairs
  const quadBytes = plan.quadBytes
  const blockStep = quadBytes * 2
  const bias = plan.bias
  let to = plan.packedWeights
  for (let o = 0; o < outputs; o += LANES) {
    // A bias begins at a multiple of 64 bytes, so 32 bytes from a multiple of 32 on lie in its last 64 at most.
    v128.store(to, bias === 0 ? i32x4.splat(0) : v128.load(bias + 4 * o))
    v128.store(to + quadBytes, bias === 0 ? i32x4.splat(0) : v128.load(bias + 4 * o, 16))
    to += blockStep
  }
  const last = ((plan.weights + plan.tapsH * plan.tapsW * outputs + 63) & ~63) - 8
  for (let pair = 0; pair < pairs; pair++) {
    const first = load<i32>(plan.tapPairs + 8 * pair)
    const second = load<i32>(plan.tapPairs + 8 * pair, 4)
    const keep = i32x4.splat(second === NO_TAP ? 0 : -1)
    let a = plan.weights + first * outputs
    let b = second === NO_TAP ? a : plan.weights + second * outputs
    const end = a + (outputs & ~(LANES - 1))
    to = plan.packedWeights + 16 * (pair + 1)
    // The end of a memory of 4 GiB is 0.
    while (a !== end) {
      packPair(to, quadBytes, v128.load64_zero(a), v128.and(v128.load64_zero(b), keep))
      a += LANES
      b += LANES
      to += blockStep
    }
    if ((outputs & (LANES - 1)) !== 0) {
      const bytes = i64x2.splat(loadUpTo(last, b))
      packPair(to, quadBytes, i64x2.splat(loadUpTo(last, a)), v128.and(bytes, keep))
    }
  }
}
