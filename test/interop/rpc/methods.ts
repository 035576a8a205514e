import type { Block } from '@ethereumjs/block'
import {
  Address,
  bigIntToBytes,
  bytesToHex,
  createAddressFromString,
  hexToBytes,
  setLengthLeft,
} from '@ethereumjs/util'
import { AbiCoder } from 'ethers'
import { developmentAccounts, type Hex, MAX_TRANSACTION_GAS, type Outcome } from '../../../evm-ext/index.ts'
import { blockObject, type LogObject, logObjects, quantity, receiptObject, transactionObject } from './format.ts'
import { type CallMessage, estimateGas, type Node } from './node.ts'

/** What a method answers instead of a result. */
export class RpcError extends Error {
  readonly code: number
  readonly data: Hex | undefined

  constructor(code: number, message: string, data?: Hex) {
    super(message)
    this.code = code
    this.data = data
  }
}

/** A method: JSON in, JSON out. @throws {RpcError} */
export type Method = (...parameters: readonly never[]) => unknown

type CallObject = {
  readonly from?: string
  readonly to?: string | null
  readonly data?: Hex
  readonly input?: Hex
  readonly value?: string
  readonly gas?: string
}

type BlockId = string | { readonly blockHash?: Hex; readonly blockNumber?: string } | null | undefined

type LogFilter = {
  readonly fromBlock?: string
  readonly toBlock?: string
  readonly blockHash?: Hex
  readonly address?: string | readonly string[]
  readonly topics?: readonly (string | readonly string[] | null)[]
}

/** Wei a unit of gas that callers are advised to offer above the base fee. */
const PRIORITY_FEE = 1_000_000_000n
const ERROR_SELECTOR = '0x08c379a0'
const LATEST = ['latest', 'pending', 'safe', 'finalized']

/** The error of a call that failed: code 3 with the data of a revert, as geth has it. */
function callError({ error, returnValue, haltCode }: Outcome): RpcError {
  if (error !== 'revert') return new RpcError(-32000, haltCode ? `tensor halt: ${haltCode}` : String(error))
  const data = bytesToHex(returnValue)
  if (!data.startsWith(ERROR_SELECTOR)) return new RpcError(3, 'execution reverted', data)
  const [reason] = AbiCoder.defaultAbiCoder().decode(['string'], `0x${data.slice(ERROR_SELECTOR.length)}`)
  return new RpcError(3, `execution reverted: ${reason}`, data)
}

function readMessage({ from, to, data, input, value = '0x0', gas }: CallObject): CallMessage {
  return {
    from: from === undefined ? new Address(new Uint8Array(20)) : createAddressFromString(from),
    to: to === undefined || to === null ? undefined : createAddressFromString(to),
    data: hexToBytes(input ?? data ?? '0x'),
    value: BigInt(value),
    gasLimit: gas === undefined ? MAX_TRANSACTION_GAS : BigInt(gas),
  }
}

/** @throws {RpcError} when there is no such block */
function findBlock(node: Node, id: BlockId): Block {
  const place = typeof id === 'object' ? (id?.blockHash ?? id?.blockNumber) : id
  if (place === undefined || LATEST.includes(place)) return node.head()
  const block = node.block(place === 'earliest' ? 0n : place.length === 66 ? (place as Hex) : BigInt(place))
  if (block === undefined) throw new RpcError(-32001, `unknown block ${place}`)
  return block
}

function blockOrNull(node: Node, id: BlockId, full: boolean) {
  try {
    return blockObject(node, findBlock(node, id), full)
  } catch (error) {
    if (error instanceof RpcError) return null
    throw error
  }
}

function matches({ address, topics = [] }: LogFilter, log: LogObject): boolean {
  const isAmong = (wanted: string | readonly string[] | null | undefined, value: string | undefined) =>
    wanted === undefined || wanted === null || [wanted].flat().some((one) => one.toLowerCase() === value)
  return isAmong(address, log.address) && topics.every((topic, index) => isAmong(topic, log.topics[index]))
}

function findLogs(node: Node, filter: LogFilter): LogObject[] {
  const { blockHash, fromBlock, toBlock } = filter
  const first = findBlock(node, blockHash ?? fromBlock).header.number
  const last = blockHash === undefined ? findBlock(node, toBlock).header.number : first
  const logs: LogObject[] = []
  for (let number = first; number <= last; number++) {
    const mined = node.transactionOf(node.block(number) as Block)
    if (mined) logs.push(...logObjects(mined).filter((log) => matches(filter, log)))
  }
  return logs
}

