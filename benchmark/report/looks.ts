import { type BenchPath, benchPaths } from '../results.ts'

/** How a path is named and drawn. */
export type PathLook = {
  readonly name: string
  /** What it is, in a phrase. */
  readonly meaning: string
  /**
   * On white: Okabe and Ito's colours and two of Tol's, which readers with any of the usual deficiencies tell apart. The
   * HTML report has others in its dark form, by `variable`.
   */
  readonly colour: string
  /** Name of the CSS variable that stands for the colour in the HTML report. */
  readonly variable: string
  /** A mark of Vega's, so that a chart can be read without colour. */
  readonly mark: string
  /** Of the line: plain, or dashes. */
  readonly dash: readonly number[]
}

const plain: readonly number[] = [1, 0]
const dashed: readonly number[] = [5, 2]
const dotDashed: readonly number[] = [6, 2, 1, 2]

/** Of every path. */
export const pathLooks: Readonly<Record<BenchPath, PathLook>> = {
  instructions: {
    ...{ name: 'Instructions', meaning: 'a contract with tensor instructions' },
    ...{ colour: '#0072b2', variable: '--instructions', mark: 'circle', dash: plain },
  },
  precompile: {
    ...{ name: 'Precompile', meaning: 'the whole model in one call of a precompile' },
    ...{ colour: '#56b4e9', variable: '--precompile', mark: 'square', dash: dashed },
  },
  'solidity-scalar': {
    ...{ name: 'Solidity scalar', meaning: 'ordinary Solidity, one multiply-accumulate at a time' },
    ...{ colour: '#d55e00', variable: '--solidity-scalar', mark: 'triangle-up', dash: plain },
  },
  'solidity-swar': {
    ...{ name: 'Solidity SWAR', meaning: 'ordinary Solidity, several lanes in a multiplication of words' },
    ...{ colour: '#e69f00', variable: '--solidity-swar', mark: 'triangle-down', dash: plain },
  },
  'anvil-scalar': {
    ...{ name: 'anvil scalar', meaning: 'the scalar contract in anvil' },
    ...{ colour: '#cc79a7', variable: '--anvil-scalar', mark: 'triangle-right', dash: dashed },
  },
  'anvil-swar': {
    ...{ name: 'anvil SWAR', meaning: 'the SWAR contract in anvil' },
    ...{ colour: '#882255', variable: '--anvil-swar', mark: 'triangle-left', dash: dashed },
  },
  kernel: {
    ...{ name: 'Kernel', meaning: 'the WebAssembly kernel without an EVM' },
    ...{ colour: '#009e73', variable: '--kernel', mark: 'diamond', dash: plain },
  },
  tflite: {
    ...{ name: 'TFLite', meaning: "TensorFlow Lite's WebAssembly, off chain" },
    ...{ colour: '#666666', variable: '--tflite', mark: 'cross', dash: dotDashed },
  },
  onnxruntime: {
    ...{ name: 'ONNX Runtime', meaning: 'onnxruntime-node, off chain' },
    ...{ colour: '#332288', variable: '--onnxruntime', mark: 'stroke', dash: dotDashed },
  },
}

/** Name of a path. */
export function pathName(path: BenchPath): string {
  return pathLooks[path].name
}

/** Paths of a set, in the order of {@link benchPaths}. */
export function inOrder(paths: Iterable<BenchPath>): BenchPath[] {
  const asked = new Set(paths)
  return benchPaths.filter((path) => asked.has(path))
}
