import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { roundings } from '../../cli/choices.ts'
import { loadModel } from '../../cli/models.ts'
import { createChain, MAX_TRANSACTION_GAS } from '../../evm-ext/index.ts'
import { createRunner, inferencePaths, sampleBytes } from '../../inference/index.ts'
import { hasShared, sharedFolder } from '../shared.ts'

// Real models with the outputs of TensorFlow Lite Micro in both rounding modes.
const folder = join(sharedFolder, 'models')
const models = hasShared('models') ? readdirSync(folder).sort() : []

describe.skipIf(models.length === 0)('golden outputs (skipped where ../shared/models is absent)', () => {
  for (const name of models)
    for (const rounding of roundings)
      for (const path of inferencePaths)
        test(`${name}, ${rounding}, ${path}`, async () => {
          const { program } = loadModel(join(folder, name, 'model.tflite'), rounding)
          const input = readFileSync(join(folder, name, 'input.bin'))
          const golden = readFileSync(join(folder, name, `${rounding}.bin`))
          const runner = await createRunner(path, program, () => createChain())
          const size = sampleBytes(program)
          const outputs: Uint8Array[] = []
          for (let start = 0; start < input.length; start += size) {
            const { output, gas } = await runner.infer(input.subarray(start, start + size))
            expect(BigInt(gas)).toBeLessThan(MAX_TRANSACTION_GAS)
            outputs.push(output)
          }
          expect(Buffer.concat(outputs).equals(golden)).toBe(true)
        })
})
