import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createChain } from '../../../evm-ext/index.ts'
import { createRunner } from '../../../inference/index.ts'
import { byteLength, tensorBytes, tensorOf } from '../../../isa/index.ts'
import { interpret } from '../../../model/interpreter.ts'
import { importOnnx } from '../../../model/onnx/import.ts'
import { readTensor } from '../../../model/onnx/tensor.ts'
import { quantizeValues } from '../../../model/quantizer/quantize.ts'
import { hasOnnx, onnxTests } from '../../onnx.ts'
import { sharedFolder } from '../../shared.ts'
import { fixedNodeTest } from './writer.ts'

const folder = join(sharedFolder, 'vectors/onnx')

/** Node tests that the importer refuses, and why. */
const refused: ReadonlyMap<string, string> = new Map([
  ['test_add_int8', 'this operator is supported on dequantized values'],
  ['test_dequantizelinear_axis', 'an activation has 3 scales, not one'],
  ['test_dequantizelinear_blocked', 'scales'],
  ['test_div_int8', 'this operator is supported on dequantized values'],
  ['test_dynamicquantizelinear', 'models of one|the operator is not supported'],
  ['test_dynamicquantizelinear_max_adjusted', 'the operator is not supported'],
  ['test_dynamicquantizelinear_min_adjusted', 'the operator is not supported'],
  ['test_equal_int8', 'the operator is not supported'],
  ['test_greater_equal_int8', 'the operator is not supported'],
  ['test_greater_int8', 'the operator is not supported'],
  ['test_less_equal_int8', 'the operator is not supported'],
  ['test_less_int8', 'the operator is not supported'],
  ['test_mod_mixed_sign_int8', 'the operator is not supported'],
  ['test_mul_int8', 'this operator is supported on dequantized values'],
  ['test_quantizelinear_axis', 'an activation has 3 scales, not one'],
  ['test_quantizelinear_blocked_asymmetric', 'scales'],
  ['test_quantizelinear_blocked_symmetric', 'scales'],
  ['test_sub_int8', 'this operator is supported on dequantized values'],
])

describe.skipIf(!hasOnnx)('ONNX node tests, imported (needs ../shared/vectors/onnx)', () => {
  const names = hasOnnx ? readdirSync(folder).sort() : []

  test.each(names.filter((name) => refused.has(name)))('%s is refused', (name) => {
    expect(() => importOnnx(fixedNodeTest(join(folder, name)).bytes)).toThrow(new RegExp(refused.get(name) ?? ''))
  })

  test('covers all of them', () => {
    expect(names).toEqual(onnxTests().map(({ name }) => name))
  })

  test.each(names.filter((name) => !refused.has(name)))('%s gives the same bytes in the EVM', async (name) => {
    const { bytes, input, output } = fixedNodeTest(join(folder, name))
    const { program, inputs, outputs } = importOnnx(bytes, { name })
    const [port, result] = [inputs[0], outputs[0]]
    if (!port || !result) throw new RangeError('no ports')
    const given = readTensor(input)
    const wanted = readTensor(output)
    // uint8 is int8 here, less by 128; reals are what the port says.
    const integers = (tensor: typeof given) =>
      tensor.type === 'float32' ? undefined : tensor.values.map((v) => v - (tensor.type === 'uint8' ? 128 : 0))
    const x = tensorOf('int8', port.type.shape, integers(given) ?? quantizeValues(given.values, port))
    const expected = integers(wanted) ?? wanted.values.map((real) => real / result.scale + result.zeroPoint)
    const [y] = interpret(program, [x])
    expect([...(y?.data ?? [])]).toEqual([...expected])
    // A contract has to be compiled, which takes a while. The precompile runs the same instructions, for models that have
    // constants to register.
    const hasConstants = program.constants.length > 0
    const path = name === 'test_qlinearconv' || !hasConstants ? 'instructions' : 'precompile'
    const runner = await createRunner(path, program, () => createChain())
    const inference = await runner.infer(tensorBytes(x))
    expect(inference.output).toHaveLength(byteLength(result.type))
    expect(Buffer.from(inference.output).equals(Buffer.from(y ? tensorBytes(y) : []))).toBe(true)
  })
})
