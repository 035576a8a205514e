// Products of rows with one panel of weights. A row is read in runs of pairs of int16: run r of the row at address a
// lies at a + offsets[r]. A panel holds, for each pair in the order of the runs, the pair of every column side by side,
// so that a step multiplies one pair of the row, in all lanes, with the pairs of 4 columns, and adds both products.
//
// Sums, weights and the pair fit in 16 registers: 2 rows by 16 columns, or 4 rows by 8. Two pairs a turn would not, and
// cost a tenth. A pair of products is at most 2 * 2^15 * 255 < 2^31, so only the sums wrap.

@inline
function step(sum: v128, pair: v128, columns: v128): v128 {
  return i32x4.add(sum, i32x4.dot_i16x8_s(pair, columns))
}

/** Stores the first `count` lanes, at most 4; none where count <= 0. */
@inline
function storeLanes(to: usize, sums: v128, count: i32): void {
  if (count >= 4) {
    v128.store(to, sums)
  } else if (count >= 2) {
    v128.store64_lane(to, sums, 0)
    if (count === 3) v128.store32_lane(to, sums, 2, 8)
  } else if (count === 1) {
    v128.store32_lane(to, sums, 0)
  }
}

@inline
function store16(to: usize, s0: v128, s1: v128, s2: v128, s3: v128, columns: i32): void {
  if (columns === 16) {
    v128.store(to, s0)
    v128.store(to, s1, 16)
    v128.store(to, s2, 32)
    v128.store(to, s3, 48)
    return
  }
  v128.store(to, s0)
  v128.store(to, s1, 16)
  v128.store(to, s2, 32)
  storeLanes(to + 48, s3, columns - 12)
}

@inline
function store8(to: usize, s0: v128, s1: v128, columns: i32): void {
  v128.store(to, s0)
  storeLanes(to + 16, s1, columns - 4)
}

/**
 * `to[m, n] = bias[n] + sum_k row[m, k] * panel[k, n]` for a panel of 16 columns, of which the first `columns` (13..16)
 * are stored.
 *
 * @param a - the first row; the others follow every `stepA` bytes
 * @param offsets - int32 [runs], bytes from a row to its runs of `runPairs` pairs
 * @param bias - int32 [16]
 * @param to - int32, rows every `stepTo` bytes
 */
export function multiply16(
  a: usize,
  stepA: usize,
  rows: i32,
  offsets: usize,
  runs: i32,
  runPairs: i32,
  panel: usize,
  bias: usize,
  to: usize,
  stepTo: usize,
  columns: i32,
): void {
  const endOffsets = offsets + 4 * <usize>runs
  for (; rows >= 2; rows -= 2) {
    let s0 = v128.load(bias)
    let s1 = v128.load(bias, 16)
    let s2 = v128.load(bias, 32)
    let s3 = v128.load(bias, 48)
    let t0 = s0
    let t1 = s1
    let t2 = s2
    let t3 = s3
    let b = panel
    for (let run = offsets; run !== endOffsets; run += 4) {
      let row = a + load<u32>(run)
      let next = row + stepA
      for (let k = runPairs; k > 0; k--) {
        const b0 = v128.load(b)
        const b1 = v128.load(b, 16)
        const b2 = v128.load(b, 32)
        const b3 = v128.load(b, 48)
        let pair = v128.load32_splat(row)
        s0 = step(s0, pair, b0)
        s1 = step(s1, pair, b1)
        s2 = step(s2, pair, b2)
        s3 = step(s3, pair, b3)
        pair = v128.load32_splat(next)
        t0 = step(t0, pair, b0)
        t1 = step(t1, pair, b1)
        t2 = step(t2, pair, b2)
        t3 = step(t3, pair, b3)
        b += 64
        row += 4
        next += 4
      }
    }
    store16(to, s0, s1, s2, s3, columns)
    store16(to + stepTo, t0, t1, t2, t3, columns)
    a += 2 * stepA
    to += 2 * stepTo
  }
  if (rows === 0) return
  let s0 = v128.load(bias)
  let s1 = v128.load(bias, 16)
  let s2 = v128.load(bias, 32)
  let s3 = v128.load(bias, 48)
  for (let run = offsets; run !== endOffsets; run += 4) {
    let row = a + load<u32>(run)
    let k = runPairs
    for (; k >= 2; k -= 2) {
      let pair = v128.load32_splat(row)
      s0 = step(s0, pair, v128.load(panel))
      s1 = step(s1, pair, v128.load(panel, 16))
      s2 = step(s2, pair, v128.load(panel, 32))
      s3 = step(s3, pair, v128.load(panel, 48))
      pair = v128.load32_splat(row, 4)
      s0 = step(s0, pair, v128.load(panel, 64))
      s1 = step(s1, pair, v128.load(panel, 80))
      s2 = step(s2, pair, v128.load(panel, 96))
      s3 = step(s3, pair, v128.load(panel, 112))
      panel += 128
      row += 8
    }
    if (k > 0) {
      const pair = v128.load32_splat(row)
      s0 = step(s0, pair, v128.load(panel))
      s1 = step(s1, pair, v128.load(panel, 16))
      s2 = step(s2, pair, v128.load(panel, 32))
      s3 = step(s3, pair, v128.load(panel, 48))
      panel += 64
    }
  }
  store16(to, s0, s1, s2, s3, columns)
}

