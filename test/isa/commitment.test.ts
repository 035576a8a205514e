import { concat, keccak256, toBeHex } from 'ethers'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { byteLength, dataRoot, encodeType, merkleRoot, tensorBytes, tensorCommitment } from '../../isa/index.ts'
import { hexOfBytes } from '../vectorFile.ts'
import { anyTensors } from './arbitraries.ts'

/** Root of the whole tree over leaves, padded to a power of two, with nothing left out: the words of SPEC.md. */
function fullTree(leaves: readonly string[], padding: string): string {
  let nodes = [...leaves]
  while (!Number.isInteger(Math.log2(nodes.length))) nodes.push(padding)
  while (nodes.length > 1)
    nodes = nodes.flatMap((node, index) =>
      index % 2 === 0 ? [keccak256(concat([node, nodes[index + 1] as string]))] : [],
    )
  return nodes[0] as string
}

function fullDataTree(bytes: Uint8Array): string {
  const padded = new Uint8Array(256 * Math.ceil(bytes.length / 256))
  padded.set(bytes)
  const leaves = Array.from({ length: padded.length / 256 }, (_, leaf) =>
    keccak256(padded.subarray(256 * leaf, 256 * (leaf + 1))),
  )
  return fullTree(leaves, keccak256(new Uint8Array(256)))
}

const byteArrays = fc
  .integer({ min: 1, max: 3000 })
  .chain((length) => fc.uint8Array({ minLength: length, maxLength: length }))

describe('dataRoot', () => {
  it('is the root of the full tree, by another library', () => {
    fc.assert(
      fc.property(byteArrays, (bytes) => {
        expect(hexOfBytes(dataRoot(bytes))).toBe(fullDataTree(bytes))
      }),
    )
  })

  it.each([1, 255, 256, 257, 511, 512, 513, 768, 769, 1024, 1025, 1280, 2304])('of %i bytes', (length) => {
    const bytes = Uint8Array.from({ length }, (_, index) => index * 7 + 1)
    expect(hexOfBytes(dataRoot(bytes))).toBe(fullDataTree(bytes))
  })

  it('changes with any byte', () => {
    fc.assert(
      fc.property(byteArrays, fc.nat(), fc.integer({ min: 1, max: 255 }), (bytes, position, change) => {
        const changed = bytes.slice()
        changed[position % bytes.length] = (changed[position % bytes.length] as number) ^ change
        expect(dataRoot(changed)).not.toEqual(dataRoot(bytes))
      }),
    )
  })

  it('leaves the bytes as they are', () => {
    const bytes = Uint8Array.from({ length: 700 }, (_, index) => index)
    dataRoot(bytes)
    expect(bytes).toEqual(Uint8Array.from({ length: 700 }, (_, index) => index))
  })

  it('rejects no bytes', () => {
    expect(() => dataRoot(new Uint8Array())).toThrow('bytes: a tensor has at least one')
  })
})

describe('merkleRoot', () => {
  it('is the root of the full tree padded with zero words, by another library', () => {
    const words = fc.array(fc.uint8Array({ minLength: 32, maxLength: 32 }), { minLength: 1, maxLength: 40 })
    fc.assert(
      fc.property(words, (leaves) => {
        const before = leaves.map((leaf) => leaf.slice())
        expect(hexOfBytes(merkleRoot(leaves))).toBe(fullTree(leaves.map(hexOfBytes), `0x${'00'.repeat(32)}`))
        expect(leaves).toEqual(before)
      }),
    )
  })

  it('names what is wrong with its leaves', () => {
    expect(() => merkleRoot([])).toThrow('leaves: a tree needs at least one')
    expect(() => merkleRoot([new Uint8Array(32), new Uint8Array(31)])).toThrow('leaves[1]: 31 bytes, not 32')
  })
})

describe('tensorCommitment', () => {
  it('hashes the type word and the data root, by another library', () => {
    fc.assert(
      fc.property(anyTensors(), (x) => {
        const typeWord = toBeHex(encodeType(x), 32)
        expect(hexOfBytes(tensorCommitment(x, tensorBytes(x)))).toBe(
          keccak256(concat([typeWord, fullDataTree(tensorBytes(x))])),
        )
      }),
    )
  })

  it('differs for types that share their bytes', () => {
    const bytes = new Uint8Array(8)
    const types = [
      { dtype: 'int8', shape: [8] },
      { dtype: 'int8', shape: [2, 4] },
      { dtype: 'int8', shape: [4, 2] },
      { dtype: 'int16', shape: [4] },
      { dtype: 'int32', shape: [2] },
    ] as const
    const roots = types.map((type) => hexOfBytes(tensorCommitment(type, bytes)))
    expect(new Set(roots).size).toBe(types.length)
    for (const type of types) expect(byteLength(type)).toBe(bytes.length)
  })

  it('rejects bytes of another length', () => {
    expect(() => tensorCommitment({ dtype: 'int16', shape: [3] }, new Uint8Array(5))).toThrow(
      'bytes: int16[3] has 6 bytes, not 5',
    )
  })
})
