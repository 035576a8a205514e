import { beforeAll, describe, expect, test } from 'vitest'
import { haltCodeOf } from '../../../evm-ext/errors.ts'
import { encodeAxisWord, type Field, instructions, type TensorType } from '../../../isa/index.ts'
import { createWasmKernel, type Kernel } from '../../../kernel/index.ts'
import { code, op } from '../../bytecode.ts'
import { runCode } from '../setup.ts'
import { instructionOf } from './programs.ts'
import { making, smallestCases, using } from './smallestCases.ts'
import { createWorld, type World } from './world.ts'

/** What a transaction can have, and what none can. */
const TRANSACTION_GAS = 2n ** 24n
const AMPLE_GAS = 2n ** 60n
const CAP = 2 ** 20
/** What a single instruction may take beside the arena. */
const SLACK = 8 * 2 ** 20

let world: World
let kernel: Kernel
beforeAll(async () => {
  kernel = createWasmKernel()
  world = await createWorld({ tensorArenaBytes: CAP }, kernel)
})

/** How an instruction ends on these operands, after it was seen that it took no memory to speak of. */
async function ending(mnemonic: string, tensors: readonly TensorType[], words: readonly bigint[], gas: bigint) {
  const [wasm, buffers] = [kernel.memory.buffer.byteLength, process.memoryUsage().arrayBuffers]
  const bytes = code(making(tensors), using(mnemonic, words, world.root))
  const { exceptionError } = await runCode(world.evm, [bytes], gas)
  expect(kernel.memory.buffer.byteLength - wasm).toBeLessThanOrEqual(4 * 2 ** 20)
  expect(process.memoryUsage().arrayBuffers - buffers).toBeLessThan(CAP + SLACK)
  return haltCodeOf(exceptionError) ?? exceptionError?.error ?? 'none'
}

/** A type word, of fields that may be of no type. */
function typeWord(dtype: number, rank: number, dimensions: readonly number[]): bigint {
  return dimensions.reduce(
    (word, dimension, axis) => word | (BigInt(dimension) << (16n + 32n * BigInt(axis))),
    BigInt(dtype) | (BigInt(rank) << 8n),
  )
}

const most = 2 ** 24 - 1
const malformed: Readonly<Record<string, bigint>> = {
  'rank 0': typeWord(1, 0, []),
  'rank 0 with a dimension': typeWord(1, 0, [1]),
  'rank 7': typeWord(1, 7, [1, 1, 1, 1, 1, 1]),
  'rank 255': typeWord(1, 255, [1, 1, 1, 1, 1, 1]),
  'dtype 0': typeWord(0, 1, [1]),
  'dtype 4': typeWord(4, 1, [1]),
  'dtype 255': typeWord(255, 1, [1]),
  'no word at all': 0n,
  'every bit': 2n ** 256n - 1n,
  'a dimension beyond the rank': typeWord(1, 1, [1, 1]),
  'a bit above all dimensions': typeWord(1, 6, [1, 1, 1, 1, 1, 1]) | (1n << 208n),
  'the top bit': typeWord(1, 1, [1]) | (1n << 255n),
  'a product of 2^32': typeWord(1, 2, [2 ** 16, 2 ** 16]),
  '2^32 bytes of int32': typeWord(3, 2, [2 ** 15, 2 ** 15]),
  'a product past 2^53': typeWord(1, 3, [2 ** 18, 2 ** 18, 2 ** 18]),
  'a product of 2^54 that is 0 modulo 2^32': typeWord(1, 3, [2 ** 22, 2 ** 22, 2 ** 10]),
  'the largest product, past 2^143': typeWord(3, 6, [most, most, most, most, most, most]),
  ...Object.fromEntries(
    [0, 1, 2, 3, 4, 5].flatMap((axis) =>
      [0, 2 ** 24, 2 ** 31, 2 ** 32 - 1].map((dimension) => [
        `dimension ${dimension} of axis ${axis}`,
        typeWord(1, 6, [1, 1, 1, 1, 1, 1].with(axis, dimension)),
      ]),
    ),
  ),
}
const large: readonly bigint[] = [
  typeWord(1, 1, [most]),
  typeWord(1, 6, [1, 1, 1, 1, 1, most]),
  typeWord(1, 2, [most, 256]),
  typeWord(2, 2, [2 ** 15, 2 ** 16 - 1]),
  typeWord(3, 2, [2 ** 15, 2 ** 15 - 1]),
]

const typed = smallestCases.filter(({ mnemonic }) => instructionOf(mnemonic).inputs.some(({ kind }) => kind === 'type'))

test('instructions with a type word are these', () => {
  expect(typed.map(({ mnemonic }) => mnemonic)).toEqual(['TMLOAD', 'TCALLDATALOAD', 'TCODELOAD', 'RESHAPE'])
})

describe.each(typed)('the type word of $mnemonic', ({ mnemonic, tensors, words }) => {
  const at = instructionOf(mnemonic).inputs.findIndex(({ kind }) => kind === 'type')

  test.each(Object.entries(malformed))('%s is no type', async (_, word) => {
    expect(await ending(mnemonic, tensors, words.with(at, word), AMPLE_GAS)).toBe('BadTypeWord')
  })

  test('a type of up to 2^32-1 bytes is out of gas, or more than the arena for who has it', async () => {
    for (const word of large) {
      const [poor, rich] = [
        await ending(mnemonic, tensors, words.with(at, word), TRANSACTION_GAS / 64n),
        await ending(mnemonic, tensors, words.with(at, word), AMPLE_GAS),
      ]
      if (mnemonic === 'RESHAPE') expect([poor, rich]).toEqual([expect.stringMatching(/Mismatch$/), poor])
      else expect([poor, rich]).toEqual(['out of gas', 'ArenaFull'])
    }
  })
})

