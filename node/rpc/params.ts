export { type BlockId, type BlockNumber, blockId, blockIdOrLatest, blockNumber } from './params/block.ts'
export { type LogFilter, logFilter } from './params/filter.ts'
export { parameterMessage, parameters } from './params/parameters.ts'
export { callRequest, type TransactionFields, transactionRequest } from './params/requests.ts'
export {
  address,
  data,
  expected,
  flag,
  hash32,
  hexData,
  looseQuantity,
  quantity,
  storageSlot,
} from './params/values.ts'
