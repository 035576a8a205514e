import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { disagreement } from '../../bench/harness/agreement.ts'
import { readOptions } from '../../bench/harness/options.ts'
import { tfliteOf } from '../../benchmark/tfliteFile/tfliteOf.ts'
import { withValidAxes } from '../../benchmark/tfliteFile/validAxes.ts'
import { heldOutDigits } from '../../examples/mnist/digits.ts'
import { createTensor, type Tensor, type TensorType } from '../../isa/index.ts'
import { decodeModel, importTflite, interpret, type Program, withRounding } from '../../model/index.ts'
import { writeTflite } from '../model/tflite/writer.ts'

test('a bias gets an axis that it has, and nothing else of the file changes', () => {
  const file = (dimension: number) =>
    writeTflite({
      tensors: {
        x: { shape: [1, 2, 2, 1], scale: 1, zeroPoint: 0 },
        w: { shape: [1, 1, 1, 2], data: [1, 2], scale: [1, 2], zeroPoint: [0, 0], dimension: 3 },
        bias: { type: 'INT32', shape: [2], data: [3, 4], scale: [1, 2], zeroPoint: [0, 0], dimension },
        y: { shape: [1, 2, 2, 2], scale: 1, zeroPoint: 0 },
      },
      operators: [{ name: 'DEPTHWISE_CONV_2D', inputs: ['x', 'w', 'bias'], outputs: ['y'] }],
      inputs: ['x'],
      outputs: ['y'],
    })
  const differences = (a: Uint8Array, b: Uint8Array) => [...a.keys()].filter((index) => a[index] !== b[index])
  const corrected = withValidAxes(file(3))
  const place = differences(file(3), file(2))
  expect(differences(file(3), corrected)).toEqual(place)
  expect(place.map((index) => corrected[index])).toEqual([0])
  // The axis 0 is the default, which the writer leaves out: there is nothing to change.
  expect(withValidAxes(file(0))).toEqual(file(0))
})

test('the digit model written as a TFLite file computes what the program does', () => {
  const program = withRounding(
    decodeModel(readFileSync(new URL('../../examples/mnist/model.tensor', import.meta.url))),
    'single',
  )
  const { program: imported } = importTflite(tfliteOf(program), { rounding: 'single' })
  const infer = (program: Program, pixels: Int8Array) => {
    const input = createTensor(program.inputs[0] as TensorType)
    input.data.set(pixels)
    return Array.from((interpret(program, [input])[0] as Tensor).data)
  }
  for (const { pixels } of heldOutDigits(3)) expect(infer(imported, pixels)).toEqual(infer(program, pixels))
})

test('results agree within a tolerance', () => {
  expect(disagreement([1, 2], [1, 2])).toBeUndefined()
  expect(disagreement([1], [1, 2])).toBe('gives 1 elements, not 2')
  expect(disagreement([1, 3], [1, 2])).toBe('gives 3 at 1, not 2')
  expect(disagreement([1, Number.NaN], [1, 2], { difference: 1, part: 1 })).toBe('gives NaN at 1, not 2')
  expect(disagreement([1, 3], [1, 2], { difference: 1, part: 0.5 })).toBeUndefined()
  expect(disagreement([2, 3], [1, 2], { difference: 1, part: 0.5 })).toBe('2 of 2 elements differ')
})

test('the command line says what to run', () => {
  const options = readOptions(['GEMM', '--json', '--no-peers', '--rounds', '3'])
  expect([options.json, options.peers, options.rounds]).toEqual([true, false, 3])
  expect([options.wants('gemm 1x2x3'), options.wants('elements')]).toEqual([true, false])
  expect(readOptions([]).wants('anything')).toBe(true)
  expect(() => readOptions(['--rounds', '0'])).toThrow('--rounds: expected a positive integer, found 0')
  expect(() => readOptions(['--fast'])).toThrow('--fast')
})
