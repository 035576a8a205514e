import { expect, test } from 'vitest'
import { sweepModels } from '../../benchmark/index.ts'
import { tfliteOf } from '../../benchmark/tfliteFile/tfliteOf.ts'
import { createRunner } from '../../inference/index.ts'
import { importTflite, type Program } from '../../model/index.ts'
import { smallProgram } from '../cli/bins.ts'

const noChain = () => Promise.reject(new Error('the reference needs no chain'))

async function outputs(program: Program, samples: readonly Uint8Array[]): Promise<Buffer> {
  const runner = await createRunner('reference', program, noChain)
  const results: Uint8Array[] = []
  for (const sample of samples) results.push((await runner.infer(sample)).output)
  return Buffer.concat(results)
}

test('models of the sweep written as TFLite files compute what their programs do', async () => {
  for (const { name, program, samples } of sweepModels({ from: 1e3, to: 1e5, perDecade: 1, seed: 2 })) {
    const { program: imported } = importTflite(tfliteOf(program), { rounding: 'single' })
    expect((await outputs(imported, samples)).equals(await outputs(program, samples)), name).toBe(true)
  }
})

test('a step that has no operator is named', () => {
  expect(() => tfliteOf(smallProgram())).toThrow('no TFLite operator is known for step 1, RESCALE')
})
