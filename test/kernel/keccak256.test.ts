import { keccak_256 } from '@noble/hashes/sha3.js'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createKeccak256 } from '../../kernel/index.ts'

const keccak256 = createKeccak256()
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

it('hashes "abc" as Ethereum does', () => {
  const digest = '4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45'
  expect(hex(keccak256(Buffer.from('abc')))).toBe(digest)
})

it('agrees with @noble/hashes at every length around a block and around a part', () => {
  const part = 8192 * 136
  const lengths = [...Array.from({ length: 600 }, (_, length) => length), part - 1, part, part + 1, 2 * part + 137]
  const message = Uint8Array.from({ length: 2 * part + 137 }, (_, index) => (index * 167 + (index >> 8)) % 256)
  for (const length of lengths)
    expect(hex(keccak256(message.subarray(0, length))), `${length} bytes`).toBe(
      hex(keccak_256(message.subarray(0, length))),
    )
})

it('agrees with @noble/hashes on random messages', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 1000 }), (message) => hex(keccak256(message)) === hex(keccak_256(message))),
    { numRuns: 500 },
  )
})
