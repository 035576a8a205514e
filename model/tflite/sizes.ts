import { reshape, tile } from './emit.ts'
import { dtypeOf, ensureSupported, type Operation } from './operation.ts'

/** SHAPE: known without running the model, whatever the operand. */
export function lowerShape(operation: Operation): void {
  const shape = operation.shape(0)
  ensureSupported(shape.length > 0, 'it asks for the shape of a scalar, which is empty')
  operation.result(operation.constant('int32', [shape.length], shape))
}

/** RANK. */
export function lowerRank(operation: Operation): void {
  operation.result(operation.constant('int32', [1], [operation.shape(0).length]), { shape: [] })
}

/** Longest list of numbers that RANGE may make. */
const MAX_RANGE = 65536

/** RANGE (start, limit, step) of known numbers. */
export function lowerRange(operation: Operation): void {
  const [start, limit, step] = [0, 1, 2].map((input) => operation.integers(input)[0] ?? 0) as [number, number, number]
  const count = Math.ceil((limit - start) / step)
  ensureSupported(count >= 1 && count <= MAX_RANGE, `it counts from ${start} to ${limit} by ${step}`)
  operation.result(
    operation.constant(
      'int32',
      [count],
      Array.from({ length: count }, (_, index) => start + index * step),
    ),
  )
}

/** FILL (shape, value) with a known value. */
export function lowerFill(operation: Operation): void {
  const shape = operation.integers(0)
  ensureSupported(shape.length > 0 && shape.every((size) => size >= 1), `its shape is [${shape.join(',')}]`)
  const one = reshape(
    operation,
    operation.value(1),
    shape.map(() => 1),
  )
  operation.result(tile(operation, one, shape))
}

/** CAST between the integers that sizes are computed in. */
export function lowerCast(operation: Operation): void {
  ensureSupported(
    dtypeOf(operation.source(0)) === 'int32' && dtypeOf(operation.target()) === 'int32',
    `it casts ${operation.source(0).type} to ${operation.target().type}`,
  )
  operation.result(operation.value(0), { shape: operation.shape(0) })
}
