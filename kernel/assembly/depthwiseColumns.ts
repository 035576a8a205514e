import { COLUMN_BYTES, DepthwisePlan, LANES } from './depthwisePlan'

/** The first 4 lanes of two columns, in turn. */
function zipLow(a: v128, b: v128): v128 {
  return v128.shuffle<i16>(a, b, 0, 8, 1, 9, 2, 10, 3, 11)
}

/** The last 4 lanes of two columns, in turn. */
function zipHigh(a: v128, b: v128): v128 {
  return v128.shuffle<i16>(a, b, 4, 12, 5, 13, 6, 14, 7, 15)
}

function multiplyAdd(sum: v128, columns: v128, weights: v128): v128 {
  return i32x4.add(sum, i32x4.dot_i16x8_s(columns, weights))
}

/**
 * Convolves a row with a window of 3 by 3 that moves column by column, `quads` times 4 channels.
 *
 * The upper two rows are paired one above the other, the lower row with the next column. Pairs stay in registers for the
 * three windows that they are in, and so do the weights.
 *
 * @param r0 - first column of the first block of 8 channels in the uppermost row; r1 and r2 likewise
 * @param packed - as {@link DepthwisePlan.packedWeights}
 * @param to - of int32 [count] vectors, `step` bytes apart
 */
export function convolve3x3(
  r0: usize,
  r1: usize,
  r2: usize,
  blockBytes: usize,
  packed: usize,
  quads: i32,
  to: usize,
  step: usize,
  count: i32,
): void {
  for (let quad = 0; quad < quads; quad++) {
    const offset = <usize>(quad >> 1) * blockBytes + <usize>((quad & 1) << 3)
    let p0 = r0 + offset
    let p1 = r1 + offset
    let p2 = r2 + offset
    let out = to
    let left = count
    const bias = v128.load(packed)
    const w0 = v128.load(packed, 16)
    const w1 = v128.load(packed, 32)
    const w2 = v128.load(packed, 48)
    const w3 = v128.load(packed, 64)
    const w4 = v128.load(packed, 80)
    packed += 96
    to += 16

    // Pairs of upper and lower rows, for columns modulo 3, so that a turn of three columns moves none of them.
    let u0 = zipLow(v128.load64_zero(p0), v128.load64_zero(p1))
    let u1 = zipLow(v128.load64_zero(p0, 16), v128.load64_zero(p1, 16))
    let c0 = v128.load64_zero(p2, 16)
    let l0 = zipLow(v128.load64_zero(p2), c0)
    let c1 = v128.load64_zero(p2, 32)
    let l1 = zipLow(c0, c1)
    for (; left >= 3; left -= 3) {
      let sum = multiplyAdd(multiplyAdd(bias, u0, w0), u1, w1)
      const u2 = zipLow(v128.load64_zero(p0, 32), v128.load64_zero(p1, 32))
      sum = multiplyAdd(multiplyAdd(sum, l0, w3), u2, w2)
      c0 = v128.load64_zero(p2, 48)
      const l2 = zipLow(c1, c0)
      v128.store(out, multiplyAdd(sum, l2, w4))
      out += step
      sum = multiplyAdd(multiplyAdd(bias, u1, w0), u2, w1)
      u0 = zipLow(v128.load64_zero(p0, 48), v128.load64_zero(p1, 48))
      sum = multiplyAdd(multiplyAdd(sum, l1, w3), u0, w2)
      c1 = v128.load64_zero(p2, 64)
      l0 = zipLow(c0, c1)
      v128.store(out, multiplyAdd(sum, l0, w4))
      out += step
      sum = multiplyAdd(multiplyAdd(bias, u2, w0), u0, w1)
      u1 = zipLow(v128.load64_zero(p0, 64), v128.load64_zero(p1, 64))
      sum = multiplyAdd(multiplyAdd(sum, l2, w3), u1, w2)
      c0 = v128.load64_zero(p2, 80)
      l1 = zipLow(c1, c0)
      v128.store(out, multiplyAdd(sum, l1, w4))
      out += step
      c1 = c0
      p0 += 48
      p1 += 48
      p2 += 48
    }
    for (; left > 0; left--) {
      let sum = multiplyAdd(multiplyAdd(bias, u0, w0), u1, w1)
      u0 = u1
      u1 = zipLow(v128.load64_zero(p0, 32), v128.load64_zero(p1, 32))
      sum = multiplyAdd(multiplyAdd(sum, l0, w3), u1, w2)
      l0 = l1
      c0 = v128.load64_zero(p2, 48)
      l1 = zipLow(c1, c0)
      c1 = c0
      v128.store(out, multiplyAdd(sum, l1, w4))
      out += step
      p0 += 16
      p1 += 16
      p2 += 16
    }
  }
}

