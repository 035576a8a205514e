import { describe, expect, it } from 'vitest'
import { ImportError, importTflite } from '../../../model/tflite/import.ts'
import { everyInt8, importSpec, ints, mnemonics, oneOperator, runSpec, saturate, scaled } from './reference.ts'
import { type ModelSpec, writeTflite } from './writer.ts'

const f32 = Math.fround
const x = { shape: [1, 256], scale: f32(0.05), zeroPoint: 10 }
const y = { shape: [1, 256], scale: f32(0.03), zeroPoint: -20 }

function problems(spec: ModelSpec): readonly string[] {
  try {
    importSpec(spec)
  } catch (error) {
    expect(error).toBeInstanceOf(ImportError)
    return (error as ImportError).problems
  }
  throw new Error('the model was imported')
}

describe('QUANTIZE and DEQUANTIZE', () => {
  it('rescale between int8 scales', () => {
    const expected = everyInt8.map((q) => saturate(scaled(q - 10, x.scale / y.scale, 'double') - 20))
    expect(runSpec(oneOperator('QUANTIZE', { x }, { y }), [everyInt8])).toEqual([expected])
  })

  it('vanish at the boundary of the graph', () => {
    const real = { type: 'FLOAT32', shape: [1, 256] }
    const model: ModelSpec = {
      tensors: { real, x, y: x, out: real },
      operators: [
        { name: 'QUANTIZE', inputs: ['real'], outputs: ['x'] },
        { name: 'RELU', inputs: ['x'], outputs: ['y'] },
        { name: 'DEQUANTIZE', inputs: ['y'], outputs: ['out'] },
      ],
      inputs: ['real'],
      outputs: ['out'],
    }
    const { program, inputs, outputs, notes } = importSpec(model)
    expect(mnemonics(program)).toEqual(['CLAMP'])
    const port = { type: { dtype: 'int8', shape: [1, 256] }, scale: x.scale, zeroPoint: 10 }
    expect(inputs).toEqual([{ name: 'real', ...port }])
    expect(outputs).toEqual([{ name: 'out', ...port }])
    expect(notes).toHaveLength(2)
    expect(runSpec(model, [everyInt8])).toEqual([everyInt8.map((q) => Math.max(q, 10))])
  })

  it('take uint8 at the boundary as int8, less by 128', () => {
    const byte = { type: 'UINT8', shape: [1, 256], scale: x.scale, zeroPoint: 138 }
    const bytes = { ...byte, scale: y.scale, zeroPoint: 108 }
    const model: ModelSpec = {
      tensors: { byte, x, y, bytes },
      operators: [
        { name: 'QUANTIZE', inputs: ['byte'], outputs: ['x'] },
        { name: 'QUANTIZE', inputs: ['x'], outputs: ['y'] },
        { name: 'QUANTIZE', inputs: ['y'], outputs: ['bytes'] },
      ],
      inputs: ['byte'],
      outputs: ['bytes'],
    }
    const { program, inputs, outputs } = importSpec(model)
    expect(mnemonics(program)).toEqual(['RESCALE'])
    expect([inputs[0]?.zeroPoint, outputs[0]?.zeroPoint]).toEqual([10, -20])
    const expected = everyInt8.map((q) => saturate(scaled(q - 10, x.scale / y.scale, 'double') - 20))
    expect(runSpec(model, [everyInt8])).toEqual([expected])
  })
})

