import { join } from 'node:path'
import { generateContract, takenContractNames } from '../../compiler-ext/contract.ts'
import { compileContract } from '../../inference/index.ts'
import { formatType, type TensorType } from '../../isa/index.ts'
import { encodeModel, type ProgramSummary, summarize, type TfliteImport } from '../../model/index.ts'
import type { Rounding } from '../choices.ts'
import { checkWritable, type UserFile, writeUserFiles } from '../files.ts'
import { type LoadedModel, loadModel } from '../models.ts'

type ImportOptions = {
  readonly out: string
  readonly rounding?: Rounding
  readonly weights: 'auto' | 'code' | 'model'
  readonly name?: string
  readonly json?: boolean
}

/** Endings of the files that an import may write. */
const endings = ['tensor', 'sol', 'abi.json', 'bin', 'summary.json', 'weights.bin'] as const

/** `person_detect-v2` becomes `PersonDetectV2`; what is no name of a contract by itself follows `Model`. */
function contractName(name: string): string {
  const words = name.split(/[^A-Za-z0-9]+/).filter((word) => word !== '')
  const joined = words.map((word) => `${word[0]?.toUpperCase()}${word.slice(1)}`).join('')
  return /^[A-Z]/.test(joined) && !takenContractNames.includes(joined) ? joined : `Model${joined}`
}

/** Types of a model's inputs or outputs, with what a TFLite file says of them. */
function describeTypes(tensors: TfliteImport['inputs'] | undefined, types: readonly TensorType[]) {
  return tensors?.map(({ type, ...rest }) => ({ ...rest, type: formatType(type) })) ?? types.map(formatType)
}

function describe({ name, imported }: LoadedModel, summary: ProgramSummary, weights: string) {
  return {
    model: name,
    root: summary.root,
    inputs: describeTypes(imported?.inputs, summary.inputs),
    outputs: describeTypes(imported?.outputs, summary.outputs),
    macs: summary.macs,
    gas: summary.gas,
    loadGas: summary.loadGas,
    arenaPeakBytes: summary.peakBytes,
    modelBytes: summary.modelBytes,
    weights,
    operators: imported?.operators ?? [],
    steps: summary.steps.map(({ output, ...step }) => ({ ...step, output: formatType(output) })),
    notes: imported?.notes ?? [],
  }
}

type Description = ReturnType<typeof describe>

const placeText: Readonly<Record<string, string>> = { code: ' in code', model: ' in the registry', none: '' }

function count(value: number): string {
  return value.toLocaleString('en')
}

function printRow(name: string, type: string, macs: number, gas: number): void {
  console.log(`${name.padEnd(24)} ${type.padEnd(24)} ${count(macs).padStart(12)} MACs ${count(gas).padStart(12)} gas`)
}

function print({ steps, macs, gas, loadGas, root, ...sizes }: Description): void {
  for (const step of steps) printRow(step.mnemonic, step.output, step.macs, step.gas)
  printRow('loads, stores and frees', '', 0, loadGas)
  printRow('total', `${steps.length} instructions`, macs, gas)
  console.log(`arena peak ${count(sizes.arenaPeakBytes)} bytes`)
  console.log(`weights ${count(sizes.modelBytes)} bytes${placeText[sizes.weights]}`)
  console.log(`root ${root}`)
}

/** Imports a model and writes its files; see the command's help. */
export function importModel(modelPath: string, options: ImportOptions): void {
  const model = loadModel(modelPath, options.rounding)
  const name = options.name ?? contractName(model.name)
  const contract = generateContract(model.program, { name, weights: options.weights })
  const pathOf = (ending: string) => join(options.out, `${name}.${ending}`)
  checkWritable(endings.map(pathOf))

  const { bytecode, abi } = compileContract(contract)
  const description = describe(model, summarize(model.program), contract.weights)
  const contents: Readonly<Record<(typeof endings)[number], string | Uint8Array | undefined>> = {
    tensor: encodeModel(model.program),
    sol: contract.source,
    'abi.json': `${JSON.stringify(abi, undefined, 2)}\n`,
    bin: `${bytecode.slice(2)}\n`,
    'summary.json': `${JSON.stringify(description, undefined, 2)}\n`,
    'weights.bin': contract.dataInitCode && `${Buffer.from(contract.dataInitCode).toString('hex')}\n`,
  }
  const files = endings.flatMap((ending): UserFile[] => {
    const content = contents[ending]
    return content === undefined ? [] : [{ path: pathOf(ending), content }]
  })
  writeUserFiles(files)

  if (options.json) console.log(JSON.stringify(description))
  else {
    print(description)
    console.log(`wrote ${files.map(({ path }) => path).join(', ')}`)
  }
}
