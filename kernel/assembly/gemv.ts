/** Sums of the lanes of four vectors, as one vector. */
@inline
function sumLanes(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = i32x4.add(i32x4.shuffle(a, b, 0, 4, 1, 5), i32x4.shuffle(a, b, 2, 6, 3, 7))
  const cd = i32x4.add(i32x4.shuffle(c, d, 0, 4, 1, 5), i32x4.shuffle(c, d, 2, 6, 3, 7))
  return i32x4.add(i64x2.shuffle(ab, cd, 0, 2), i64x2.shuffle(ab, cd, 1, 3))
}

@inline
function sumOf(vector: v128): i32 {
  return (
    i32x4.extract_lane(vector, 0) +
    i32x4.extract_lane(vector, 1) +
    i32x4.extract_lane(vector, 2) +
    i32x4.extract_lane(vector, 3)
  )
}

/** Sum of the products of a row of the matrix with the vector. */
function multiplyRow(vector: usize, depth: i32, row: usize, limit: usize): i32 {
  const end = row + <usize>depth
  const padded = (<usize>depth + 7) & ~7
  const isPadded = limit - row >= padded
  const vectorsEnd = row + (isPadded ? padded : <usize>depth & ~7)
  let sums = i32x4.splat(0)
  for (; row !== vectorsEnd; row += 8) {
    sums = i32x4.add(sums, i32x4.dot_i16x8_s(v128.load8x8_s(row), v128.load(vector)))
    vector += 16
  }
  let sum = sumOf(sums)
  if (isPadded) return sum
  for (; row !== end; row++) {
    sum += <i32>load<i8>(row) * <i32>load<i16>(vector)
    vector += 2
  }
  return sum
}

/** Sum of the elements of the vector, of whole vectors. */
function sumVector(vector: usize, depth: i32): i32 {
  const one = i16x8.splat(1)
  let sums = i32x4.splat(0)
  for (let k = 0; k < depth; k += 8) {
    sums = i32x4.add(sums, i32x4.dot_i16x8_s(v128.load(vector), one))
    vector += 16
  }
  return sumOf(sums)
}

/** Sums of the products of four rows of the matrix with the vector, which ends at `vectorEnd`. */
@inline
function multiplyQuad(vector: usize, vectorEnd: usize, row0: usize, row1: usize, row2: usize, row3: usize): v128 {
  let s0 = i32x4.splat(0)
  let s1 = s0
  let s2 = s0
  let s3 = s0
  for (; vector !== vectorEnd; vector += 16) {
    const x = v128.load(vector)
    s0 = i32x4.add(s0, i32x4.dot_i16x8_s(v128.load8x8_s(row0), x))
    s1 = i32x4.add(s1, i32x4.dot_i16x8_s(v128.load8x8_s(row1), x))
    s2 = i32x4.add(s2, i32x4.dot_i16x8_s(v128.load8x8_s(row2), x))
    s3 = i32x4.add(s3, i32x4.dot_i16x8_s(v128.load8x8_s(row3), x))
    row0 += 8
    row1 += 8
    row2 += 8
    row3 += 8
  }
  return sumLanes(s0, s1, s2, s3)
}

/**
 * `to[n] = start + bias[n] + sum_k vector[k] * (matrix[n, k] - zeroPoint)`, modulo 2^32, straight from a matrix of int8
 * [rows, depth]. The zero point is taken off as a multiple of the sum of the vector.
 *
 * @param vector - int16, with zeros up to a multiple of 8
 * @param limit - address up to which the matrix may be read: the end of its tensor, rounded up to 64
 * @param bias - int32 [rows], or 0 for none
 */
export function multiplyByVector(
  vector: usize,
  depth: i32,
  matrix: usize,
  rows: i32,
  zeroPoint: i32,
  limit: usize,
  start: i32,
  bias: usize,
  to: usize,
): void {
  if (zeroPoint !== 0) start -= zeroPoint * sumVector(vector, depth)
  const stride = <usize>depth
  const padded = (stride + 7) & ~7
  const starts = i32x4.splat(start)
  const vectorEnd = vector + 2 * padded
  // Vectors of the last row may not reach past the limit; where they would, rows are left to multiplyRow.
  for (; rows >= 4 && limit - (matrix + 3 * stride) >= padded; rows -= 4) {
    const row1 = matrix + stride
    const row2 = row1 + stride
    const row3 = row2 + stride
    let sums = i32x4.add(multiplyQuad(vector, vectorEnd, matrix, row1, row2, row3), starts)
    if (bias !== 0) {
      sums = i32x4.add(sums, v128.load(bias))
      bias += 16
    }
    v128.store(to, sums)
    to += 16
    matrix = row3 + stride
  }
  for (; rows > 0; rows--) {
    let sum = multiplyRow(vector, depth, matrix, limit) + start
    if (bias !== 0) {
      sum += load<i32>(bias)
      bias += 4
    }
    store<i32>(to, sum)
    to += 4
    matrix += stride
  }
}
