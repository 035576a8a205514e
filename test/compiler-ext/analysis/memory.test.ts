import { describe, expect, it } from 'vitest'
import { emptyFrame } from '../../../compiler-ext/analysis/frame.ts'
import { forgetMemory, joinMemories, loadWord, type Memory, storeWord } from '../../../compiler-ext/analysis/memory.ts'
import { randomFrom } from '../../model/randomProgram.ts'

const SIZE = 160

/** Memory as it is, next to what is known of it. */
type Both = { readonly bytes: Uint8Array; known: Memory }

function wordAt(bytes: Uint8Array, offset: number): bigint {
  return BigInt(`0x${Buffer.from(bytes.subarray(offset, offset + 32)).toString('hex')}`)
}

describe('known memory', () => {
  const random = randomFrom(5)
  const randomWord = () => (BigInt(random(2 ** 32)) << 224n) | BigInt(random(2 ** 32))

  function store(memory: Both, offset: number, word: bigint, isKnown: boolean): void {
    memory.bytes.set(Buffer.from(word.toString(16).padStart(64, '0'), 'hex'), offset)
    memory.known = storeWord(memory.known, isKnown ? BigInt(offset) : undefined, word)
  }

  function change(memory: Both): void {
    const offset = random(SIZE - 32)
    const length = random(40)
    switch (random(8)) {
      case 0:
        store(memory, offset, randomWord(), false)
        return
      case 1:
        memory.bytes.fill(random(256), offset, offset + length)
        memory.known = forgetMemory(memory.known, BigInt(offset), BigInt(length))
        return
      case 2:
        memory.bytes.fill(random(256), offset, offset + length)
        memory.known = forgetMemory(memory.known, BigInt(offset), undefined)
        return
      default:
        store(memory, offset, randomWord(), true)
    }
  }

  function check({ bytes, known }: Both): number {
    let count = 0
    for (let offset = 0; offset + 32 <= SIZE; offset++) {
      const word = loadWord(known, BigInt(offset))
      if (word === undefined) continue
      count++
      expect(word).toBe(wordAt(bytes, offset))
    }
    return count
  }

  it('is what memory holds, after writes that overlap', () => {
    let count = 0
    for (let round = 0; round < 200; round++) {
      const memory: Both = { bytes: new Uint8Array(SIZE + 64), known: new Map() }
      for (let i = 0; i < 12; i++) {
        change(memory)
        count += check(memory)
      }
    }
    expect(count).toBeGreaterThan(1000)
  })

  it('is what two memories have in common, where paths meet', () => {
    for (let round = 0; round < 200; round++) {
      const before: Both = { bytes: new Uint8Array(SIZE + 64), known: new Map() }
      for (let i = 0; i < 4; i++) change(before)
      const [a, b] = [0, 1].map((): Both => ({ bytes: before.bytes.slice(), known: before.known })) as [Both, Both]
      for (let i = 0; i < 3; i++) {
        change(a)
        change(b)
      }
      const known = joinMemories(a.known, emptyFrame, b.known, emptyFrame)
      check({ bytes: a.bytes, known })
      check({ bytes: b.bytes, known })
    }
  })

  it('does not reach where no memory can be paid', () => {
    const known = storeWord(new Map(), 1n << 200n, 1n)
    expect(loadWord(known, 1n << 200n)).toBeUndefined()
    expect(storeWord(storeWord(new Map(), 0n, 1n), 1n << 200n, 1n).size).toBe(0)
  })
})