/** As {@link multiply16}, for a panel of 8 columns of which the first `columns` (5..8) are stored. */
export function multiply8(
  a: usize,
  stepA: usize,
  rows: i32,
  offsets: usize,
  runs: i32,
  runPairs: i32,
  panel: usize,
  bias: usize,
  to: usize,
  stepTo: usize,
  columns: i32,
): void {
  const endOffsets = offsets + 4 * <usize>runs
  const bias0 = v128.load(bias)
  const bias1 = v128.load(bias, 16)
  for (; rows >= 4; rows -= 4) {
    let s0 = bias0
    let s1 = bias1
    let t0 = s0
    let t1 = s1
    let u0 = s0
    let u1 = s1
    let v0 = s0
    let v1 = s1
    let b = panel
    for (let run = offsets; run !== endOffsets; run += 4) {
      let row0 = a + load<u32>(run)
      let row1 = row0 + stepA
      let row2 = row1 + stepA
      let row3 = row2 + stepA
      for (let k = runPairs; k > 0; k--) {
        const b0 = v128.load(b)
        const b1 = v128.load(b, 16)
        let pair = v128.load32_splat(row0)
        s0 = step(s0, pair, b0)
        s1 = step(s1, pair, b1)
        pair = v128.load32_splat(row1)
        t0 = step(t0, pair, b0)
        t1 = step(t1, pair, b1)
        pair = v128.load32_splat(row2)
        u0 = step(u0, pair, b0)
        u1 = step(u1, pair, b1)
        pair = v128.load32_splat(row3)
        v0 = step(v0, pair, b0)
        v1 = step(v1, pair, b1)
        b += 32
        row0 += 4
        row1 += 4
        row2 += 4
        row3 += 4
      }
    }
    store8(to, s0, s1, columns)
    to += stepTo
    store8(to, t0, t1, columns)
    to += stepTo
    store8(to, u0, u1, columns)
    to += stepTo
    store8(to, v0, v1, columns)
    to += stepTo
    a += 4 * stepA
  }
  for (; rows > 0; rows--) {
    let s0 = bias0
    let s1 = bias1
    let b = panel
    for (let run = offsets; run !== endOffsets; run += 4) {
      let row = a + load<u32>(run)
      for (let k = runPairs; k > 0; k--) {
        const pair = v128.load32_splat(row)
        s0 = step(s0, pair, v128.load(b))
        s1 = step(s1, pair, v128.load(b, 16))
        b += 32
        row += 4
      }
    }
    store8(to, s0, s1, columns)
    to += stepTo
    a += stepA
  }
}

/** As {@link multiply16}, for a panel of 4 columns of which the first `columns` (1..4) are stored. */
export function multiply4(
  a: usize,
  stepA: usize,
  rows: i32,
  offsets: usize,
  runs: i32,
  runPairs: i32,
  panel: usize,
  bias: usize,
  to: usize,
  stepTo: usize,
  columns: i32,
): void {
  const endOffsets = offsets + 4 * <usize>runs
  const start = v128.load(bias)
  for (; rows >= 4; rows -= 4) {
    let s = start
    let t = start
    let u = start
    let v = start
    let b = panel
    for (let run = offsets; run !== endOffsets; run += 4) {
      let row0 = a + load<u32>(run)
      let row1 = row0 + stepA
      let row2 = row1 + stepA
      let row3 = row2 + stepA
      for (let k = runPairs; k > 0; k--) {
        const columnPairs = v128.load(b)
        s = step(s, v128.load32_splat(row0), columnPairs)
        t = step(t, v128.load32_splat(row1), columnPairs)
        u = step(u, v128.load32_splat(row2), columnPairs)
        v = step(v, v128.load32_splat(row3), columnPairs)
        b += 16
        row0 += 4
        row1 += 4
        row2 += 4
        row3 += 4
      }
    }
    storeLanes(to, s, columns)
    to += stepTo
    storeLanes(to, t, columns)
    to += stepTo
    storeLanes(to, u, columns)
    to += stepTo
    storeLanes(to, v, columns)
    to += stepTo
    a += 4 * stepA
  }
  for (; rows > 0; rows--) {
    let s = start
    let b = panel
    for (let run = offsets; run !== endOffsets; run += 4) {
      let row = a + load<u32>(run)
      for (let k = runPairs; k > 0; k--) {
        s = step(s, v128.load32_splat(row), v128.load(b))
        b += 16
        row += 4
      }
    }
    storeLanes(to, s, columns)
    to += stepTo
    a += stepA
  }
}
