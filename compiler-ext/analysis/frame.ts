import { HaltError, sameType, type TensorType } from '../../isa/index.ts'

/**
 * What is known of a word: the word itself, that it is the handle of a tensor of this type, or nothing.
 *
 * Handles are never used again, so what a word names as a handle stays true: it has this type, or is freed.
 */
export type Value = bigint | TensorType | undefined

/** A tensor that a frame has made. Its type is undefined where it is not known. */
type Made = { readonly type: TensorType | undefined; readonly freed: 'no' | 'maybe' | 'yes' }

/** Tensors of the call frame, as far as they are known. */
export type Frame = {
  /** How many tensors were made; undefined when that depends on the path. */
  readonly count: number | undefined
  /** Those whose handles are known, by handle. */
  readonly tensors: ReadonlyMap<number, Made>
}

/** The frame of a call that begins. */
export const emptyFrame: Frame = { count: 0, tensors: new Map() }

/** Tensors whose handles are told apart: enough for any model, and few enough to copy. */
const MAX_TENSORS = 2048
/** A frame never makes so many tensors. */
const HANDLE_LIMIT = 2n ** 32n

function sameOrUnknown(a: TensorType | undefined, b: TensorType | undefined): TensorType | undefined {
  return a !== undefined && b !== undefined && sameType(a, b) ? a : undefined
}

/**
 * Type of the tensor that a value names; undefined when it is not known.
 *
 * @throws {HaltError} `BadHandle` when it can't be a live handle
 */
export function typeOfHandle({ count, tensors }: Frame, value: Value): TensorType | undefined {
  if (typeof value !== 'bigint') return value
  const made = tensors.get(Number(value))
  if (made?.freed === 'yes') throw new HaltError('BadHandle', `tensor ${value} was freed`)
  if (value === 0n || value >= HANDLE_LIMIT || (count !== undefined && value > count))
    throw new HaltError('BadHandle', `this frame has made no tensor ${value}`)
  return made?.type
}

/** The frame after a tensor was made, and what is known of its handle. */
export function makeTensor(
  frame: Frame,
  type: TensorType | undefined,
): { readonly frame: Frame; readonly handle: Value } {
  if (frame.count === undefined) return { frame, handle: type }
  if (frame.count >= MAX_TENSORS) return { frame: { ...frame, count: undefined }, handle: type }
  const count = frame.count + 1
  const tensors = new Map(frame.tensors).set(count, { type, freed: 'no' })
  return { frame: { count, tensors }, handle: BigInt(count) }
}

/**
 * The frame after the tensors of a range of handles were freed; any of them, when the range is not known.
 *
 * @throws {HaltError} `BadHandle` when the range goes beyond the tensors that were made
 */
export function freeTensors(frame: Frame, handle: Value, length: Value): Frame {
  const isKnown = typeof handle === 'bigint' && typeof length === 'bigint'
  const end = isKnown ? handle + length : HANDLE_LIMIT
  if (isKnown && frame.count !== undefined && length > 0n && end - 1n > frame.count)
    throw new HaltError('BadHandle', `this frame has made ${frame.count} tensors, not ${end - 1n}`)
  const tensors = new Map<number, Made>()
  for (const [key, made] of frame.tensors) {
    if (!isKnown) tensors.set(key, made.freed === 'yes' ? made : { ...made, freed: 'maybe' })
    else tensors.set(key, key >= handle && key < end ? { ...made, freed: 'yes' } : made)
  }
  return { ...frame, tensors }
}

/** What two frames have in common. */
export function joinFrames(a: Frame, b: Frame): Frame {
  if (a === b) return a
  const tensors = new Map<number, Made>()
  for (const [handle, made] of a.tensors) {
    const other = b.tensors.get(handle)
    if (other === made) tensors.set(handle, made)
    else if (other !== undefined)
      tensors.set(handle, {
        type: sameOrUnknown(made.type, other.type),
        freed: made.freed === other.freed ? made.freed : 'maybe',
      })
  }
  return { count: a.count === b.count ? a.count : undefined, tensors }
}

/** Whether two frames are known to the same extent. */
export function sameFrame(a: Frame, b: Frame): boolean {
  if (a === b) return true
  if (a.count !== b.count || a.tensors.size !== b.tensors.size) return false
  for (const [handle, made] of a.tensors) {
    const other = b.tensors.get(handle)
    if (other === undefined || other.freed !== made.freed || !sameValue(other.type, made.type)) return false
  }
  return true
}

export function sameValue(a: Value, b: Value): boolean {
  if (a === b) return true
  return typeof a === 'object' && typeof b === 'object' && sameType(a, b)
}

/** Type that a word has as a handle, where it is known to be one. */
function handleType(frame: Frame, value: Value): TensorType | undefined {
  return typeof value === 'bigint' ? frame.tensors.get(Number(value))?.type : value
}

/** What two values have in common, each in its frame. */
export function joinValues(a: Value, frameA: Frame, b: Value, frameB: Frame): Value {
  return sameValue(a, b) ? a : sameOrUnknown(handleType(frameA, a), handleType(frameB, b))
}
