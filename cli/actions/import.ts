import { join } from 'node:path'
import { generateContract } from '../../compiler-ext/contract.ts'
import { formatType } from '../../isa/index.ts'
import { encodeModel, type ProgramSummary, summarize } from '../../model/index.ts'
import type { Rounding } from '../choices.ts'
import { writeUserFile } from '../files.ts'
import { compileContract } from '../inference.ts'
import { type LoadedModel, loadModel } from '../models.ts'

type ImportOptions = {
  readonly out: string
  readonly rounding?: Rounding
  readonly weights: 'auto' | 'code' | 'model'
  readonly name?: string
  readonly json?: boolean
}

/** `person_detect-v2` becomes `PersonDetectV2`. */
function contractName(name: string): string {
  const words = name.split(/[^A-Za-z0-9]+/).filter((word) => word !== '')
  const joined = words.map((word) => `${word[0]?.toUpperCase()}${word.slice(1)}`).join('')
  return /^[A-Z]/.test(joined) && joined !== 'Tensor' ? joined : `Model${joined}`
}

function describe({ name, tflite }: LoadedModel, summary: ProgramSummary, weights: string) {
  return {
    model: name,
    root: summary.root,
    inputs:
      tflite?.inputs.map(({ type, ...rest }) => ({ ...rest, type: formatType(type) })) ??
      summary.inputs.map(formatType),
    outputs:
      tflite?.outputs.map(({ type, ...rest }) => ({ ...rest, type: formatType(type) })) ??
      summary.outputs.map(formatType),
    macs: summary.macs,
    gas: summary.gas,
    arenaPeakBytes: summary.peakBytes,
    modelBytes: summary.modelBytes,
    weights,
    operators: tflite?.operators ?? [],
    steps: summary.steps.map(({ output, ...step }) => ({ ...step, output: formatType(output) })),
    notes: tflite?.notes ?? [],
  }
}

/** Imports a model and writes its files; see the command's help. */
export function importModel(modelPath: string, options: ImportOptions): void {
  const model = loadModel(modelPath, options.rounding)
  const name = options.name ?? contractName(model.name)
  const contract = generateContract(model.program, { name, weights: options.weights })
  const { bytecode, abi } = compileContract(contract)
  const description = describe(model, summarize(model.program), contract.weights)

  const files: [string, string | Uint8Array][] = [
    [`${name}.tensor`, encodeModel(model.program)],
    [`${name}.sol`, contract.source],
    [`${name}.abi.json`, `${JSON.stringify(abi, undefined, 2)}\n`],
    [`${name}.bin`, `${bytecode.slice(2)}\n`],
    [`${name}.summary.json`, `${JSON.stringify(description, undefined, 2)}\n`],
  ]
  if (contract.dataInitCode !== undefined)
    files.push([`${name}.weights.bin`, `${Buffer.from(contract.dataInitCode).toString('hex')}\n`])
  for (const [file, content] of files) writeUserFile(join(options.out, file), content)

  if (options.json) {
    console.log(JSON.stringify(description))
    return
  }
  for (const { mnemonic, output, macs, gas } of description.steps)
    console.log(
      `${mnemonic.padEnd(18)} ${output.padEnd(24)} ${macs.toLocaleString('en').padStart(12)} MACs ${gas.toLocaleString('en').padStart(12)} gas`,
    )
  console.log(
    `${description.steps.length} instructions, ${description.macs.toLocaleString('en')} MACs, ${description.gas.toLocaleString('en')} gas, arena peak ${description.arenaPeakBytes.toLocaleString('en')} bytes, weights ${description.modelBytes.toLocaleString('en')} bytes in ${contract.weights === 'code' ? 'code' : 'the registry'}`,
  )
  console.log(`root ${description.root}`)
  console.log(`wrote ${files.map(([file]) => join(options.out, file)).join(', ')}`)
}
