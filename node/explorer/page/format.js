/** A number in groups of three digits. @param {number | bigint} value */
export function number(value) {
  return value.toLocaleString('en')
}

/** A quantity of the node as a number that is at most 2^53. @param {string | undefined} quantity */
export function toNumber(quantity) {
  return quantity === undefined ? 0 : Number(quantity)
}

/** A share as a percentage; nothing where there is no whole. @param {number} part @param {number} whole */
export function percent(part, whole) {
  if (whole === 0) return ''
  const share = (100 * part) / whole
  return `${share !== 0 && Math.abs(share) < 0.05 ? '<0.1' : share.toFixed(share === 100 ? 0 : 1)} %`
}

/** @param {bigint} value @param {number} decimals @param {number} digits - after the point at most */
function decimal(value, decimals, digits) {
  const text = value.toString().padStart(decimals + 1, '0')
  const fraction = text.slice(-decimals).slice(0, digits).replace(/0+$/, '')
  return `${number(BigInt(text.slice(0, -decimals)))}${fraction === '' ? '' : `.${fraction}`}`
}

/**
 * An amount of wei in the largest unit in which it is not tiny, cut off after six digits.
 *
 * @param {bigint} wei
 */
export function amount(wei) {
  if (wei === 0n) return '0 ETH'
  if (wei >= 10n ** 13n) return `${decimal(wei, 18, 6)} ETH`
  if (wei >= 10n ** 6n) return `${decimal(wei, 9, 6)} gwei`
  return `${number(wei)} wei`
}

const sizes = ['B', 'KiB', 'MiB', 'GiB']

/** A number of bytes with its unit. @param {number} count */
export function bytes(count) {
  const unit = count < 1024 ? 0 : Math.min(Math.floor(Math.log2(count) / 10), sizes.length - 1)
  const value = count / 1024 ** unit
  return `${unit === 0 || value >= 100 ? number(Math.round(value)) : value.toFixed(1)} ${sizes[unit]}`
}

/** A time span. @param {number} nanoseconds */
export function duration(nanoseconds) {
  if (nanoseconds < 1e6) return `${(nanoseconds / 1e3).toFixed(1)} µs`
  return nanoseconds < 1e9 ? `${(nanoseconds / 1e6).toFixed(2)} ms` : `${(nanoseconds / 1e9).toFixed(2)} s`
}

/** A hash or address with its middle left out. @param {string} hex */
export function short(hex) {
  return hex.length <= 14 ? hex : `${hex.slice(0, 8)}…${hex.slice(-6)}`
}

/** A point in time, in UTC. @param {number} seconds - since 1970 */
export function time(seconds) {
  const date = new Date(seconds * 1000)
  if (Number.isNaN(date.getTime())) return `${number(seconds)} s`
  return `${date.toISOString().slice(0, 19).replace('T', ' ')} UTC`
}

/** @type {readonly (readonly [seconds: number, unit: string])[]} */
const spans = [
  [31_536_000, 'y'],
  [86_400, 'd'],
  [3600, 'h'],
  [60, 'min'],
  [1, 's'],
]

/**
 * How far a point in time is from now.
 *
 * @param {number} seconds - since 1970
 * @param {number} now - milliseconds since 1970
 */
export function age(seconds, now) {
  const past = Math.round(now / 1000 - seconds)
  if (Math.abs(past) < 2) return 'now'
  const [span, unit] = spans.find(([span]) => Math.abs(past) >= span) ?? [1, 's']
  const count = `${number(Math.floor(Math.abs(past) / span))} ${unit}`
  return past < 0 ? `in ${count}` : `${count} ago`
}

/** Bytes that hex says. @param {string} hex */
export function byteLength(hex) {
  return (hex.length - 2) / 2
}