/** As {@link convolve3x3}, two columns at a time: neighbouring windows share one column. */
export function convolve3x3By2(
  r0: usize,
  r1: usize,
  r2: usize,
  blockBytes: usize,
  packed: usize,
  quads: i32,
  to: usize,
  step: usize,
  count: i32,
): void {
  for (let quad = 0; quad < quads; quad++) {
    const offset = <usize>(quad >> 1) * blockBytes + <usize>((quad & 1) << 3)
    let p0 = r0 + offset
    let p1 = r1 + offset
    let p2 = r2 + offset
    let out = to
    let left = count
    const bias = v128.load(packed)
    const w0 = v128.load(packed, 16)
    const w1 = v128.load(packed, 32)
    const w2 = v128.load(packed, 48)
    const w3 = v128.load(packed, 64)
    const w4 = v128.load(packed, 80)
    packed += 96
    to += 16

    let upper = zipLow(v128.load64_zero(p0), v128.load64_zero(p1))
    let lower = zipLow(v128.load64_zero(p2), v128.load64_zero(p2, 16))
    for (; left >= 2; left -= 2) {
      let sum = multiplyAdd(multiplyAdd(bias, upper, w0), lower, w3)
      sum = multiplyAdd(sum, zipLow(v128.load64_zero(p0, 16), v128.load64_zero(p1, 16)), w1)
      upper = zipLow(v128.load64_zero(p0, 32), v128.load64_zero(p1, 32))
      lower = zipLow(v128.load64_zero(p2, 32), v128.load64_zero(p2, 48))
      v128.store(out, multiplyAdd(multiplyAdd(sum, upper, w2), lower, w4))
      out += step
      sum = multiplyAdd(multiplyAdd(bias, upper, w0), lower, w3)
      sum = multiplyAdd(sum, zipLow(v128.load64_zero(p0, 48), v128.load64_zero(p1, 48)), w1)
      upper = zipLow(v128.load64_zero(p0, 64), v128.load64_zero(p1, 64))
      lower = zipLow(v128.load64_zero(p2, 64), v128.load64_zero(p2, 80))
      v128.store(out, multiplyAdd(multiplyAdd(sum, upper, w2), lower, w4))
      out += step
      p0 += 64
      p1 += 64
      p2 += 64
    }
    if (left > 0) {
      let sum = multiplyAdd(multiplyAdd(bias, upper, w0), lower, w3)
      sum = multiplyAdd(sum, zipLow(v128.load64_zero(p0, 16), v128.load64_zero(p1, 16)), w1)
      sum = multiplyAdd(sum, zipLow(v128.load64_zero(p0, 32), v128.load64_zero(p1, 32)), w2)
      v128.store(out, multiplyAdd(sum, zipLow(v128.load64_zero(p2, 32), v128.load64_zero(p2, 48)), w4))
    }
  }
}

/**
 * Convolves a row with any window, `blocks` times 8 channels.
 *
 * @param offset - bytes from the taps' addresses in the plan to those in the first block
 * @param packed - as {@link DepthwisePlan.packedWeights}
 * @param to - of int32 [plan.tileColumns] pairs of vectors, `step` bytes apart
 */
export function convolveTaps(
  plan: DepthwisePlan,
  packed: usize,
  offset: usize,
  blocks: i32,
  to: usize,
  step: usize,
): void {
  const firstTap = plan.tapPairs
  const endTap = firstTap + 8 * plan.pairs
  const quadBytes = plan.quadBytes
  const stride = <usize>plan.strideW * COLUMN_BYTES
  for (; blocks > 0; blocks--) {
    const biasLow = v128.load(packed)
    const biasHigh = v128.load(packed + quadBytes)
    let at = offset
    let out = to
    let left = plan.tileColumns
    for (; left >= 4; left -= 4) {
      let low0 = biasLow
      let low1 = biasLow
      let low2 = biasLow
      let low3 = biasLow
      let high0 = biasHigh
      let high1 = biasHigh
      let high2 = biasHigh
      let high3 = biasHigh
      let weights = packed + 16
      for (let tap = firstTap; tap < endTap; tap += 8) {
        let a = load<usize>(tap) + at
        let b = load<usize>(tap, 4) + at
        const wLow = v128.load(weights)
        const wHigh = v128.load(weights + quadBytes)
        let x = v128.load(a)
        let y = v128.load(b)
        low0 = multiplyAdd(low0, zipLow(x, y), wLow)
        high0 = multiplyAdd(high0, zipHigh(x, y), wHigh)
        a += stride
        b += stride
        x = v128.load(a)
        y = v128.load(b)
        low1 = multiplyAdd(low1, zipLow(x, y), wLow)
        high1 = multiplyAdd(high1, zipHigh(x, y), wHigh)
        a += stride
        b += stride
        x = v128.load(a)
        y = v128.load(b)
        low2 = multiplyAdd(low2, zipLow(x, y), wLow)
        high2 = multiplyAdd(high2, zipHigh(x, y), wHigh)
        a += stride
        b += stride
        x = v128.load(a)
        y = v128.load(b)
        low3 = multiplyAdd(low3, zipLow(x, y), wLow)
        high3 = multiplyAdd(high3, zipHigh(x, y), wHigh)
        weights += 16
      }
      v128.store(out, low0)
      v128.store(out, high0, 16)
      out += step
      v128.store(out, low1)
      v128.store(out, high1, 16)
      out += step
      v128.store(out, low2)
      v128.store(out, high2, 16)
      out += step
      v128.store(out, low3)
      v128.store(out, high3, 16)
      out += step
      at += 4 * stride
    }
    for (; left > 0; left--) {
      let low = biasLow
      let high = biasHigh
      let weights = packed + 16
      for (let tap = firstTap; tap < endTap; tap += 8) {
        const x = v128.load(load<usize>(tap) + at)
        const y = v128.load(load<usize>(tap, 4) + at)
        low = multiplyAdd(low, zipLow(x, y), v128.load(weights))
        high = multiplyAdd(high, zipHigh(x, y), v128.load(weights + quadBytes))
        weights += 16
      }
      v128.store(out, low)
      v128.store(out, high, 16)
      out += step
      at += stride
    }
    packed += 2 * quadBytes
    offset += plan.blockBytes
    to += 4 * LANES
  }
}
