import type { ComputeBody, Tensor } from '../../isa/index.ts'
import type { KernelModule } from '../module.ts'
import { createStridedCopy } from './stridedCopy.ts'

type Operands = { readonly x: Tensor }

/** TILE: a strided copy with two axes for each of x: the position in a copy, and the copy, which moves nothing in x. */
export function createTileBody(module: KernelModule): ComputeBody {
  const copy = createStridedCopy(module)
  return (operands, output) => {
    const { x } = operands as unknown as Operands
    copy.begin()
    let elements = 1
    let stride = 1
    for (let axis = x.shape.length - 1; axis >= 0; axis--) {
      const size = x.shape[axis] as number
      const outputSize = output.shape[axis] as number
      copy.axis(size, elements, stride)
      copy.axis(outputSize / size, 0, stride * size)
      elements *= size
      stride *= outputSize
    }
    copy.run(output, 0, x, 0)
  }
}