function feeHistory(node: Node, count: string, newest: BlockId, percentiles: readonly number[] | null = null) {
  const last = findBlock(node, newest).header.number
  const length = BigInt(count) > last + 1n ? last + 1n : BigInt(count)
  const blocks = Array.from({ length: Number(length) }, (_, i) => node.block(last + 1n - length + BigInt(i)) as Block)
  const next = blocks.at(-1)?.header.calcNextBaseFee()
  return {
    oldestBlock: quantity(last + 1n - length),
    baseFeePerGas: [...blocks.map(({ header }) => header.baseFeePerGas), next].map((fee) => quantity(fee ?? 0n)),
    gasUsedRatio: blocks.map(({ header }) => Number(header.gasUsed) / Number(header.gasLimit)),
    ...(percentiles ? { reward: blocks.map(() => percentiles.map(() => quantity(PRIORITY_FEE))) } : {}),
  }
}

/** The methods that cast, forge, ethers, viem and Hardhat ask a node for to deploy, send, call and read logs. */
export function rpcMethods(node: Node): Readonly<Record<string, Method>> {
  const accountOf = (address: string, id: BlockId) =>
    node.inState(findBlock(node, id), (state) => state.getAccount(createAddressFromString(address)))
  const sent = async (sending: Promise<Hex>) => {
    try {
      return await sending
    } catch (error) {
      throw new RpcError(-32000, (error as Error).message)
    }
  }
  const methods = {
    web3_clientVersion: () => 'tensor-evm',
    net_version: () => node.common.chainId().toString(),
    eth_chainId: () => quantity(node.common.chainId()),
    eth_blockNumber: () => quantity(node.head().header.number),
    eth_accounts: () => developmentAccounts.map(({ address }) => address),
    eth_gasPrice: () => quantity(node.head().header.calcNextBaseFee() + PRIORITY_FEE),
    eth_maxPriorityFeePerGas: () => quantity(PRIORITY_FEE),
    eth_feeHistory: (count: string, newest: BlockId, percentiles?: readonly number[]) =>
      feeHistory(node, count, newest, percentiles),
    eth_getBalance: async (address: string, id: BlockId) => quantity((await accountOf(address, id))?.balance ?? 0n),
    eth_getTransactionCount: async (address: string, id: BlockId) =>
      quantity((await accountOf(address, id))?.nonce ?? 0n),
    eth_getCode: async (address: string, id: BlockId) =>
      bytesToHex(await node.inState(findBlock(node, id), (state) => state.getCode(createAddressFromString(address)))),
    eth_getStorageAt: async (address: string, slot: string, id: BlockId) => {
      const key = setLengthLeft(bigIntToBytes(BigInt(slot)), 32)
      const block = findBlock(node, id)
      const value = await node.inState(block, (state) => state.getStorage(createAddressFromString(address), key))
      return bytesToHex(setLengthLeft(value, 32))
    },
    eth_call: async (call: CallObject, id: BlockId) => {
      const result = await node.call(readMessage(call), findBlock(node, id))
      if (result.status === 0) throw callError(result)
      return bytesToHex(result.returnValue)
    },
    eth_estimateGas: async (call: CallObject) => quantity(await estimateGas(node, readMessage(call), callError)),
    eth_sendRawTransaction: (bytes: Hex) => sent(node.sendRaw(hexToBytes(bytes))),
    eth_sendTransaction: (call: CallObject) => sent(node.send(readMessage(call))),
    eth_getTransactionByHash: (hash: Hex) => {
      const mined = node.transaction(hash)
      return mined ? transactionObject(mined) : null
    },
    eth_getTransactionReceipt: (hash: Hex) => {
      const mined = node.transaction(hash)
      return mined ? receiptObject(mined) : null
    },
    eth_getBlockByNumber: (id: BlockId, full = false) => blockOrNull(node, id, full),
    eth_getBlockByHash: (hash: Hex, full = false) => blockOrNull(node, hash, full),
    eth_getLogs: (filter: LogFilter) => findLogs(node, filter),
  }
  return methods
}
