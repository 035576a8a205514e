import { Option } from 'commander'

/** How RESCALE rounds: twice as TFLite Micro does, or once. */
export const roundings = ['double', 'single'] as const
export type Rounding = (typeof roundings)[number]

/** The option that sets it. */
export function roundingOption(): Option {
  return new Option(
    '--rounding <mode>',
    'of every RESCALE (default: double for .tflite, single for .onnx, as stored for a model file)',
  ).choices(roundings)
}
