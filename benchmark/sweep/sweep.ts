import { createRandom } from '../../calibration/random.ts'
import { createProgramBuilder, type Program } from '../../model/index.ts'
import { type BenchModel, randomSamples } from '../model.ts'
import { createLayers } from './layers.ts'

export type SweepOptions = {
  /** Multiply-accumulates of the smallest models. */
  readonly from: number
  /** Multiply-accumulates of the greatest models. */
  readonly to: number
  /** Models of a family per power of ten. */
  readonly perDecade: number
  /** Of weights and inputs. */
  readonly seed: number
}

/** Classes of each model. */
const OUTPUTS = 10
/** Widths of layers are multiples of this, as in models that people make. */
const WIDTH_STEP = 8
/** Most weights of an MLP: beyond, several rows of input share them. */
const MAX_WEIGHTS = 4e6
/** Multiply-accumulates by definition, an element at a time, that a model's samples may take together. */
const REFERENCE_MACS = 4e6
const MAX_SAMPLES = 10
const MIN_SAMPLES = 2
/** Greatest width of a picture, and of a convolution. */
const MAX_PICTURE = 160

/** Two rectified layers and one more, of about so many multiply-accumulates. */
function mlp(target: number, seed: number): Program {
  const rows = Math.ceil(target / MAX_WEIGHTS)
  const exact = (Math.sqrt(OUTPUTS ** 2 + (12 * target) / rows) - OUTPUTS) / 6
  const width = Math.max(WIDTH_STEP, WIDTH_STEP * Math.round(exact / WIDTH_STEP))
  const builder = createProgramBuilder()
  const layers = createLayers(builder, createRandom(seed))
  const first = layers.dense(layers.input([rows, 2 * width]), width, true)
  const scores = layers.dense(layers.dense(first, width, true), OUTPUTS, false)
  builder.output(scores.value)
  return builder.build()
}

/** Multiply-accumulates of the network of {@link cnn}. */
function cnnMacs(picture: number, channels: number): number {
  const [half, quarter] = [(picture / 2) ** 2, (picture / 4) ** 2]
  return half * (27 + 9 + 2 * channels) * channels + quarter * 36 * channels ** 2 + 2 * channels * OUTPUTS
}

/**
 * The picture and width that come nearest to a number of multiply-accumulates, of those with about half as many channels as
 * the picture is wide. More than four channels are multiples of four, as in models that people make.
 */
function cnnSize(target: number): { readonly picture: number; readonly channels: number } {
  const pictures = Array.from({ length: MAX_PICTURE / 4 }, (_, index) => 4 * (index + 1))
  const widths = [1, 2, 3, ...pictures]
  const sizes = pictures.flatMap((picture) =>
    widths
      .filter((channels) => channels >= picture / 4 && channels <= picture)
      .map((channels) => ({ picture, channels, miss: Math.abs(Math.log(cnnMacs(picture, channels) / target)) })),
  )
  return sizes.reduce((best, size) => (size.miss < best.miss ? size : best))
}

/** A convolution of 3 x 3, one depthwise and one pointwise, another of 3 x 3, a mean over the picture and a dense layer. */
function cnn(target: number, seed: number): Program {
  const { picture, channels } = cnnSize(target)
  const builder = createProgramBuilder()
  const layers = createLayers(builder, createRandom(seed))
  const first = layers.convolution(layers.input([1, picture, picture, 3]), channels, 3, 2)
  const separable = layers.convolution(layers.depthwise(first), 2 * channels, 1, 1)
  const pooled = layers.pool(layers.convolution(separable, 2 * channels, 3, 2))
  builder.output(layers.dense(pooled, OUTPUTS, false).value)
  return builder.build()
}

function macsText(macs: number): string {
  const exponent = Math.floor(Math.log10(macs) + 1e-9)
  const mantissa = macs / 10 ** exponent
  return `${Number(mantissa.toFixed(1))}e${exponent}`
}

/**
 * Multilayer perceptrons and convolutional networks whose multiply-accumulates are spread evenly on a logarithmic axis, with
 * random int8 weights and inputs. The same options give the same models.
 *
 * @returns from the smallest to the greatest, the families in turn
 * @throws {RangeError} when the range is empty or there are no models per decade
 */
export function sweepModels({ from, to, perDecade, seed }: SweepOptions): BenchModel[] {
  if (!(from >= 1 && to >= from)) throw new RangeError(`to: expected at least from, 1 or more, found ${from}..${to}`)
  if (!(perDecade > 0)) throw new RangeError(`perDecade: expected a positive number, found ${perDecade}`)
  const steps = Math.floor(Math.log10(to / from) * perDecade + 1e-9)
  const targets = Array.from({ length: steps + 1 }, (_, step) => from * 10 ** (step / perDecade))
  return targets.flatMap((target, step) => {
    const count = Math.min(MAX_SAMPLES, Math.max(MIN_SAMPLES, Math.floor(REFERENCE_MACS / target)))
    return (['MLP', 'CNN'] as const).map((family, kind): BenchModel => {
      const ownSeed = seed + 2 * step + kind
      const program = family === 'MLP' ? mlp(target, ownSeed) : cnn(target, ownSeed)
      return {
        name: `${family} ${macsText(target)}`,
        source: { kind: 'sweep', family },
        program,
        samples: randomSamples(program, count, ownSeed),
      }
    })
  })
}
