import fc from 'fast-check'
import { Builder } from 'flatbuffers'
import { describe, expect, it } from 'vitest'
import { ImportError, importTflite } from '../../../model/tflite/import.ts'
import { int8s, ints } from './reference.ts'
import { type ModelSpec, writeTflite } from './writer.ts'

const plane = { shape: [1, 4, 4, 2], scale: 0.5, zeroPoint: 1 }
const spec: ModelSpec = {
  tensors: {
    x: { ...plane, signature: [-1, 4, 4, 2] },
    pads: { type: 'INT32', shape: [4, 2], data: [0, 0, 1, 1, 1, 1, 0, 0] },
    padded: { ...plane, shape: [1, 6, 6, 2] },
    weights: { shape: [3, 3, 3, 2], data: int8s(54, 3), scale: [0.1, 0.2, 0.3] },
    bias: { type: 'INT32', shape: [3], data: [1, 2, 3] },
    y: { shape: [1, 4, 4, 3], scale: 2 },
    axes: ints(1, 2),
    mean: { shape: [1, 3], scale: 1 },
    shape: { type: 'INT32', shape: [2] },
    flat: { shape: [1, 3], scale: 1 },
    times: ints(1, 2),
    tiled: { shape: [1, 6], scale: 1 },
    out: { shape: [1, 6], scale: 1 / 256, zeroPoint: -128 },
  },
  operators: [
    { name: 'PAD', inputs: ['x', 'pads'], outputs: ['padded'] },
    {
      name: 'CONV_2D',
      inputs: ['padded', 'weights', 'bias'],
      outputs: ['y'],
      options: { padding: 1, strideH: 1, strideW: 1, dilationH: 1, dilationW: 1 },
    },
    { name: 'MEAN', inputs: ['y', 'axes'], outputs: ['mean'], options: { keepDims: false } },
    { name: 'SHAPE', inputs: ['mean'], outputs: ['shape'] },
    { name: 'RESHAPE', inputs: ['mean', 'shape'], outputs: ['flat'] },
    { name: 'TILE', inputs: ['flat', 'times'], outputs: ['tiled'] },
    { name: 'SOFTMAX', inputs: ['tiled'], outputs: ['out'], options: { beta: 1 } },
  ],
  inputs: ['x'],
  outputs: ['out'],
}
const file = writeTflite(spec)

/** Imports; anything but success and a clear error fails the test. */
function attempt(bytes: Uint8Array): 'imported' | 'refused' {
  try {
    importTflite(bytes, { name: 'hostile.tflite' })
    return 'imported'
  } catch (error) {
    if (!(error instanceof ImportError)) throw error
    expect(error.message).toMatch(/^hostile\.tflite: /)
    return 'refused'
  }
}

describe('files that are not what they claim to be', () => {
  it('are imported when whole', () => {
    expect(attempt(file)).toBe('imported')
  })

  it('are refused when cut off anywhere', () => {
    for (let length = 0; length < file.length; length += 3) {
      // What lies at the very end may be unread padding; all else is missed.
      const result = attempt(file.subarray(0, length))
      if (length < file.length - 16) expect(result).toBe('refused')
    }
  })

  it('never crash the importer when bytes are flipped', () => {
    const flips = fc.array(fc.tuple(fc.nat(file.length - 1), fc.integer({ min: 1, max: 255 })), {
      minLength: 1,
      maxLength: 6,
    })
    fc.assert(
      fc.property(flips, (changes) => {
        const broken = file.slice()
        for (const [position, mask] of changes) broken[position] = (broken[position] as number) ^ mask
        attempt(broken)
      }),
      { numRuns: 1500 },
    )
  })

  it('never crash the importer when words are replaced by extreme ones', () => {
    const extremes = [0, 1, -1, 2 ** 24, 2 ** 31 - 1, 0x7fc00000]
    for (let position = 0; position + 4 <= file.length; position += 4)
      for (const extreme of extremes) {
        const broken = file.slice()
        new DataView(broken.buffer).setInt32(position, extreme | 0, true)
        attempt(broken)
      }
  })

  it('never crash the importer when they are noise behind the identifier', () => {
    const noise = fc.uint8Array({ minLength: 8, maxLength: 400 })
    fc.assert(
      fc.property(noise, fc.nat(64), (bytes, root) => {
        const file = bytes.slice()
        file.set([root, 0, 0, 0, ...Buffer.from('TFL3')])
        expect(attempt(file)).toBe('refused')
      }),
      { numRuns: 1000 },
    )
  })

  it('cannot make the reader go over the same bytes without end', () => {
    const builder = new Builder(1 << 20)
    const name = builder.createString('n'.repeat(20_000))
    builder.startObject(8)
    builder.addFieldOffset(3, name, 0)
    const tensor = builder.endObject()
    builder.startVector(4, 50_000, 4)
    for (let index = 0; index < 50_000; index++) builder.addOffset(tensor)
    const tensors = builder.endVector()
    builder.startObject(5)
    builder.addFieldOffset(0, tensors, 0)
    const graph = builder.endObject()
    builder.startVector(4, 1, 4)
    builder.addOffset(graph)
    const graphs = builder.endVector()
    builder.startObject(5)
    builder.addFieldInt32(0, 3, 0)
    builder.addFieldOffset(2, graphs, 0)
    builder.finish(builder.endObject(), 'TFL3')
    expect(() => importTflite(builder.asUint8Array())).toThrow('it refers to the same bytes over and over')
  })

  it.each([
    [
      'another identifier',
      (bytes: Uint8Array) => bytes.set(Buffer.from('TFL2'), 4),
      /its identifier is "TFL2", not "TFL3"/,
    ],
    ['a root outside', (bytes: Uint8Array) => bytes.set([255, 255, 255, 255], 0), /runs past the end/],
  ])('are named: %s', (_, change, message) => {
    const broken = file.slice()
    change(broken)
    expect(() => importTflite(broken)).toThrow(message)
  })
})
