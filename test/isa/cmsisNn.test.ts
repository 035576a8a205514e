import { describe, expect, it } from 'vitest'
import { formatType } from '../../isa/index.ts'
import { cmsisNnCases, hasCmsisNn } from '../cmsisNn.ts'
import { runCase } from '../instructionCase.ts'

describe.skipIf(!hasCmsisNn)('CMSIS-NN on the reference (needs ../shared/vectors/cmsis-nn)', () => {
  it('has all of its tests', () => {
    expect(cmsisNnCases()).toHaveLength(48)
  })

  it.each(cmsisNnCases())('$name', (test) => {
    const actual = runCase(test)
    expect(formatType(actual)).toBe(formatType(test.expected))
    expect([...actual.data]).toEqual([...test.expected.data])
  })
})
