export { type CallRequest, type CallResult, type ChainLog, MAX_TRANSACTION_GAS, type Outcome } from './call.ts'
export { type CallOptions, type CallPool, type CallPoolOptions, createCallPool } from './callPool.ts'
export {
  type Chain,
  type ChainOptions,
  createChain,
  type Receipt,
  type TransactionRequest,
} from './chain.ts'
export { haltCodeOf, MissingModelError } from './errors.ts'
export type { InstructionTrace, TraceHook } from './execute.ts'
export {
  createTensorCommon,
  type DefaultGenesisOptions,
  type DevelopmentAccount,
  defaultGenesis,
  developmentAccounts,
  loadTensorGenesis,
  readTensorGenesis,
  type TensorGenesis,
} from './genesis.ts'
export { DEFAULT_PRECOMPILE_ADDRESS, DEFAULT_REGISTRY_ADDRESS } from './genesisFile.ts'
export { TENSOR_FORK, type TensorFork } from './genesisForks.ts'
export { GenesisError } from './genesisReader.ts'
export type { Machine } from './genesisVM.ts'
export type { BytesLike, Hex } from './input.ts'
export { type KZG, kzg, loadKZG } from './kzg.ts'
export {
  checkTensorParameters,
  isTensorActive,
  MAX_ARENA_BYTES,
  TENSOR_EIP,
  type TensorForkParameters,
  tensorParameters,
} from './parameters.ts'
export { encodeRegistration, registryAbi, registryBytecode } from './registry.ts'
export { replay } from './replay.ts'
export * from './report/index.ts'
export type { StateDatabase, StateEntry } from './stateDatabase.ts'
export { copyVM, createTensorEVM, type TensorEVM, type TensorEVMOpts, tensorEVMOf } from './tensorEVM.ts'
