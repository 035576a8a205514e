/** Version of {@link BenchResults}'s form. A change that a reader could notice raises it. */
export const BENCH_RESULTS_VERSION = 1

/**
 * Ways to run a model. On chain: a contract with tensor instructions; the inference precompile; ordinary Solidity, one
 * multiply-accumulate at a time or eight lanes a multiplication, in this client and in anvil. Off chain: the kernel without
 * an EVM, TFLite's WebAssembly, ONNX Runtime.
 */
export const benchPaths = [
  'instructions',
  'precompile',
  'solidity-scalar',
  'solidity-swar',
  'anvil-scalar',
  'anvil-swar',
  'kernel',
  'tflite',
  'onnxruntime',
] as const
export type BenchPath = (typeof benchPaths)[number]

/** A sample of times in milliseconds. */
export type Times = {
  readonly runs: number
  readonly median: number
  readonly p95: number
  /** Of the median: 95 % by bootstrap. */
  readonly low: number
  readonly high: number
}

/** A model on a path. */
export type PathResult = {
  readonly path: BenchPath
  /** What kept it from running; all that follows is absent then. */
  readonly refused?: string
  /** Samples whose outputs are byte for byte those of the reference, of those that were run. */
  readonly equal?: { readonly samples: number; readonly same: number }
  /** Part of the samples whose greatest output is that of the label, where labels are given. */
  readonly accuracy?: number
  /** Of the contracts: code and, for the paths that keep weights in code, weights. */
  readonly deploymentGas?: number
  /** Of the model: weights in code, or its registration. */
  readonly storageGas?: number
  /** Of all accounts with code that the path put on the chain: the contract, and weights where they are code. */
  readonly codeBytes?: number
  /** Of one inference, as a transaction: median. */
  readonly inferenceGas?: number
  /** Of it, what the inference itself takes: without the intrinsic gas and the calldata. */
  readonly executionGas?: number
  readonly gasPerMac?: number
  readonly times?: Times
  readonly nanosecondsPerMac?: number
  readonly gasPerMillisecond?: number
  /** Most bytes that the process had beyond those before, while it ran. */
  readonly peakBytes?: number
  /**
   * Limits of Ethereum that it goes beyond: an inference or a transaction of the deployment takes more gas than a transaction
   * or a block may, or code and weights don't fit in the code of one account, so that several hold them.
   */
  readonly limits?: readonly ('transaction gas' | 'code size' | 'block gas')[]
}

/** A model on all paths that were asked for. */
export type ModelResult = {
  readonly name: string
  /** A file, or a model of the sweep. */
  readonly source: { readonly kind: 'file' | 'sweep'; readonly family?: 'MLP' | 'CNN' }
  readonly macs: number
  readonly weightBytes: number
  readonly inputBytes: number
  readonly outputBytes: number
  readonly samples: number
  readonly paths: readonly PathResult[]
}

/** Where a path gets dearer than another: by interpolation between models of a family, on logarithmic axes. */
export type Crossover = {
  readonly family: 'MLP' | 'CNN'
  readonly quantity: 'gas' | 'time'
  readonly cheaperBelow: BenchPath
  readonly cheaperAbove: BenchPath
  readonly macs: number
}

/** Multiply-accumulates from which on a path is beyond a limit, by interpolation; absent where it never is. */
export type LimitPoint = {
  readonly family: 'MLP' | 'CNN'
  readonly path: BenchPath
  readonly limit: 'transaction gas' | 'code size' | 'block gas'
  readonly macs: number
}

/** What a run of the benchmark found. Plain data, `results.json`; docs/benchmarking.md describes it. */
export type BenchResults = {
  readonly version: typeof BENCH_RESULTS_VERSION
  /** Words of the command. */
  readonly command: readonly string[]
  /** ISO 8601. */
  readonly date: string
  readonly machine: {
    readonly processor: string
    readonly cores: number
    readonly memoryBytes: number
    readonly node: string
    readonly platform: string
    /** Revision of the sources, where they are a git working tree; `+` when it has changes. */
    readonly commit?: string
  }
  /** Of the packages that results depend on. */
  readonly versions: Readonly<Record<string, string>>
  /** What costs are stated at, where the command was told. */
  readonly gasPriceGwei?: number
  /** Set when the run was stopped before all was measured. */
  readonly stopped?: true
  readonly gasLimits: { readonly transaction: number; readonly block: number; readonly codeBytes: number }
  readonly models: readonly ModelResult[]
  readonly crossovers: readonly Crossover[]
  readonly limitPoints: readonly LimitPoint[]
}
