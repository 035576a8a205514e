import type { Shape } from '../../isa/index.ts'

/** Lines of Yul. */
export type Lines = readonly string[]

/** Lines one level further in. */
function indented(lines: Lines): string[] {
  return lines.map((line) => `  ${line}`)
}

/** A header with a body in braces. */
export function block(header: string, body: Lines): string[] {
  return [`${header} {`, ...indented(body), '}']
}

/** `base + offset`. */
export function plus(base: string, offset: number): string {
  return offset === 0 ? base : offset < 0 ? `sub(${base}, ${-offset})` : `add(${base}, ${offset})`
}

/** `value * factor`, for a factor of at least 0. */
export function times(value: string, factor: number): string {
  if (factor === 1) return value
  return Number.isInteger(Math.log2(factor)) ? `shl(${Math.log2(factor)}, ${value})` : `mul(${value}, ${factor})`
}

/** A signed number as a literal of 256 bits. */
export function literal(value: number): string {
  return value < 0 ? `not(${-value - 1})` : String(value)
}

/**
 * A loop in which `variable` goes from `first` in steps to before `first + step * count`; the body alone where it runs
 * once. `alongside` are further variables and their steps.
 */
export function loop(
  variable: string,
  first: string,
  step: number,
  count: number,
  body: Lines,
  alongside: Lines = [],
): string[] {
  if (count === 1) return block('', [`let ${variable} := ${first}`, ...body])
  const end = `${variable}End`
  const start = `let ${variable} := ${first} let ${end} := ${plus(variable, step * count)}`
  const advance = [`${variable} := add(${variable}, ${step})`, ...alongside].join(' ')
  return block(`for { ${start} } lt(${variable}, ${end}) { ${advance} }`, body)
}

/** Axes innermost first, without those of one element, neighbours joined where a step of one is the whole of the other. */
export function joinedAxes(shape: Shape, strides: readonly number[]): { size: number; stride: number }[] {
  const joined: { size: number; stride: number }[] = []
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const size = shape[axis] as number
    const stride = strides[axis] as number
    const inner = joined.at(-1)
    if (size === 1) continue
    if (inner && stride === inner.size * inner.stride) inner.size *= size
    else joined.push({ size, stride })
  }
  return joined
}

/** The sum over axes of position times stride, for the row-major index `index` of a tensor of `shape`. */
export function stridedOffset(index: string, shape: Shape, strides: readonly number[]): string {
  const axes = joinedAxes(shape, strides)
  let inner = 1
  const terms = axes.flatMap(({ size, stride }, position) => {
    const outer = inner === 1 ? index : `div(${index}, ${inner})`
    inner *= size
    if (stride === 0) return []
    return [times(position === axes.length - 1 ? outer : `mod(${outer}, ${size})`, stride)]
  })
  return terms.length === 0 ? '0' : terms.reduceRight((sum, term) => `add(${term}, ${sum})`)
}

/** Instructions that move words on the stack, beside those that Yul names. */
const STACK_MOVES = 1.27

/** Bytes of code that Yul compiles to, near enough: of each literal its push, of each name an instruction. */
export function codeBytes(lines: Lines): number {
  let bytes = 0
  for (const line of lines) {
    const code = line.replace(/\/\/.*$/, '')
    for (const [token] of code.matchAll(/0x[0-9a-f]+|\d+|[A-Za-z_]\w*/g)) {
      if (['let', 'function'].includes(token)) continue
      if (token === 'for' || token === 'if' || token === 'switch') bytes += 10
      else if (/^\d/.test(token)) bytes += 1 + Math.ceil(BigInt(token).toString(16).length / 2)
      else bytes += 1
    }
  }
  return Math.ceil(bytes * STACK_MOVES)
}
