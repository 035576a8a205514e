import { existsSync, readFileSync } from 'node:fs'
import { tfliteOf } from '../../benchmark/tfliteFile/tfliteOf.ts'
import { withValidAxes } from '../../benchmark/tfliteFile/validAxes.ts'
import { heldOutDigits } from '../../examples/mnist/digits.ts'
import { sampleBytes } from '../../inference/index.ts'
import { decodeModel, importTflite, type Program, withRounding } from '../../model/index.ts'

/** A model to run here and by TensorFlow Lite. */
export type BenchModel = {
  readonly name: string
  /** Rounds once, as TensorFlow Lite's fast kernels do. */
  readonly program: Program
  /** Rounds twice, as imports do unless told otherwise. */
  readonly doubleProgram: Program
  readonly tflite: Uint8Array
  /** Canonical bytes of the input. */
  readonly samples: readonly Uint8Array[]
}

/** Models that others published lie beside the repository where there are any; each in a folder with its samples. */
const SHARED = new URL('../../../shared/models/', import.meta.url)

const shared: readonly (readonly [name: string, folder: string])[] = [
  ['sine', 'r0_hello_world'],
  ['digits, small', 'r1a_mnist_valid'],
  ['keywords', 'r3_kws_dscnn'],
  ['person', 'r5_person_mbv1'],
]

const DIGITS = 100

function digitModel(): BenchModel {
  const path = new URL('../../examples/mnist/model.tensor', import.meta.url)
  const doubleProgram = decodeModel(readFileSync(path))
  const program = withRounding(doubleProgram, 'single')
  const samples = heldOutDigits(DIGITS).map(
    ({ pixels }) => new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.length),
  )
  return { name: 'digits', program, doubleProgram, tflite: tfliteOf(program), samples }
}

function sharedModel(name: string, folder: string): BenchModel {
  const file = readFileSync(new URL(`${folder}/model.tflite`, SHARED))
  const input = readFileSync(new URL(`${folder}/input.bin`, SHARED))
  const { program } = importTflite(file, { name, rounding: 'single' })
  const { program: doubleProgram } = importTflite(file, { name })
  const bytes = sampleBytes(program)
  const samples = Array.from({ length: Math.floor(input.length / bytes) }, (_, index) =>
    input.subarray(index * bytes, (index + 1) * bytes),
  )
  return { name, program, doubleProgram, tflite: withValidAxes(file), samples }
}

/** The models that are there, by name; those that are not leave a note. */
export function benchModels(): {
  readonly models: readonly { readonly name: string; load(): BenchModel }[]
  readonly notes: readonly string[]
} {
  const present = shared.filter(([, folder]) => existsSync(new URL(`${folder}/model.tflite`, SHARED)))
  const absent = shared.filter((entry) => !present.includes(entry))
  return {
    models: [
      { name: 'digits', load: digitModel },
      ...present.map(([name, folder]) => ({ name, load: () => sharedModel(name, folder) })),
    ],
    notes: absent.map(([name, folder]) => `${name} is left out: there is no ../shared/models/${folder}`),
  }
}
