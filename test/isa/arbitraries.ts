import fc from 'fast-check'
import { type DType, dtypeRange, dtypes, elementCount, type Shape, type Tensor, tensorOf } from '../../isa/index.ts'

/** Shapes of the given rank whose tensors stay small. */
export function shapes(minRank = 1, maxRank = 6, maxSize = 4): fc.Arbitrary<number[]> {
  return fc.array(fc.integer({ min: 1, max: maxSize }), { minLength: minRank, maxLength: maxRank })
}

/** Tensors of a dtype and shape; extreme values are as likely as all others together. */
export function tensors(dtype: DType, shape: Shape): fc.Arbitrary<Tensor> {
  const [min, max] = dtypeRange[dtype]
  const value = fc.oneof(fc.integer({ min, max }), fc.constantFrom(min, -1, 0, max))
  const length = elementCount(shape)
  return fc
    .array(value, { minLength: length, maxLength: length, size: 'max' })
    .map((values) => tensorOf(dtype, shape, values))
}

/** Tensors of any dtype and of a shape from `shape`. */
export function anyTensors(shape: fc.Arbitrary<number[]> = shapes()): fc.Arbitrary<Tensor> {
  return fc.tuple(fc.constantFrom(...dtypes), shape).chain(([dtype, sizes]) => tensors(dtype, sizes))
}
