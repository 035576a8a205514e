import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { instructionByMnemonic, tensorOf } from '../../isa/index.ts'
import { createProgramBuilder, interpret, valueTypes } from '../../model/index.ts'
import { foldedProgram, randomProgram } from './randomProgram.ts'

const row = { dtype: 'int8', shape: [1, 3] } as const
const weights = tensorOf('int8', [2, 3], [1, 2, 3, 4, 5, 6])

describe('createProgramBuilder', () => {
  it('encodes operands by name in stack order', () => {
    const builder = createProgramBuilder()
    const x = builder.input(row)
    const w = builder.constant(weights)
    const product = builder.emit('MATMUL', { b: w, a: x, attributes: { zeroPointA: -1 } })
    const scaled = builder.emit('RESCALE', {
      attributes: { dtype: 1, low: -128, high: 127 },
      x: product,
      multiplier: 2 ** 30,
      shift: -2,
    })
    builder.output(builder.emit('RESHAPE', { type: { dtype: 'int8', shape: [2] }, x: scaled }))
    expect(builder.typeOf(product)).toEqual({ dtype: 'int32', shape: [1, 2] })
    const { steps, outputs } = builder.build()
    expect(steps.map(({ instruction }) => instruction.mnemonic)).toEqual(['MATMUL', 'RESCALE', 'RESHAPE'])
    expect(steps.map(({ operands }) => operands)).toEqual([
      [0xffffn, 1n, 2n, 0n],
      [(127n << 83n) | (BigInt.asUintN(32, -128n) << 51n) | 1n, 3n, 2n ** 30n, 2n ** 256n - 2n],
      [0x20101n, 4n],
    ])
    expect(outputs).toEqual([4])
  })

  it('takes raw words and packs numbers an axis', () => {
    const builder = createProgramBuilder()
    const x = builder.input(row)
    const packed = builder.emit('SLICE', { begin: [0, 1], size: [1, 2], stride: 0, x })
    const raw = builder.emit('SLICE', { begin: 1n << 32n, size: 0x200000001n, stride: 0n, x })
    for (const value of [packed, raw]) builder.output(value)
    const [first, second] = builder.build().steps
    expect(first?.operands).toEqual(second?.operands)
  })

  it('gives a constant of equal type and bytes its number again, and no other', () => {
    const builder = createProgramBuilder()
    const value = builder.constant(weights)
    expect(builder.constant(tensorOf('int8', [2, 3], [1, 2, 3, 4, 5, 6]))).toBe(value)
    expect(builder.constant(tensorOf('int8', [3, 2], [1, 2, 3, 4, 5, 6]))).not.toBe(value)
    expect(builder.constant(tensorOf('int8', [2, 3], [1, 2, 3, 4, 5, 7]))).not.toBe(value)
    const word = builder.constant(tensorOf('int32', [1], [0]))
    expect(builder.constant(tensorOf('int8', [4], [0, 0, 0, 0]))).not.toBe(word)
  })

  it('leaves out what no output needs and numbers the rest anew', () => {
    const builder = createProgramBuilder()
    const unused = builder.constant(tensorOf('int8', [1], [9]))
    const w = builder.constant(weights)
    const x = builder.input(row)
    const deadWeights = builder.constant(tensorOf('int8', [1, 3], [7, 8, 9]))
    const dead = builder.emit('MATMUL', { attributes: {}, a: x, b: deadWeights })
    const doubled = builder.emit('TADD', { a: dead, b: dead })
    const y = builder.emit('MATMUL', { attributes: {}, a: x, b: w })
    const spare = builder.input(row)
    builder.output(y)
    const { program, numbers } = builder.buildNumbered()
    expect(program.inputs).toEqual([row, row])
    expect(program.constants).toEqual([weights])
    expect(program.steps.map(({ operands }) => operands)).toEqual([[0n, 1n, 3n, 0n]])
    expect([x, spare, w, y].map((value) => numbers.get(value))).toEqual([0, 1, 2, 3])
    expect([unused, deadWeights, dead, doubled].some((value) => numbers.has(value))).toBe(false)
    expect(program.outputs).toEqual([3])
  })

  it('carries out steps whose tensors are all constants', () => {
    const builder = createProgramBuilder()
    const a = builder.constant(tensorOf('int8', [1, 3], [1, 2, 3]))
    const sum = builder.emit('MATMUL', { attributes: {}, a, b: builder.constant(weights) })
    builder.output(sum)
    expect(builder.constantOf(sum)).toEqual(tensorOf('int32', [1, 2], [14, 32]))
    expect(builder.build()).toEqual({
      inputs: [],
      constants: [tensorOf('int32', [1, 2], [14, 32])],
      steps: [],
      outputs: [0],
    })
  })

  it('folds to what the instructions would have given', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const { program, inputs, folded } = foldedProgram(seed)
        expect(folded.steps).toEqual([])
        expect(interpret(folded, [])).toEqual(interpret(program, inputs))
      }),
    )
  })

  it('builds valid programs only', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const { program } = randomProgram(seed)
        valueTypes(program)
      }),
    )
  })

  it('may build more than once', () => {
    const builder = createProgramBuilder()
    const x = builder.input(row)
    builder.output(x)
    expect(builder.build()).toEqual(builder.build())
    builder.output(builder.emit('CLAMP', { attributes: { low: 0, high: 6 }, x }))
    expect(builder.build().outputs).toEqual([0, 1])
  })

  it('names the step and the operand that is wrong', () => {
    const builder = createProgramBuilder()
    const x = builder.input(row)
    const w = builder.constant(weights)
    const attempt =
      (mnemonic: string, operands: Parameters<typeof builder.emit>[1]): (() => number) =>
      () =>
        builder.emit(mnemonic, operands)
    const good = { attributes: {}, a: x, b: w }
    builder.emit('MATMUL', good)
    expect(attempt('MATMUL', { attributes: {}, a: x })).toThrow(TypeError)
    expect(attempt('MATMUL', { attributes: {}, a: x })).toThrow('step 2 MATMUL: b: missing')
    expect(attempt('MATMUL', { ...good, c: x })).toThrow('step 3 MATMUL: c: no such operand')
    expect(attempt('MATMUL', { ...good, b: 99 })).toThrow('step 4 MATMUL: b: value 99 does not exist')
    expect(attempt('MATMUL', { ...good, b: { zeroPointA: 1 } })).toThrow('b: {"zeroPointA":1} is not a value number')
    expect(attempt('MATMUL', { ...good, attributes: { zeroPoint: 1 } })).toThrow(
      'step 6 MATMUL: attributes: zeroPoint: no such attribute',
    )
    expect(attempt('MATMUL', { ...good, attributes: { zeroPointA: 500 } })).toThrow(
      'step 7 MATMUL: BadAttribute: zeroPointA is 500, not in -128..127',
    )
    expect(attempt('MATMUL', { ...good, a: w, b: builder.constant(tensorOf('int8', [1, 1], [0])) })).toThrow(
      'ShapeMismatch: inner dimensions 3 and 1 differ',
    )
    expect(attempt('SLICE', { begin: [0, -1], size: 0, stride: 0, x })).toThrow('step 9 SLICE: begin: ')
    expect(attempt('RESHAPE', { type: { dtype: 'int8', shape: [0] }, x })).toThrow('step 10 RESHAPE: type: ')
    expect(attempt('TMLOAD', { type: 0n, offset: 0 })).toThrow('step 11: TMLOAD is not the mnemonic of a compute')
    expect(attempt('NOTHING', {})).toThrow('step 12: NOTHING is not the mnemonic of a compute instruction')
    expect(() => builder.typeOf(77)).toThrow('value 77 does not exist')
    expect(() => builder.build()).toThrow('outputs: a program needs at least one')
  })

  it('takes an instruction as well as its mnemonic', () => {
    const builder = createProgramBuilder()
    const clamp = instructionByMnemonic.get('CLAMP')
    if (!clamp) throw new Error('CLAMP is not an instruction')
    builder.output(builder.emit(clamp, { attributes: { low: 0, high: 6 }, x: builder.input(row) }))
    expect(builder.build().steps[0]?.instruction).toBe(clamp)
  })
})
