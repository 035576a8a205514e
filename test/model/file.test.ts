import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { tensorOf } from '../../isa/index.ts'
import { createProgramBuilder, decodeModel, encodeModel, type Program } from '../../model/index.ts'
import { randomProgram } from './randomProgram.ts'

function smallProgram(): Program {
  const builder = createProgramBuilder()
  const a = builder.input({ dtype: 'int8', shape: [1, 3] })
  const b = builder.constant(tensorOf('int8', [2, 3], [1, 2, 3, 4, 5, 6]))
  const bias = builder.constant(tensorOf('int32', [2], [7, -8]))
  builder.output(builder.emit('MATMUL', { attributes: {}, a, b, bias }))
  return builder.build()
}

function patched(bytes: Uint8Array, offset: number, values: readonly number[]): Uint8Array {
  const copy = Uint8Array.from(bytes)
  copy.set(values, offset)
  return copy
}

// The parts of the small file: header, an input, an output, a step, two constant types, then the two constants aligned.
const INPUT = 32
const OUTPUT = 64
const STEP = 96
const TYPES = 256
const DATA = 320
const SECOND = 384
const END = 392

describe('model files', () => {
  const file = encodeModel(smallProgram())

  it('lays the parts out as documented', () => {
    expect(file.length).toBe(END)
    expect(new TextDecoder().decode(file.subarray(0, 8))).toBe('TENSOREV')
    expect([...file.subarray(8, 32)]).toEqual([
      ...[0, 0, 0, 1],
      ...[0, 0, 0, 1],
      ...[0, 0, 0, 1],
      ...[0, 0, 0, 1],
      ...[0, 0, 0, 2],
      ...[0, 0, 0, 0],
    ])
    expect(Buffer.from(file.subarray(INPUT, OUTPUT)).toString('hex')).toBe('3000000010201'.padStart(64, '0'))
    expect(file[STEP - 1]).toBe(4)
    expect(Buffer.from(file.subarray(STEP, STEP + 32)).toString('hex')).toBe('ae10'.padStart(64, '0'))
    expect([63, 95, 127, 159].map((end) => file[STEP + end])).toEqual([0, 1, 2, 3])
    expect(file.subarray(DATA, DATA + 6)).toEqual(Uint8Array.of(1, 2, 3, 4, 5, 6))
    expect(file.subarray(SECOND)).toEqual(Uint8Array.of(7, 0, 0, 0, 0xf8, 0xff, 0xff, 0xff))
  })

  it('come back as the program they were made from', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const { program } = randomProgram(seed)
        const bytes = encodeModel(program)
        const decoded = decodeModel(bytes)
        expect(decoded).toEqual(program)
        expect(encodeModel(decoded)).toEqual(bytes)
      }),
    )
  })

  it('are read from any place in a buffer', () => {
    const shifted = new Uint8Array(file.length + 3)
    shifted.set(file, 3)
    expect(decodeModel(shifted.subarray(3))).toEqual(smallProgram())
  })

  it('are refused when cut off anywhere', () => {
    for (let length = 0; length < file.length; length++)
      expect(() => decodeModel(file.subarray(0, length))).toThrow(/^model file: /)
  })

  it('have one form only: a changed byte is refused or means another program', () => {
    fc.assert(
      fc.property(fc.nat(END - 1), fc.integer({ min: 1, max: 255 }), (offset, change) => {
        const changed = patched(file, offset, [(file[offset] as number) ^ change])
        let program: Program
        try {
          program = decodeModel(changed)
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError)
          expect((error as Error).message).toMatch(/^model file: /)
          return
        }
        expect(program).not.toEqual(smallProgram())
        expect(encodeModel(program)).toEqual(changed)
      }),
      { numRuns: 1000 },
    )
  })

  const hostile: [string, Uint8Array][] = [
    ['0 bytes are too few for a header', new Uint8Array()],
    ['does not begin with TENSOREV', patched(file, 0, [0])],
    ['format version 2, not 1', patched(file, 11, [2])],
    ['at least 137438953728 expected', patched(file, 12, [0xff, 0xff, 0xff, 0xff])],
    ['at least 687194767360 expected', patched(file, 20, [0xff, 0xff, 0xff, 0xff])],
    ['reserved bytes of the header are not zero', patched(file, 31, [1])],
    ['BadTypeWord: unknown dtype code 9', patched(file, OUTPUT - 1, [9])],
    ['output 0: value 99', patched(file, STEP - 1, [100])],
    ['0xaeff is not an instruction', patched(file, STEP + 31, [0xff])],
    ['0x100ae10 is not an instruction', patched(file, STEP + 28, [1])],
    [
      'step 0 TMLOAD: not a compute instruction',
      patched(patched(file, STEP + 31, [0x01]), STEP + 32, new Array(128).fill(0)),
    ],
    ['TADD has 2 operands, more are set', patched(file, STEP + 31, [0x28])],
    ['step 0 MATMUL: a: value 98', patched(file, STEP + 95, [99])],
    ['392 bytes, not 67109192', patched(file, TYPES, [...new Array(26).fill(0), 0, 0xff, 0xff, 0xff, 1, 3])],
    ['padding before constant 1 is not zero', patched(file, SECOND - 1, [1])],
    ['393 bytes, not 392', Uint8Array.of(...file, 0)],
  ]
  it.each(hostile)('are refused with: %s', (message, bytes) => {
    expect(() => decodeModel(bytes)).toThrow(RangeError)
    expect(() => decodeModel(bytes)).toThrow(message)
  })

  it('are not written for programs that are not valid', () => {
    expect(() => encodeModel({ ...smallProgram(), outputs: [9] })).toThrow('output 0: value 9')
  })
})
