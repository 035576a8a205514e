import type { ClampActivation } from '../quantization.ts'
import { ensureSupported } from './operation.ts'

const clampActivations: Readonly<Record<number, ClampActivation>> = { 0: 'none', 1: 'relu', 2: 'reluN1To1', 3: 'relu6' }

/** The fused activation of a code of the schema. @throws {UnsupportedError} on TANH and SIGN_BIT */
export function fusedActivation(code: number): ClampActivation {
  const activation = clampActivations[code]
  ensureSupported(activation !== undefined, `its fused activation ${code} is not a clamp`)
  return activation
}

/** Padding along one axis of a window that slides. */
export type AxisPadding = { readonly before: number; readonly after: number }

/** Options that every operator with a window has; padding is 0 for SAME, 1 for VALID. */
export type WindowOptions = { readonly padding: number; readonly strideH: number; readonly strideW: number }

/** @throws {UnsupportedError} when a stride is not positive or the padding is unknown */
export function checkWindow({ padding, strideH, strideW }: WindowOptions): void {
  ensureSupported(padding === 0 || padding === 1, `its padding is of kind ${padding}`)
  ensureSupported(strideH >= 1 && strideW >= 1, `its strides are ${strideH} and ${strideW}`)
}

/**
 * Padding of TFLite's SAME: enough for `ceil(size / stride)` positions, the odd element at the end. VALID has none.
 *
 * @param extent - elements from the first to the last that a window reads
 */
export function axisPadding(padding: number, size: number, extent: number, stride: number): AxisPadding {
  if (padding !== 0) return { before: 0, after: 0 }
  const total = Math.max(0, (Math.ceil(size / stride) - 1) * stride + extent - size)
  return { before: Math.floor(total / 2), after: Math.ceil(total / 2) }
}
