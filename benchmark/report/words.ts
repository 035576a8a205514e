import type { PathResult, Times } from '../results.ts'

/** A number with commas; three digits that count where it is below a thousand. Empty for none. */
export function figure(value: number | undefined): string {
  if (value === undefined) return ''
  if (value === 0) return '0'
  if (Math.abs(value) >= 999.5) return Math.round(value).toLocaleString('en-US')
  if (Math.abs(value) < 1e-5) return value.toExponential(2)
  return Number(value.toPrecision(3)).toLocaleString('en-US', { maximumFractionDigits: 20 })
}

/** A whole number with commas. Empty for none. */
export function whole(value: number | undefined): string {
  return value === undefined ? '' : Math.round(value).toLocaleString('en-US')
}

/** Bytes in the unit that suits them. Empty for none. */
export function bytes(value: number | undefined): string {
  if (value === undefined) return ''
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
  const power = value < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(value) / 10))
  return `${figure(value / 1024 ** power)} ${units[power]}`
}

/** A part of one, as a percentage. Empty for none. */
export function percent(value: number | undefined): string {
  return value === undefined ? '' : `${Number((100 * value).toFixed(2))} %`
}

/** Samples that came out equal, of all. Empty where none ran. */
export function equality({ equal }: PathResult): string {
  return equal === undefined ? '' : `${whole(equal.same)}/${whole(equal.samples)}`
}

/** The median with its interval. Empty for none. */
export function interval(times: Times | undefined): string {
  return times === undefined ? '' : `${figure(times.median)} (${figure(times.low)} to ${figure(times.high)})`
}

/** A word with its number: `1 path`, `2 paths`. */
export function counted(count: number, noun: string): string {
  return `${whole(count)} ${noun}${count === 1 ? '' : 's'}`
}
