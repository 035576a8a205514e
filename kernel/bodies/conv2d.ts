import type { ComputeBody, Tensor } from '../../isa/index.ts'
import type { WindowAttributes } from '../../isa/window.ts'
import type { KernelModule } from '../module.ts'
import type { PackedWeights } from '../packedWeights.ts'
import { gainsFromPanels, panelBytes } from './matmul.ts'
import { readLimit } from './readLimit.ts'

type Attributes = Required<WindowAttributes> & { readonly zeroPoint: number; readonly groups: number }

type Operands = {
  readonly attributes: Attributes
  readonly x: Tensor
  readonly weights: Tensor
  readonly bias: Tensor | undefined
}

type Exports = {
  conv2dPanelBytes(
    outputs: number,
    tapsH: number,
    tapsW: number,
    depth: number,
    dilationW: number,
    groups: number,
  ): number
  packConv2d(
    weights: number,
    outputs: number,
    tapsH: number,
    tapsW: number,
    depth: number,
    dilationW: number,
    groups: number,
    to: number,
  ): void
  conv2d(
    to: number,
    x: number,
    limit: number,
    weights: number,
    panels: number,
    bias: number,
    batch: number,
    height: number,
    width: number,
    channels: number,
    outputs: number,
    tapsH: number,
    tapsW: number,
    outputH: number,
    outputW: number,
    zeroPoint: number,
    padTop: number,
    padLeft: number,
    strideH: number,
    strideW: number,
    dilationH: number,
    dilationW: number,
    groups: number,
  ): void
  matmul(
    a: number,
    sizeA: number,
    zeroPointA: number,
    limitA: number,
    panels: number,
    b: number,
    zeroPointB: number,
    limitB: number,
    bias: number,
    to: number,
    rows: number,
    columns: number,
    depth: number,
  ): void
}

/** Key of packed weights: what their layout depends on besides their shape. Not a multiple of 4, as MATMUL's are. */
function keyOf({ groups, dilationW }: Attributes): number {
  return groups * 8 + (dilationW === 1 ? 1 : 5)
}

/** Whether each position reads just one pixel, in order: then rows of x are those of a matrix. */
function isPointwise(a: Attributes, tapsH: number, tapsW: number): boolean {
  return (
    tapsH * tapsW * a.strideH * a.strideW * a.groups === 1 && (a.padTop | a.padLeft | a.padBottom | a.padRight) === 0
  )
}

/** The body of CONV2D. Constant weights are kept packed in `packed`. */
export function createConv2dBody(module: KernelModule, packed: PackedWeights): ComputeBody {
  const { conv2dPanelBytes, packConv2d, conv2d, matmul } = module.exports as Exports

  const packedWeights = (weights: Tensor, source: object, attributes: Attributes): number => {
    const key = keyOf(attributes)
    const kept = packed.find(source, key)
    if (kept !== 0) return kept
    const [outputs, tapsH, tapsW, depth] = weights.shape as readonly [number, number, number, number]
    const { dilationW, groups } = attributes
    const address = packed.add(source, key, conv2dPanelBytes(outputs, tapsH, tapsW, depth, dilationW, groups))
    if (address !== 0) packConv2d(weights.data.byteOffset, outputs, tapsH, tapsW, depth, dilationW, groups, address)
    return address
  }

  return (operands, output) => {
    const { attributes, x, weights, bias } = operands as unknown as Operands
    const outputs = weights.shape[0] as number
    const tapsH = weights.shape[1] as number
    const tapsW = weights.shape[2] as number
    const channels = x.shape[3] as number
    const atX = x.data.byteOffset
    const atWeights = weights.data.byteOffset
    const atBias = bias === undefined ? 0 : bias.data.byteOffset
    const to = output.data.byteOffset
    const sizeX = x.data.length
    const limit = readLimit(atX, sizeX)
    const { source } = weights
    if (isPointwise(attributes, tapsH, tapsW)) {
      const rows = sizeX / channels
      const isPacked = source !== undefined && gainsFromPanels(rows, panelBytes(outputs, channels))
      const panels = isPacked ? packedWeights(weights, source, attributes) : 0
      const limitB = readLimit(atWeights, outputs * channels)
      const { zeroPoint } = attributes
      matmul(atX, 1, zeroPoint, limit, panels, atWeights, 0, limitB, atBias, to, rows, outputs, channels)
      return
    }
    conv2d(
      to,
      atX,
      limit,
      atWeights,
      source === undefined ? 0 : packedWeights(weights, source, attributes),
      atBias,
      x.shape[0] as number,
      x.shape[1] as number,
      x.shape[2] as number,
      channels,
      outputs,
      tapsH,
      tapsW,
      output.shape[1] as number,
      output.shape[2] as number,
      attributes.zeroPoint,
      attributes.padTop,
      attributes.padLeft,
      attributes.strideH,
      attributes.strideW,
      attributes.dilationH,
      attributes.dilationW,
      attributes.groups,
    )
  }
}
