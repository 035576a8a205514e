import type { ComputeBody, Shape, Tensor } from '../../isa/index.ts'
import type { KernelModule } from '../module.ts'
import { createStridedCopy } from './stridedCopy.ts'

type Operands = {
  readonly attributes: {
    readonly axis0: number
    readonly axis1: number
    readonly axis2: number
    readonly axis3: number
    readonly axis4: number
    readonly axis5: number
  }
  readonly x: Tensor
}

/** TRANSPOSE: a strided copy that walks the output's axes, each with the stride of the axis of x that it comes from. */
export function createTransposeBody(module: KernelModule): ComputeBody {
  const copy = createStridedCopy(module)
  /** Adds an axis of the output, which is axis `sourceAxis` of x. Gives the output's stride of the axis outside it. */
  const addAxis = (shape: Shape, sourceAxis: number, stride: number): number => {
    let sourceStride = 1
    for (let inner = shape.length - 1; inner > sourceAxis; inner--) sourceStride *= shape[inner] as number
    const size = shape[sourceAxis] as number
    copy.axis(size, sourceStride, stride)
    return size * stride
  }
  return (operands, output) => {
    const { attributes, x } = operands as unknown as Operands
    const { shape } = x
    const rank = shape.length
    let stride = 1
    copy.begin()
    if (rank > 5) stride = addAxis(shape, attributes.axis5, stride)
    if (rank > 4) stride = addAxis(shape, attributes.axis4, stride)
    if (rank > 3) stride = addAxis(shape, attributes.axis3, stride)
    if (rank > 2) stride = addAxis(shape, attributes.axis2, stride)
    if (rank > 1) stride = addAxis(shape, attributes.axis1, stride)
    addAxis(shape, attributes.axis0, stride)
    copy.run(output, 0, x, 0)
  }
}
