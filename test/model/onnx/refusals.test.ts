import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { importOnnx, readOnnxGraph } from '../../../model/onnx/import.ts'
import { ImportError } from '../../../model/tflite/error.ts'
import { type GivenModel, onnxModel } from './writer.ts'

const relu = [{ op: 'Relu', inputs: ['x'] }]

const cases: readonly (readonly [string, GivenModel, string])[] = [
  [
    'operators of an old set',
    { opset: 6, input: [1, 2], nodes: relu },
    'its operators are of set 6; 7 to 25 are supported',
  ],
  [
    'an unknown operator, by name',
    { input: [1, 2], nodes: [{ op: 'Einsum', inputs: ['x'] }] },
    'node 0 Einsum ("x" -> "y"): the operator is not supported',
  ],
  [
    'an operator of a domain of its own',
    { input: [1, 2], nodes: [{ op: 'Relu', domain: 'mine', inputs: ['x'] }] },
    'node 0 mine.Relu',
  ],
  [
    'a tensor that nothing computes',
    { input: [1, 2], nodes: [{ op: 'Relu', inputs: ['h'] }] },
    '"h" is used before anything computes it',
  ],
  [
    'all problems at once, not what follows from them',
    {
      input: [1, 2],
      nodes: [
        { op: 'Foo', inputs: ['x'], outputs: ['a'] },
        { op: 'Relu', inputs: ['a'], outputs: ['b'] },
        { op: 'Bar', inputs: ['x'] },
      ],
    },
    '2 problems: node 0 Foo ("x" -> "a"): the operator is not supported; node 2 Bar',
  ],
  [
    'several images',
    { input: [2, 1, 4, 4], nodes: [{ op: 'MaxPool', inputs: ['x'], attributes: { kernel_shape: [2, 2] } }] },
    'its input is [2,1,4,4]; one image [1, C, H, W] or one sequence [1, C, L] is supported',
  ],
  [
    'weights that the model computes',
    { input: [1, 1, 4, 4], nodes: [{ op: 'Conv', inputs: ['x', 'x'] }] },
    'its weights are not a constant',
  ],
  [
    'pads by other than 0',
    {
      input: [1, 2],
      constants: { p: { type: 'int64', shape: [4], values: [0, 1, 0, 1] }, v: { shape: [], values: [3] } },
      nodes: [{ op: 'Pad', inputs: ['x', 'p', 'v'] }],
    },
    'it pads by 3, not 0',
  ],
  [
    'a shape that does not fit',
    {
      input: [1, 6],
      constants: { s: { type: 'int64', shape: [2], values: [4, -1] } },
      nodes: [{ op: 'Reshape', inputs: ['x', 's'] }],
    },
    '[1,6] does not fit the shape [4,-1]',
  ],
  ['an output that is not there', { input: [1, 2], nodes: relu, outputs: ['z'] }, 'output "z" is not computed'],
  [
    'a constant of another size',
    { input: [1, 2], constants: { c: { shape: [3], values: [1] } }, nodes: relu },
    'constant "c": it has 1 values, its shape [3] has 3',
  ],
]

describe('refusals', () => {
  test.each(cases)('%s', (_, model, message) => {
    expect(() => readOnnxGraph(onnxModel(model), { name: 'm.onnx' })).toThrow(ImportError)
    expect(() => readOnnxGraph(onnxModel(model), { name: 'm.onnx' })).toThrow(message)
  })

  test('a model that is not quantized, naming the layer', () => {
    expect(() => importOnnx(onnxModel({ input: [1, 2], nodes: relu }))).toThrow(
      'the input: it is not quantized, and without calibration no scale is known for it',
    )
  })

  test('bytes that are no model', () => {
    expect(() => readOnnxGraph(Uint8Array.of(1, 2, 3), { name: 'm.onnx' })).toThrow('m.onnx: not an ONNX model')
    expect(() => readOnnxGraph(new Uint8Array())).toThrow('it has no graph')
  })

  test('any bytes end in an import or an ImportError', () => {
    const bytes = onnxModel({
      input: [1, 1, 4, 4],
      constants: { w: { shape: [1, 1, 2, 2], values: [1, 2, 3, 4] } },
      nodes: [
        { op: 'Conv', inputs: ['x', 'w'], outputs: ['h'], attributes: { pads: [1, 1, 1, 1] } },
        { op: 'Flatten', inputs: ['h'] },
      ],
    })
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { maxLength: 4 }), (changes) => {
        const changed = Uint8Array.from(bytes)
        for (const [at, value] of changes) changed[at] = value
        try {
          readOnnxGraph(changed)
        } catch (error) {
          expect(error).toBeInstanceOf(ImportError)
        }
      }),
      { numRuns: 3000 },
    )
  })
})
