import { existsSync } from 'node:fs'
import { sharedFolder } from './shared.ts'

/** Says once what a run of the tests leaves out. */
export default function setup(): void {
  if (!existsSync(sharedFolder))
    console.log('../shared is absent: golden models, CMSIS-NN and ONNX vectors are skipped')
}
