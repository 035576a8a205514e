import { describe, expect, it } from 'vitest'
import { formatType } from '../../isa/index.ts'
import { runCase } from '../instructionCase.ts'
import { hasOnnx, onnxTests } from '../onnx.ts'
import { inexpressible, onnxCases } from '../onnxCases.ts'

describe.skipIf(!hasOnnx)('ONNX node tests on the reference (needs ../shared/vectors/onnx)', () => {
  it('all run or are known to be inexpressible', () => {
    const names = onnxTests().map(({ name }) => name)
    expect(names).toHaveLength(28)
    expect([...onnxCases().map(({ name }) => name), ...inexpressible.keys()].sort()).toEqual(names)
  })

  it.each(onnxCases())('$name', (test) => {
    const actual = runCase(test)
    expect(formatType(actual)).toBe(formatType(test.expected))
    expect([...actual.data]).toEqual([...test.expected.data])
  })
})
