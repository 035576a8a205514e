import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { elementCount, tensorOf } from '../../../isa/index.ts'
import { interpret } from '../../../model/index.ts'
import { importTflite } from '../../../model/tflite/import.ts'
import { roundings } from './reference.ts'

const models = fileURLToPath(new URL('../../../../shared/models/', import.meta.url))

/** Models with the outputs that TFLite Micro gave for them, and how many samples to run; each step is interpreted. */
const ladder = [
  { model: 'r0_hello_world', samples: 256 },
  { model: 'r1a_mnist_valid', samples: 200 },
  { model: 'r1c_mnist_resnet', samples: 40 },
  { model: 'r3_kws_dscnn', samples: 20 },
  { model: 'r5_person_mbv1', samples: 2 },
]

describe.skipIf(!existsSync(models))('models with TFLite Micro outputs (skipped where ../shared is absent)', () => {
  for (const { model, samples } of ladder)
    for (const rounding of roundings)
      it(`${model} gives the outputs of TFLite Micro, ${rounding} rounding`, { timeout: 60_000 }, () => {
        const read = (file: string) => new Uint8Array(readFileSync(`${models}${model}/${file}`))
        const { program, inputs, outputs } = importTflite(read('model.tflite'), { name: model, rounding })
        const [data, expected] = [new Int8Array(read('input.bin')), new Int8Array(read(`${rounding}.bin`))]
        const shape = inputs[0]?.type.shape ?? []
        const inputSize = elementCount(shape)
        const outputSize = elementCount(outputs[0]?.type.shape ?? [])
        const actual = Array.from({ length: samples }, (_, sample) => {
          const input = tensorOf('int8', shape, data.subarray(sample * inputSize, (sample + 1) * inputSize))
          return [...(interpret(program, [input])[0]?.data ?? [])]
        })
        expect(actual.flat()).toEqual([...expected.subarray(0, samples * outputSize)])
      })

  it('knows what the integers at the boundary stand for', () => {
    const imported = importTflite(readFileSync(`${models}r3_kws_dscnn/model.tflite`))
    expect(imported.inputs).toEqual([
      {
        name: 'input_1',
        type: { dtype: 'int8', shape: [1, 49, 10, 1] },
        scale: expect.closeTo(0.5847, 4),
        zeroPoint: 83,
      },
    ])
    expect(imported.outputs).toEqual([
      { name: 'Identity', type: { dtype: 'int8', shape: [1, 12] }, scale: 1 / 256, zeroPoint: -128 },
    ])
    expect(imported.operators.map(({ name }) => name)).toContain('AVERAGE_POOL_2D')
  })
})
