import { type Command, InvalidArgumentError, Option } from 'commander'
import { parseCount, parsePath } from '../arguments.ts'
import { roundings } from '../choices.ts'
import { sampleTypes } from '../samples.ts'

type Quantize = typeof import('../actions/quantize.ts').quantizeModel

/** A finite number. @throws {InvalidArgumentError} */
function parseNumber(text: string): number {
  const number = Number(text)
  if (text.trim() === '' || !Number.isFinite(number)) throw new InvalidArgumentError('expected a number')
  return number
}

/** A scale. @throws {InvalidArgumentError} */
function parseScale(text: string): number {
  const scale = parseNumber(text)
  if (scale <= 0) throw new InvalidArgumentError('expected a number above 0')
  return scale
}

/** Percent of values. @throws {InvalidArgumentError} */
function parsePercentile(text: string): number {
  const percentile = parseNumber(text)
  if (percentile <= 50 || percentile > 100) throw new InvalidArgumentError('expected a number above 50, at most 100')
  return percentile
}

/** `tensor-evm quantize`. What it does is loaded when it is asked for. */
export function addQuantizeCommand(program: Command): void {
  program
    .command('quantize')
    .description('turn a float32 model into an int8 model file, and tell what it loses')
    .argument('<model>', 'a float32 .onnx or .tflite file')
    .requiredOption('--calibration <file>', 'samples of the input: raw little-endian rows, or a .npy array', parsePath)
    .option('--out <file>', 'where the model file goes (default: nowhere, the report alone)', parsePath)
    .addOption(
      new Option('--input-type <type>', 'of the elements of raw files').choices(sampleTypes).default('float32'),
    )
    .option('--input-scale <scale>', 'of integers in the files of samples: real = scale * (q - zero point)', parseScale)
    .option('--input-zero-point <n>', 'of integers in the files of samples (default: 0)', parseNumber)
    .addOption(
      new Option('--range <method>', 'how the range of an activation is chosen')
        .choices(['minmax', 'percentile', 'mse'])
        .default('minmax'),
    )
    .option(
      '--percentile <p>',
      'percent of values below the upper end of a range, and above the lower',
      parsePercentile,
      99.99,
    )
    .addOption(new Option('--rounding <mode>', 'of every RESCALE').choices(roundings).default('double'))
    .option('--limit <n>', 'calibrate with the first n samples only', parseCount)
    .option('--input <file>', 'samples to compare on (default: those of the calibration)', parsePath)
    .addOption(new Option('--labels <file>', 'their classes: one byte each, or a .npy array').argParser(parsePath))
    .option('--json', 'print one JSON object')
    .action(async (...args: Parameters<Quantize>) => (await import('../actions/quantize.ts')).quantizeModel(...args))
}