/** Stack words that are nothing but numbers, in every size at which arithmetic may change. */
const numbers = [0, 1, 5, 8, 16, 24, 31, 32, 33, 52, 53, 54, 63, 64, 96, 128, 192, 255].flatMap((bits) => [
  2n ** BigInt(bits) - 1n,
  2n ** BigInt(bits),
])
const axisFields = [1, 2, 2 ** 16, most, 2 ** 24, 2 ** 31, 2 ** 32 - 1]
const axisWords = axisFields.flatMap((value) => [
  encodeAxisWord([value]),
  encodeAxisWord([1, value]),
  encodeAxisWord([value, value, value, value, value, value]),
])
const plain = [...numbers, ...axisWords, 2n ** 256n - 1n]

/** Stored values of a field at its ends. */
function extremes({ bits }: Field): readonly bigint[] {
  return [...new Set([0n, 1n, 2n ** BigInt(bits - 1) - 1n, 2n ** BigInt(bits - 1), 2n ** BigInt(bits) - 1n])]
}

/** Attribute words with one field at an end and the others as they are, with each pair of ends, and with all at one. */
function attributeWords(mnemonic: string, word: bigint): readonly bigint[] {
  const fields = instructionOf(mnemonic).attributes?.fields ?? []
  let position = 0n
  const placed = fields.map((field) => {
    const shift = position
    position += BigInt(field.bits)
    const mask = (2n ** BigInt(field.bits) - 1n) << shift
    return (value: bigint, into: bigint) => (into & ~mask) | (value << shift)
  })
  const single = fields.flatMap((field, index) => extremes(field).map((value) => placed[index]?.(value, word) ?? word))
  const pairs = fields.flatMap((field, index) => {
    const next = fields[(index + 1) % fields.length] as Field
    const put = (value: bigint, other: bigint) =>
      placed[(index + 1) % fields.length]?.(other, placed[index]?.(value, word) ?? word) ?? word
    return extremes(field).flatMap((value) => extremes(next).map((other) => put(value, other)))
  })
  return [...single, ...pairs, 2n ** position - 1n, 2n ** position, 2n ** 256n - 1n]
}

/** Tensors as long, as wide or as deep as the arena lets them be, in the place of the smallest. */
function stretched(tensors: readonly TensorType[]): readonly (readonly TensorType[])[] {
  const grown = ({ dtype, shape }: TensorType, axis: number, size: number): TensorType => ({
    dtype,
    shape: shape.with(axis % shape.length, size),
  })
  return [tensors, ...[1, 3].map((axis) => tensors.map((type) => grown(type, axis, 40_000)))]
}

const allowed =
  /^(none|out of gas|BadAttribute|ShapeMismatch|TypeMismatch|ArenaFull|BadHandle|IndexOutOfRange|BadTypeWord|UnknownModel)$/

describe.each(smallestCases)('the words of $mnemonic', ({ mnemonic, tensors, words }) => {
  const { inputs } = instructionOf(mnemonic)

  /** EVM memory is bought by its own rule: gas without end would buy it without end. */
  const rich = inputs.some(({ kind }) => kind === 'memory') ? TRANSACTION_GAS : AMPLE_GAS

  test.each([TRANSACTION_GAS / 64n, rich])('end it as SPEC says, whatever they hold, with %i gas', async (gas) => {
    const seen = new Set<string>()
    for (const [index, { kind }] of inputs.entries()) {
      const isAttributes = kind === 'attributes'
      const hostile = isAttributes ? attributeWords(mnemonic, words[index] as bigint) : plain
      const shapes = isAttributes || kind === 'word' ? stretched(tensors) : [tensors]
      for (const types of shapes)
        for (const word of hostile) seen.add(await ending(mnemonic, types, words.with(index, word), gas))
    }
    for (const end of seen) expect(end).toMatch(allowed)
    if (gas === AMPLE_GAS) expect(seen).not.toContain('out of gas')
  })
})

test('multiples and sizes whose product passes 2^32, 2^53 or 2^143 are refused before anything is done', async () => {
  const cube: TensorType = { dtype: 'int8', shape: [2, 2, 2, 2, 2, 2] }
  for (const factor of [2 ** 5, 2 ** 9, 2 ** 22]) {
    const multiples = encodeAxisWord([factor, factor, factor, factor, factor, factor])
    expect(await ending('TILE', [cube], [multiples, 1n], AMPLE_GAS)).toMatch(/^(ShapeMismatch|ArenaFull)$/)
  }
  const axes = { value: 0, ...Object.fromEntries([0, 1, 2, 3, 4, 5].map((axis) => [`before${axis}`, 65_535])) }
  const pads = instructionOf('PAD').attributes?.encode(axes) as bigint
  expect(await ending('PAD', [cube], [pads, 1n], AMPLE_GAS)).toBe('ShapeMismatch')
})

test('an unassigned second byte, and none, are no instruction', async () => {
  const assigned = new Set(instructions.map(({ opcode }) => opcode))
  for (let second = 0; second < 256; second++) {
    if (assigned.has(second)) continue
    const { exceptionError } = await runCode(world.evm, [Uint8Array.of(0xae, second)], AMPLE_GAS)
    expect(haltCodeOf(exceptionError)).toBe('UndefinedInstruction')
  }
  const { exceptionError } = await runCode(world.evm, [op('TSPACE'), Uint8Array.of(0xae)], AMPLE_GAS)
  expect(haltCodeOf(exceptionError)).toBe('UndefinedInstruction')
})
