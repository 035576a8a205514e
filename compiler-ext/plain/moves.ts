import { decodeAxisWord, dtypeRange, elementBytes, elementCount, rowMajorStrides, type Shape } from '../../isa/index.ts'
import type { Placed } from './memory.ts'
import { block, joinedAxes, type Lines, loop, stridedOffset, times } from './yul.ts'

/** Copies blocks of neighbours: block `i` from where `from` says to where `to` says, both addresses with expressions of `i`. */
function copyLoop(count: number, bytes: number, to: string, from: string): string[] {
  return block('', loop('i', '0', 1, count, [`mcopy(${to}, ${from}, ${bytes})`]))
}

/** Elements at the end of a shape that lie side by side at these strides. */
function runOf(shape: Shape, strides: readonly number[]): number {
  const [inner] = joinedAxes(shape, strides)
  return inner === undefined || inner.stride !== 1 ? 1 : inner.size
}

/** Cuts runs of `run` elements off the end of a shape. */
function withoutRun(shape: Shape, strides: readonly number[], run: number): [number[], number[]] {
  const sizes = [...shape]
  const steps = [...strides]
  for (let rest = run; rest > 1; ) {
    const size = sizes.pop() as number
    steps.pop()
    rest /= size
  }
  return [sizes, steps]
}

/** Elements of `x` at `strides` from element `start` on, in the order of the output. */
function strided(x: Placed, output: Placed, strides: readonly number[], start: number): Lines {
  const { shape, dtype } = output.type
  const bytes = elementBytes[dtype]
  const run = runOf(shape, strides)
  const [outerShape, outerStrides] = withoutRun(shape, strides, run)
  const offset = times(stridedOffset('i', outerShape, outerStrides), bytes)
  const from = `add(${x.address + start * bytes}, ${offset})`
  const to = `add(${output.address}, ${times('i', run * bytes)})`
  return copyLoop(elementCount(shape) / run, run * bytes, to, from)
}

/** TRANSPOSE. */
export function transposeStep(attributes: Readonly<Record<string, number>>, x: Placed, output: Placed): Lines {
  const strides = rowMajorStrides(x.type.shape)
  const axes = output.type.shape.map((_, axis) => strides[attributes[`axis${axis}`] as number] as number)
  return strided(x, output, axes, 0)
}

/** SLICE, of its plain words. */
export function sliceStep(begin: bigint, stride: bigint, x: Placed, output: Placed): Lines {
  const rank = x.type.shape.length
  const strides = rowMajorStrides(x.type.shape)
  const start = decodeAxisWord('begin', begin, rank).reduce((sum, at, axis) => sum + at * (strides[axis] as number), 0)
  const steps = decodeAxisWord('stride', stride, rank, 1).map((step, axis) => step * (strides[axis] as number))
  return strided(x, output, steps, start)
}

/** CONCAT. */
export function concatStep(
  { axis = 0 }: Readonly<Record<string, number>>,
  a: Placed,
  b: Placed,
  output: Placed,
): Lines {
  const bytes = elementBytes[a.type.dtype]
  const [runA, runB] = [a, b].map(({ type }) => bytes * elementCount(type.shape.slice(axis))) as [number, number]
  const count = elementCount(a.type.shape.slice(0, axis))
  const part = (source: Placed, run: number, at: number) =>
    copyLoop(
      count,
      run,
      `add(${output.address + at}, ${times('i', runA + runB)})`,
      `add(${source.address}, ${times('i', run)})`,
    )
  return [...part(a, runA, 0), ...part(b, runB, runA)]
}

/** The bytes of a value in memory, repeated to a word. */
function filledWord(dtype: Placed['type']['dtype'], value: number): string {
  const bytes = elementBytes[dtype]
  const bits = dtype === 'int8' ? value - dtypeRange.int8[0] : value
  const unsigned = BigInt.asUintN(8 * bytes, BigInt(bits))
  return `0x${unsigned
    .toString(16)
    .padStart(2 * bytes, '0')
    .repeat(32 / bytes)}`
}

/** PAD: fills the output with the value, then copies x into it. */
export function padStep(attributes: Readonly<Record<string, number>>, x: Placed, output: Placed): Lines {
  const { shape, dtype } = x.type
  const bytes = elementBytes[dtype]
  const strides = rowMajorStrides(output.type.shape)
  const start = strides.reduce((sum, stride, axis) => sum + stride * (attributes[`before${axis}`] ?? 0), 0)
  const run = runOf(shape, strides)
  const [outerShape, outerStrides] = withoutRun(shape, strides, run)
  const offset = times(stridedOffset('i', outerShape, outerStrides), bytes)
  const words = Math.ceil((bytes * elementCount(output.type.shape)) / 32)
  return [
    ...block('', [
      `let word := ${filledWord(dtype, attributes.value as number)}`,
      ...loop('to', String(output.address), 32, words, ['mstore(to, word)']),
    ]),
    ...copyLoop(
      elementCount(shape) / run,
      run * bytes,
      `add(${output.address + start * bytes}, ${offset})`,
      `add(${x.address}, ${times('i', run * bytes)})`,
    ),
  ]
}
