import { describe, expect, it } from 'vitest'
import { code, loop, MAX_CODE_BYTES, repeat } from '../../../calibration/blocks/bytecode.ts'

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

describe('bytecode of blocks', () => {
  it('pushes words with the shortest PUSH', () => {
    expect(hex(code(0, 1, 255n, 256, 2n ** 256n - 1n))).toBe(`5f600160ff6101007f${'ff'.repeat(32)}`)
  })

  it('knows opcodes by name, tensor instructions among them', () => {
    expect(hex(code('JUMPDEST', 'DUP1', 'DUP16', 'SWAP1', 'SWAP16', 'LOG0', 'LOG4', 'CLZ', 'TSPACE'))).toBe(
      '5b808f909fa0a41eae08',
    )
    expect(hex(code(Uint8Array.of(0xfe), repeat(3, code('POP'))))).toBe('fe505050')
  })

  it('refuses what is no word and no opcode', () => {
    for (const word of [-1, 2n ** 256n]) expect(() => code(word)).toThrow('is not a word')
    for (const name of ['DUP0', 'DUP17', 'SWAP17', 'LOG5', 'NOPE']) expect(() => code(name)).toThrow(name)
  })

  it('turns a loop whose counter lies below the words of the prologue', () => {
    // PUSH0 CALLDATALOAD, PUSH1 7, JUMPDEST, body, SWAP1 PUSH1 1 SWAP1 SUB SWAP1 DUP2 PUSH1 4 JUMPI STOP
    expect(hex(loop(code(7), code('NOT'), 1))).toBe('5f3560075b1990600190039081600457' + '00')
    expect(hex(loop(code(), code('GAS', 'POP')))).toBe('5f355b5a50600190038060025700')
  })

  it('refuses a contract longer than a chain takes', () => {
    expect(() => loop(code(), new Uint8Array(MAX_CODE_BYTES))).toThrow(`more than ${MAX_CODE_BYTES}`)
  })
})
