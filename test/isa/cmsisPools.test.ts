import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { tensorOf } from '../../isa/index.ts'
import { apply } from './apply.ts'

type Case = {
  readonly defs: Readonly<Record<string, number>>
  readonly arrays: Readonly<Record<string, { readonly d: readonly number[] }>>
}

const folder = fileURLToPath(new URL('../../../shared/vectors/cmsis-nn/', import.meta.url))
const present = existsSync(folder)

/** Padding after an axis that makes the window end where the last output needs it. */
function padAfter(input: number, window: number, stride: number, padBefore: number, output: number): number {
  return Math.max(0, (output - 1) * stride + window - input - padBefore)
}

describe.skipIf(!present)('CMSIS-NN pools (skipped where ../shared is absent)', () => {
  const names = present ? readdirSync(folder).filter((name) => /^(avgpool|max_pool)_s8__/.test(name)) : []

  it.each(names)('%s', (name) => {
    const { defs, arrays } = JSON.parse(readFileSync(folder + name, 'utf8')) as Case
    const of = (key: string) => defs[key] as number
    const inputs = arrays.input_tensor ?? arrays.input
    const attributes = {
      padTop: of('PADDING_H'),
      padLeft: of('PADDING_W'),
      padBottom: padAfter(of('INPUT_H'), of('FILTER_H'), of('STRIDE_H'), of('PADDING_H'), of('OUTPUT_H')),
      padRight: padAfter(of('INPUT_W'), of('FILTER_W'), of('STRIDE_W'), of('PADDING_W'), of('OUTPUT_W')),
      windowH: of('FILTER_H'),
      windowW: of('FILTER_W'),
      strideH: of('STRIDE_H'),
      strideW: of('STRIDE_W'),
    }
    const x = tensorOf('int8', [of('BATCH_SIZE'), of('INPUT_H'), of('INPUT_W'), of('INPUT_C')], inputs?.d ?? [])
    const y = apply(name.startsWith('avg') ? 'AVG_POOL2D' : 'MAX_POOL2D', { attributes, x })
    const clamped = [...y.data].map((v) => Math.max(of('ACTIVATION_MIN'), Math.min(of('ACTIVATION_MAX'), v)))
    expect(y.shape).toEqual([of('BATCH_SIZE'), of('OUTPUT_H'), of('OUTPUT_W'), of('OUTPUT_C')])
    expect(clamped).toEqual(arrays.output?.d)
  })
})
