import type { TensorGenesis } from '../../evm-ext/index.ts'
import type { ContractCode, ContractKind } from '../contracts.ts'
import type { BenchModel } from '../model.ts'

/** One inference. */
type PathInference = {
  /** Canonical bytes of the outputs. */
  readonly output: Uint8Array
  /** Of the message call alone. */
  readonly executionGas?: number
  /** Of the transaction that the call would be: intrinsic gas and calldata as well. */
  readonly transactionGas?: number
  /** What it took, where that is not the time until the answer was there. */
  readonly milliseconds?: number
}

/** What a path put on its chain. */
export type Deployment = {
  readonly deploymentGas?: number
  readonly storageGas?: number
  readonly codeBytes?: number
  /** Of the dearest transaction. */
  readonly greatestTransactionGas: number
}

/** A model that is ready on a path. */
export type ReadyPath = {
  readonly deployment?: Deployment
  /** Process that does the work, where it is not this one. */
  readonly processId?: number
  infer(sample: Uint8Array): PathInference | Promise<PathInference>
  close(): void | Promise<void>
}

/** What making a model ready needs beside the model. */
export type PathContext = {
  readonly genesis?: TensorGenesis | undefined
  /** What messages call the genesis. */
  readonly where: string
  /** Gas that an inference may take at most. */
  readonly maxGas: number
  /** Compiled contract of the model. @throws {Error} when it has none, with the reason */
  contract(kind: ContractKind): ContractCode
  /** Directory from which packages of others are looked for. */
  readonly peers: string
}

/** A way of running a model. */
export type Path = {
  /** Contract that is to be compiled before. */
  readonly contract?: ContractKind
  /**
   * Least gas of a multiply-accumulate, where it has gas in proportion to them: what would take more than allowed by this
   * alone is not tried.
   */
  readonly leastGasPerMac?: number
  /** Makes a model ready. @throws {Error} with the reason when it can't run that way here */
  prepare(model: BenchModel, context: PathContext): Promise<ReadyPath>
}
