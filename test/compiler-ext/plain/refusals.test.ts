import { describe, expect, it } from 'vitest'
import { generatePlainContract } from '../../../compiler-ext/index.ts'
import { tensorOf } from '../../../isa/index.ts'
import type { Program } from '../../../model/index.ts'
import { type Sketch, sketch } from './programs.ts'

const plain = (program: Program) => generatePlainContract(program, { arithmetic: 'swar' })
const of = (build: (s: Sketch) => void) => () => plain(sketch(1, build))

describe('what generatePlainContract refuses', () => {
  it.each<[string, (s: Sketch) => void]>([
    [
      'step 0 MATMUL: a is int16, not int8',
      (s) => s.output('MATMUL', { attributes: {}, a: s.input('int16', 1, 3), b: s.constant('int8', 2, 3) }),
    ],
    [
      'step 0 MATMUL: b is not a constant',
      (s) => s.output('MATMUL', { attributes: {}, a: s.input('int8', 1, 3), b: s.input('int8', 2, 3) }),
    ],
    [
      'step 0 MATMUL: b is more than one matrix',
      (s) => s.output('MATMUL', { attributes: {}, a: s.input('int8', 2, 1, 3), b: s.constant('int8', 2, 2, 3) }),
    ],
    [
      'step 0 MATMUL: bias is not a constant',
      (s) => {
        const operands = { a: s.input('int8', 1, 3), b: s.constant('int8', 2, 3), bias: s.input('int32', 2) }
        s.output('MATMUL', { attributes: {}, ...operands })
      },
    ],
    [
      'step 0 CONV2D: weights is not a constant',
      (s) =>
        s.output('CONV2D', { attributes: {}, x: s.input('int8', 1, 3, 3, 1), weights: s.input('int8', 1, 2, 2, 1) }),
    ],
    [
      'step 1 RESCALE: multiplier is not a constant',
      (s) => {
        const x = s.emit('MATMUL', { attributes: {}, a: s.input('int8', 1, 3), b: s.constant('int8', 2, 3) })
        const attributes = { dtype: 1, perChannel: 1, low: -128, high: 127 }
        s.output('RESCALE', { attributes, x, multiplier: s.input('int32', 2), shift: s.constant('int8', 2) })
      },
    ],
    [
      'step 0 TABLE: x is int16, not int8',
      (s) => s.output('TABLE', { x: s.input('int16', 3), table: s.constant('int16', 513) }),
    ],
    [
      'step 1 SOFTMAX: table is not a constant',
      (s) => {
        const x = s.emit('CLAMP', { attributes: { low: 0, high: 1 }, x: s.input('int8', 3) })
        s.output('SOFTMAX', { attributes: {}, x, table: s.input('int32', 256) })
      },
    ],
    [
      'step 0 RSQRT: there is no form of it with ordinary opcodes here',
      (s) => s.output('RSQRT', { x: s.input('int32', 3) }),
    ],
    [
      'step 0 PAD: more than 16777216 bytes of memory',
      (s) => s.output('PAD', { attributes: { before0: 60000, before1: 300 }, x: s.input('int8', 1, 1) }),
    ],
    [
      'the code takes about ',
      (s) => {
        let x = s.input('int8', 1, 20)
        for (let layer = 0; layer < 80; layer++) {
          const attributes = { dtype: 1, low: -128, high: 127 }
          const sums = s.emit('MATMUL', { attributes: {}, a: x, b: s.constant('int8', 20 + layer, 20 + layer) })
          x = s.emit('RESCALE', { attributes, x: sums, multiplier: 2 ** 30, shift: -5 })
          x = s.emit('CONCAT', { attributes: { axis: 1 }, a: x, b: s.builder.constant(tensorOf('int8', [1, 1], [1])) })
        }
        s.builder.output(x)
      },
    ],
  ])('%s', (message, build) => {
    expect(of(build)).toThrow(RangeError)
    expect(of(build)).toThrow(message)
  })

  it.each(['', 'lower', 'A-B', 'A;'])('the name %j', (name) => {
    const program = sketch(1, (s) => s.output('CLAMP', { attributes: {}, x: s.input('int8', 1) }))
    expect(() => generatePlainContract(program, { name, arithmetic: 'swar' })).toThrow(
      'name: expected a capital letter',
    )
  })

  it('a program that is not valid', () => {
    expect(() => plain({ inputs: [], constants: [], steps: [], outputs: [] })).toThrow('outputs: a program needs')
  })
})
