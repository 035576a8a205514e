import { byteLength, dtypeRange, type TensorType, tensorBytes, tensorView } from '../../isa/index.ts'
import { type Port, roundHalfAway } from '../../model/index.ts'

/** Types in which other runtimes take and give what a program has as integers. */
export type PeerArray = Int8Array | Uint8Array | Int16Array | Int32Array | Float32Array

/** A uint8 tensor of a file is int8 in its program. */
const UINT8_OFFSET = 128

const shifted = (bytes: Uint8Array) => bytes.map((byte) => byte ^ UINT8_OFFSET)
const bytesOf = ({ buffer, byteOffset, byteLength }: PeerArray) => new Uint8Array(buffer, byteOffset, byteLength)

/** Fills a runtime's array from canonical bytes of a program's tensor; float arrays with the numbers that these stand for. */
export function fillPeer(target: PeerArray, bytes: Uint8Array, port: Port): void {
  const { data } = tensorView(port.type, Uint8Array.from(bytes).buffer, 0)
  if (target.length !== data.length)
    throw new RangeError(`${port.name}: the runtime takes ${target.length} elements, not ${data.length}`)
  if (target instanceof Float32Array)
    for (const [at, q] of data.entries()) target[at] = (q - port.zeroPoint) * port.scale
  else if (target instanceof Uint8Array) target.set(shifted(bytes))
  else bytesOf(target).set(bytes)
}

/** Canonical bytes of a program's tensor from a runtime's array. */
export function readPeer(source: PeerArray, { type, scale, zeroPoint }: Port): Uint8Array {
  if (source instanceof Uint8Array) return shifted(source)
  if (!(source instanceof Float32Array)) return Uint8Array.from(bytesOf(source))
  const [low, high] = dtypeRange[type.dtype]
  const tensor = tensorView(type, new ArrayBuffer(byteLength(type)), 0)
  source.forEach((real, at) => {
    tensor.data[at] = Math.min(high, Math.max(low, roundHalfAway(real / scale) + zeroPoint))
  })
  return tensorBytes(tensor)
}

/** A part of the canonical bytes of all inputs for each of them. */
export function splitInputs(sample: Uint8Array, ports: readonly Port[]): Uint8Array[] {
  let offset = 0
  return ports.map(({ type }) => {
    const length = byteLength(type)
    offset += length
    return sample.subarray(offset - length, offset)
  })
}

/** Ports of a program that is given as no file: its integers themselves. */
export function plainPorts(types: readonly TensorType[]): Port[] {
  return types.map((type, index) => ({ name: `tensor ${index}`, type, scale: 1, zeroPoint: 0 }))
}
