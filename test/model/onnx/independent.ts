// Operators of ONNX as their specification says, in loops of their own over tensors as the file has them (channels first).

/** A tensor of real numbers. */
export type Reals = { readonly shape: readonly number[]; readonly data: readonly number[] }

function count(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1)
}

/** Calls with every index of a shape, in row-major order, and collects what comes back. */
export function fill(shape: readonly number[], at: (...index: number[]) => number): Reals {
  const data = Array.from({ length: count(shape) }, (_, position) => {
    const index: number[] = []
    let rest = position
    for (const size of shape.toReversed()) {
      index.unshift(rest % size)
      rest = Math.floor(rest / size)
    }
    return at(...index)
  })
  return { shape, data }
}

/** The element at an index; `outside` where the index is beyond the shape. */
export function read({ shape, data }: Reals, index: readonly number[], outside = 0): number {
  let position = 0
  for (const [axis, size] of shape.entries()) {
    const at = index[axis] as number
    if (at < 0 || at >= size) return outside
    position = position * size + at
  }
  return data[position] as number
}

export type Window = {
  readonly kernel: readonly [number, number]
  readonly strides?: readonly [number, number]
  readonly pads?: readonly [number, number, number, number]
  readonly dilations?: readonly [number, number]
}

function outputSize(size: number, kernel: number, stride: number, dilation: number, pads: number): number {
  return Math.floor((size + pads - ((kernel - 1) * dilation + 1)) / stride) + 1
}

function windowShape({ shape }: Reals, channels: number, window: Window): number[] {
  const { kernel, strides = [1, 1], pads = [0, 0, 0, 0], dilations = [1, 1] } = window
  const [batch = 1, , height = 1, width = 1] = shape
  return [
    batch,
    channels,
    outputSize(height, kernel[0], strides[0], dilations[0], pads[0] + pads[2]),
    outputSize(width, kernel[1], strides[1], dilations[1], pads[1] + pads[3]),
  ]
}

/** Conv: weights [M, C / group, KH, KW]. */
export function conv(
  x: Reals,
  w: Reals,
  bias: readonly number[],
  group: number,
  window: Omit<Window, 'kernel'>,
): Reals {
  const [outputs = 1, depth = 1, rows = 1, columns = 1] = w.shape
  const { strides = [1, 1], pads = [0, 0, 0, 0], dilations = [1, 1] } = window
  return fill(windowShape(x, outputs, { ...window, kernel: [rows, columns] }), (n, m, y, z) => {
    let sum = bias[m] ?? 0
    const first = Math.floor(m / (outputs / group)) * depth
    for (let c = 0; c < depth; c++)
      for (let i = 0; i < rows; i++)
        for (let j = 0; j < columns; j++) {
          const at = [
            n,
            first + c,
            y * strides[0] - pads[0] + i * dilations[0],
            z * strides[1] - pads[1] + j * dilations[1],
          ]
          sum += read(x, at) * read(w, [m, c, i, j])
        }
    return sum
  })
}

/** MaxPool, or AveragePool over the positions inside (all of them where pads count). */
export function pool(x: Reals, kind: 'max' | 'average' | 'averageWithPads', window: Window): Reals {
  const { kernel, strides = [1, 1], pads = [0, 0, 0, 0] } = window
  return fill(windowShape(x, x.shape[1] as number, window), (n, c, y, z) => {
    const values: number[] = []
    for (let i = 0; i < kernel[0]; i++)
      for (let j = 0; j < kernel[1]; j++) {
        const value = read(x, [n, c, y * strides[0] - pads[0] + i, z * strides[1] - pads[1] + j], Number.NaN)
        if (!Number.isNaN(value)) values.push(value)
      }
    if (kind === 'max') return Math.max(...values)
    return values.reduce((a, b) => a + b, 0) / (kind === 'average' ? values.length : kernel[0] * kernel[1])
  })
}

/** A function of two tensors that broadcast. */
export function broadcast(a: Reals, b: Reals, apply: (a: number, b: number) => number): Reals {
  const rank = Math.max(a.shape.length, b.shape.length)
  const raise = ({ shape, data }: Reals): Reals => ({ shape: [...Array(rank - shape.length).fill(1), ...shape], data })
  const [left, right] = [raise(a), raise(b)]
  const shape = left.shape.map((size, axis) => Math.max(size, right.shape[axis] as number))
  const inside = (tensor: Reals, index: readonly number[]) =>
    index.map((at, axis) => (tensor.shape[axis] === 1 ? 0 : at))
  return fill(shape, (...index) => apply(read(left, inside(left, index)), read(right, inside(right, index))))
}

/** A product of matrices [.., M, K] and [K, N]. */
export function matmul(a: Reals, b: Reals): Reals {
  const depth = a.shape.at(-1) as number
  return fill([...a.shape.slice(0, -1), b.shape.at(-1) as number], (...index) => {
    let sum = 0
    for (let k = 0; k < depth; k++) sum += read(a, [...index.slice(0, -1), k]) * read(b, [k, index.at(-1) as number])
    return sum
  })
}

/** Softmax along one axis. */
export function softmax(x: Reals, axis: number): Reals {
  return fill(x.shape, (...index) => {
    const along = Array.from({ length: x.shape[axis] as number }, (_, at) => Math.exp(read(x, index.with(axis, at))))
    return Math.exp(read(x, index)) / along.reduce((a, b) => a + b, 0)
  })
}
