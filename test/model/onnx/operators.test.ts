import { describe, expect, test } from 'vitest'
import { tensorOf } from '../../../isa/index.ts'
import { interpret } from '../../../model/interpreter.ts'
import { readOnnxGraph } from '../../../model/onnx/import.ts'
import { evaluateFloat } from '../../../model/quantizer/floatEvaluate.ts'
import { dequantizeValues, quantize, quantizeValues } from '../../../model/quantizer/quantize.ts'
import { operatorCases } from './operatorCases.ts'
import { onnxModel } from './writer.ts'

describe('operators of ONNX', () => {
  test.each(operatorCases)('$name, in reals and in int8', ({ x, expected, name: _, ...model }) => {
    const { graph } = readOnnxGraph(onnxModel({ input: x.shape, ...model }))
    const sample = Float32Array.from(x.data)
    const values = evaluateFloat(graph, sample)
    const [output = 0] = graph.outputs ?? []
    const real = values[output]
    expect(real?.shape).toEqual(expected.shape)
    real?.data.forEach((value, index) => {
      expect(value).toBeCloseTo(expected.data[index] as number, 4)
    })
    const quantized = quantize(graph, [sample])
    const [result] = interpret(quantized.program, [
      tensorOf('int8', graph.inputShape, quantizeValues(sample, quantized.input)),
    ])
    const int8 = dequantizeValues(result?.data ?? [], quantized.output)
    const noise = expected.data.reduce((sum, value, index) => sum + (value - (int8[index] as number)) ** 2, 0)
    const signal = expected.data.reduce((sum, value) => sum + value ** 2, 0)
    expect(result?.shape).toEqual(expected.shape)
    expect(10 * Math.log10(signal / Math.max(noise, 1e-30))).toBeGreaterThan(32)
  })
})
