import { ByteBuffer } from 'flatbuffers'

/** The bytes are not a well-formed FlatBuffer. */
export class MalformedError extends Error {
  override readonly name = 'MalformedError'
}

/**
 * A table of a FlatBuffer. Fields are named by their slot: their place in the schema's declaration, where a union takes
 * two slots. A field that is absent reads as its default.
 *
 * @throws {MalformedError} from every reader when an offset or a length leads out of the file
 */
export type FlatTable = {
  int8(slot: number, absent: number): number
  int32(slot: number, absent: number): number
  uint32(slot: number, absent: number): number
  uint64(slot: number, absent: number): number
  float32(slot: number, absent: number): number
  bool(slot: number): boolean
  string(slot: number): string
  table(slot: number): FlatTable | undefined
  tables(slot: number): readonly FlatTable[]
  int32s(slot: number): readonly number[] | undefined
  float32s(slot: number): readonly number[] | undefined
  /** @throws {MalformedError} also on a value beyond 2^53 */
  int64s(slot: number): readonly number[] | undefined
  /** A view of the file's bytes. */
  bytes(slot: number): Uint8Array | undefined
}

/** A file opened as a FlatBuffer. */
export type FlatBuffer = {
  readonly root: FlatTable
  /** Bytes at a position of the file, as a view. */
  slice(position: number, length: number): Uint8Array
  /** Counts `bytes` of data that are about to be copied against what the file may make a reader do. */
  charge(bytes: number): void
}

/** How often the bytes of a file may be read on average. Honest files share few of theirs; hostile ones share all. */
const READS_PER_BYTE = 32
/** What reading a table costs, in bytes. */
const TABLE_COST = 64

const OFFSET_BYTES = 4

/**
 * Opens a FlatBuffer.
 *
 * Every offset is checked against the file, and the work is bounded by a multiple of the file's size, although vectors
 * may overlap: no file makes this crash, hang or allocate much.
 *
 * @param identifier - four characters that the file must carry
 * @throws {MalformedError}
 */
export function openFlatBuffer(file: Uint8Array, identifier: string): FlatBuffer {
  const buffer = new ByteBuffer(file)
  let budget = file.length * READS_PER_BYTE + TABLE_COST
  const charge = (bytes: number) => {
    budget -= bytes
    if (budget < 0) throw new MalformedError('it refers to the same bytes over and over')
  }
  const ensureRange = (what: string, position: number, length: number) => {
    if (position < 0 || position + length > file.length)
      throw new MalformedError(`${what} at byte ${position} runs past the end, byte ${file.length}`)
  }
  const slice = (position: number, length: number) => {
    ensureRange(`data of ${length} bytes`, position, length)
    return file.subarray(position, position + length)
  }
  const follow = (position: number): number => {
    ensureRange('an offset', position, OFFSET_BYTES)
    const target = position + buffer.readUint32(position)
    if (target === position) throw new MalformedError(`the offset at byte ${position} is 0`)
    return target
  }
  /** First byte and length of a vector of elements of `width` bytes. */
  const vectorAt = (position: number, width: number): { start: number; length: number } => {
    const header = follow(position)
    ensureRange('a vector', header, OFFSET_BYTES)
    const length = buffer.readUint32(header)
    ensureRange(`a vector of ${length} elements`, header + OFFSET_BYTES, length * width)
    return { start: header + OFFSET_BYTES, length }
  }

  const tableAt = (position: number): FlatTable => {
    charge(TABLE_COST)
    ensureRange('a table', position, OFFSET_BYTES)
    const vtable = position - buffer.readInt32(position)
    ensureRange('a vtable', vtable, 4)
    const vtableBytes = buffer.readUint16(vtable)
    if (vtableBytes < 4) throw new MalformedError(`the vtable at byte ${vtable} has ${vtableBytes} bytes`)
    ensureRange('a vtable', vtable, vtableBytes)

    /** Position of a field of `width` bytes, undefined where it is absent. */
    const field = (slot: number, width: number): number | undefined => {
      const entry = 4 + 2 * slot
      const offset = entry + 2 <= vtableBytes ? buffer.readUint16(vtable + entry) : 0
      if (offset === 0) return undefined
      ensureRange('a field', position + offset, width)
      return position + offset
    }
    const scalar =
      (width: number, read: (position: number) => number) =>
      (slot: number, absent: number): number => {
        const at = field(slot, width)
        return at === undefined ? absent : read(at)
      }
    const vector =
      (width: number, read: (position: number) => number) =>
      (slot: number): readonly number[] | undefined => {
        const at = field(slot, OFFSET_BYTES)
        if (at === undefined) return undefined
        const { start, length } = vectorAt(at, width)
        charge(length * width)
        return Array.from({ length }, (_, index) => read(start + index * width))
      }
    const bytes = (slot: number) => {
      const at = field(slot, OFFSET_BYTES)
      if (at === undefined) return undefined
      const { start, length } = vectorAt(at, 1)
      return slice(start, length)
    }
    const int8 = scalar(1, (at) => buffer.readInt8(at))
    return {
      int8,
      int32: scalar(4, (at) => buffer.readInt32(at)),
      uint32: scalar(4, (at) => buffer.readUint32(at)),
      uint64: scalar(8, (at) => Number(buffer.readUint64(at))),
      float32: scalar(4, (at) => buffer.readFloat32(at)),
      bool: (slot) => int8(slot, 0) !== 0,
      string(slot) {
        const text = bytes(slot) ?? new Uint8Array()
        charge(text.length)
        return new TextDecoder().decode(text)
      },
      table(slot) {
        const at = field(slot, OFFSET_BYTES)
        return at === undefined ? undefined : tableAt(follow(at))
      },
      tables(slot) {
        const at = field(slot, OFFSET_BYTES)
        if (at === undefined) return []
        const { start, length } = vectorAt(at, OFFSET_BYTES)
        charge(length * TABLE_COST)
        return Array.from({ length }, (_, index) => tableAt(follow(start + index * OFFSET_BYTES)))
      },
      int32s: vector(4, (at) => buffer.readInt32(at)),
      float32s: vector(4, (at) => buffer.readFloat32(at)),
      int64s: vector(8, (at) => {
        const value = Number(buffer.readInt64(at))
        if (!Number.isSafeInteger(value)) throw new MalformedError(`the integer at byte ${at} is beyond 2^53`)
        return value
      }),
      bytes,
    }
  }

  if (file.length < 8) throw new MalformedError(`it has ${file.length} bytes`)
  const found = String.fromCharCode(...file.subarray(4, 8))
  if (found !== identifier) throw new MalformedError(`its identifier is ${JSON.stringify(found)}, not "${identifier}"`)
  return { root: tableAt(follow(0)), slice, charge }
}
