import type { BenchPath, BenchResults, ModelResult, PathResult } from '../../../benchmark/results.ts'

/** Gas a MAC and nanoseconds a MAC, with what each inference takes beside them. */
type Costs = { readonly gas?: readonly [number, number]; readonly time: readonly [number, number] }

const costs: Readonly<Record<BenchPath, Costs>> = {
  instructions: { gas: [23_000, 0.012], time: [0.4, 0.11] },
  precompile: { gas: [24_500, 0.011], time: [0.3, 0.105] },
  'solidity-scalar': { gas: [22_000, 48], time: [0.5, 7600] },
  'solidity-swar': { gas: [22_500, 7.4], time: [0.5, 1000] },
  'anvil-scalar': { gas: [22_000, 48], time: [0.4, 123] },
  'anvil-swar': { gas: [22_500, 7.4], time: [0.4, 25] },
  kernel: { time: [0.01, 0.09] },
  tflite: { time: [0.02, 0.1] },
  onnxruntime: { time: [0.05, 0.05] },
}

const MOST_GAS = 1_000_000_000

function pathResult(path: BenchPath, macs: number, weightBytes: number): PathResult {
  const { gas, time } = costs[path]
  if (path === 'onnxruntime') return { path, refused: 'onnxruntime-node is not installed <here> & now' }
  const inferenceGas = gas && Math.round(gas[0] + gas[1] * macs)
  if (inferenceGas !== undefined && inferenceGas > MOST_GAS) return { path, refused: `more than ${MOST_GAS} gas` }
  const median = time[0] + (time[1] * macs) / 1e6
  const inCode = path.includes('s')
  const limits = [
    ...(inferenceGas !== undefined && inferenceGas > 2 ** 24 ? ['transaction gas' as const] : []),
    ...(inferenceGas !== undefined && inferenceGas > 60_000_000 ? ['block gas' as const] : []),
    ...(gas !== undefined && inCode && weightBytes > 24_575 ? ['code size' as const] : []),
  ]
  return {
    path,
    equal: { samples: 20, same: path === 'tflite' ? 19 : 20 },
    times: { runs: 30, median, p95: median * 1.2, low: median * 0.97, high: median * 1.04 },
    nanosecondsPerMac: (median * 1e6) / macs,
    peakBytes: 12_000_000 + weightBytes,
    ...(gas !== undefined &&
      inferenceGas !== undefined && {
        ...{
          deploymentGas: 900_000,
          storageGas: 200 * weightBytes,
          codeBytes: 4_000 + weightBytes,
          inferenceGas,
          limits,
        },
        executionGas: inferenceGas - 21_500,
        gasPerMac: (inferenceGas - 21_500) / macs,
        gasPerMillisecond: inferenceGas / median,
      }),
  }
}

function model(name: string, source: ModelResult['source'], macs: number, paths: readonly BenchPath[]): ModelResult {
  const weightBytes = Math.round(macs / (source.family === 'CNN' ? 40 : 1))
  const results = paths.map((path) => ({
    ...pathResult(path, macs, weightBytes),
    ...(source.kind === 'file' && path !== 'onnxruntime' && { accuracy: 0.98 }),
  }))
  return { name, source, macs, weightBytes, inputBytes: 784, outputBytes: 10, samples: 20, paths: results }
}

/** Results as a run of all paths might give: refusals, limits, unequal outputs, files and both families. */
export function sampleResults(): BenchResults {
  const paths = Object.keys(costs) as BenchPath[]
  const sizes = Array.from({ length: 11 }, (_, index) => Math.round(1000 * 10 ** (index / 2)))
  const sweep = (['MLP', 'CNN'] as const).flatMap((family) =>
    sizes.map((macs) => model(`${family.toLowerCase()}-${macs}`, { kind: 'sweep', family }, macs, paths)),
  )
  return {
    version: 1,
    command: ['tensor-evm', 'bench', 'my model.tflite', '--full', '--anvil'],
    date: '2026-11-25T12:34:56.000Z',
    machine: {
      processor: 'Intel(R) Xeon(R) Processor @ 2.90GHz',
      ...{ cores: 2, memoryBytes: 8 * 2 ** 30, node: 'v20.19.0', platform: 'linux x64', commit: '22a5225+' },
    },
    versions: { 'tensor-evm': '0.1.0', solc: '0.8.37', '@ethereumjs/evm': '10.1.3', anvil: '1.7.1' },
    gasPriceGwei: 2.5,
    gasLimits: { transaction: 2 ** 24, block: 60_000_000, codeBytes: 24_576 },
    models: [
      model('digits', { kind: 'file' }, 174_496, paths),
      model('person <detection>', { kind: 'file' }, 7_157_888, paths),
      ...sweep,
    ],
    crossovers: [
      { family: 'MLP', quantity: 'gas', cheaperBelow: 'solidity-swar', cheaperAbove: 'instructions', macs: 1200 },
      { family: 'CNN', quantity: 'time', cheaperBelow: 'solidity-swar', cheaperAbove: 'instructions', macs: 2400 },
      { family: 'MLP', quantity: 'time', cheaperBelow: 'precompile', cheaperAbove: 'kernel', macs: 5e6 },
    ],
    limitPoints: [
      { family: 'MLP', path: 'solidity-swar', limit: 'transaction gas', macs: 2_260_000 },
      { family: 'MLP', path: 'solidity-scalar', limit: 'transaction gas', macs: 349_000 },
      { family: 'MLP', path: 'solidity-swar', limit: 'code size', macs: 24_575 },
      { family: 'MLP', path: 'solidity-swar', limit: 'block gas', macs: 8_100_000 },
    ],
  }
}