describe('what is not supported', () => {
  it('is listed all at once, by operator and tensors, without what only follows from it', () => {
    const model: ModelSpec = {
      tensors: { x, a: x, b: x, c: x, d: x, e: x },
      operators: [
        { name: 'LSTM', inputs: ['x'], outputs: ['a'] },
        { name: 'RELU', inputs: ['a'], outputs: ['b'] },
        { name: 'SVDF', inputs: ['b'], outputs: ['c'] },
        { name: 'ADD', inputs: ['x', 'x'], outputs: ['d'], options: { activation: 4 } },
        { name: 'ADD', inputs: ['c', 'd'], outputs: ['e'] },
      ],
      inputs: ['x'],
      outputs: ['e'],
    }
    expect(problems(model)).toEqual([
      'operator 0 LSTM "x" -> "a": this operator is not supported',
      'operator 2 SVDF "b" -> "c": this operator is not supported',
      'operator 3 ADD "x", "x" -> "d": its fused activation 4 is not a clamp',
    ])
    expect(() => importSpec(model)).toThrow(
      /^test\.tflite: 3 problems: operator 0 LSTM .* not supported; operator 2 SVDF .* supported; operator 3 ADD .* not a clamp$/,
    )
  })

  it('is cut short where it is much', () => {
    const names = Array.from({ length: 10 }, (_, index) => `problem${index}`)
    expect(new ImportError('a.tflite', names.slice(0, 8)).message).toMatch(/^a\.tflite: 8 problems: .*; problem7$/)
    const { message, problems: kept } = new ImportError('a.tflite', names)
    expect(message).toMatch(/^a\.tflite: 10 problems: problem0; .*; problem7; and 2 more$/)
    expect(kept).toEqual(names)
  })

  const weights = { shape: [2, 4], data: [1, 2, 3, 4, 5, 6, 7, 8], scale: 1 }
  const row = { shape: [1, 4], scale: 1, zeroPoint: 0 }
  const two = { shape: [1, 2], scale: 1, zeroPoint: 0 }
  const cases: Record<string, readonly [ModelSpec, RegExp]> = {
    'float graphs': [
      oneOperator('RELU', { p: { type: 'FLOAT32', shape: [2] } }, { q: { type: 'FLOAT32', shape: [2] } }),
      /input "p": it is FLOAT32 and the graph does not quantize it/,
    ],
    'hybrid weights': [
      oneOperator('FULLY_CONNECTED', { p: row, w: { ...weights, type: 'INT4', data: [1, 2, 3, 4] } }, { q: two }),
      /"w" is INT4/,
    ],
    'a uint8 graph': [
      oneOperator('RELU', { p: { ...row, type: 'UINT8' } }, { q: { ...row, type: 'UINT8' } }),
      /"q" is UINT8/,
    ],
    'a dimension that is not known': [
      oneOperator('RELU', { p: { ...row, shape: [-1, 4] } }, { q: row }),
      /"p" has shape \[-1,4\]; every dimension must be known/,
    ],
    'a declared shape that is wrong': [
      oneOperator('FULLY_CONNECTED', { p: row, w: weights }, { q: row }),
      /it computes int8 \[1,2\], the file declares INT8 \[1,4\] for "q"/,
    ],
    'a tensor without a scale': [oneOperator('RELU', { p: { shape: [4] } }, { q: row }), /"p" has no scale/],
    'a constant of the wrong size': [
      oneOperator('FULLY_CONNECTED', { p: row, w: { ...weights, data: [1, 2, 3] } }, { q: two }),
      /"w" has 3 bytes, not 8/,
    ],
    'a shape that is only known at run time': [
      oneOperator('RESHAPE', { p: row, to: { type: 'INT32', shape: [2] } }, { q: row }),
      /"to" must be a constant/,
    ],
    'weights with zero points in a convolution': [
      oneOperator(
        'CONV_2D',
        { p: { ...row, shape: [1, 2, 2, 1] }, w: { ...weights, shape: [2, 2, 2, 1], zeroPoint: 3 } },
        { q: { ...two, shape: [1, 1, 1, 2] } },
        { padding: 1, strideH: 1, strideW: 1 },
      ),
      /the zero points of "w" are not all 0/,
    ],
    'a stride of 0': [
      oneOperator(
        'CONV_2D',
        { p: { ...row, shape: [1, 2, 2, 1] }, w: { ...weights, shape: [2, 2, 2, 1] } },
        { q: { ...two, shape: [1, 1, 1, 2] } },
        { padding: 1 },
      ),
      /its strides are 0 and 0/,
    ],
    'what the type rule of an instruction refuses': [
      oneOperator(
        'SOFTMAX',
        { p: { ...row, shape: [1, 5000] } },
        { q: { shape: [1, 5000], scale: 1 / 256, zeroPoint: -128 } },
        { beta: 1 },
      ),
      /SOFTMAX: ShapeMismatch: the last axis of x is 5000/,
    ],
    'scales that a kernel does not rescale': [
      oneOperator(
        'MAX_POOL_2D',
        { p: { ...row, shape: [1, 2, 2, 1] } },
        { q: { scale: 2, zeroPoint: 0, shape: [1, 1, 1, 1] } },
        { padding: 1, strideH: 1, strideW: 1, windowH: 2, windowW: 2 },
      ),
      /the scales of its input and output differ/,
    ],
    'operators out of order': [
      {
        tensors: { p: row, q: row, r: row },
        operators: [
          { name: 'RELU', inputs: ['q'], outputs: ['r'] },
          { name: 'RELU', inputs: ['p'], outputs: ['q'] },
        ],
        inputs: ['p'],
        outputs: ['r'],
      },
      /tensor "q" is used before anything computes it/,
    ],
    'constants that grow without bound': [
      oneOperator('TILE', { p: { ...row, data: [1, 2, 3, 4] }, times: ints(65536, 65536) }, { q: row }),
      /more than 16777216 elements/,
    ],
    'no outputs': [{ tensors: { p: row }, operators: [], inputs: ['p'], outputs: [] }, /the graph has no outputs/],
  }
  it.each(Object.entries(cases))('names %s', (_, [model, message]) => {
    expect(problems(model).join('\n')).toMatch(message)
  })

  it('has a default name for the file', () => {
    expect(() => importTflite(new Uint8Array(3))).toThrow('model.tflite: not a TFLite model: it has 3 bytes')
  })
})

describe('the result', () => {
  it('fixes open dimensions and says so', () => {
    const { notes } = importTflite(writeTflite(oneOperator('RELU', { x: { ...x, signature: [-1, 256] } }, { x2: x })))
    expect(notes).toEqual(['Input "x" has an open dimension in the file; it is 1x256 here.'])
  })

  it('shares one multiplier where all channels have the same factor', () => {
    const spec = oneOperator(
      'FULLY_CONNECTED',
      { p: { shape: [1, 4], scale: 1 }, w: { shape: [2, 4], data: [1, 2, 3, 4, 5, 6, 7, 8], scale: [0.5, 0.5] } },
      { q: { shape: [1, 2], scale: 1 } },
    )
    expect(importSpec(spec).program.constants.map(({ dtype }) => dtype)).toEqual(['int8'])
    expect(runSpec(spec, [[1, 0, 0, 1]])).toEqual([[3, 7]])
  })
})
