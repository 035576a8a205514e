import { setImmediate } from 'node:timers/promises'
import { hexToBytes } from '@ethereumjs/util'
import { keccak_256 } from '@noble/hashes/sha3.js'
import type { Hex } from '../../evm-ext/index.ts'
import type { NodeChain } from '../chain/chain.ts'
import { RpcError, rpcCodes } from './errors.ts'
import { formatLogs, type LogJSON } from './format/log.ts'
import type { BlockNumber, LogFilter } from './params.ts'

/** Most blocks that one search goes through. */
const MAX_BLOCKS = 100_000n
/** Most logs that one search gives. */
const MAX_LOGS = 20_000
/** Blocks after which others get their turn. */
const BLOCKS_A_TURN = 64n

/** Whether a log is one that a filter asks for. */
export function matchesFilter({ addresses, topics }: LogFilter, log: Pick<LogJSON, 'address' | 'topics'>): boolean {
  if (addresses.length > 0 && !addresses.includes(log.address)) return false
  if (topics.length > log.topics.length) return false
  return topics.every((allowed, index) => allowed.length === 0 || allowed.includes(log.topics[index] as Hex))
}

/** The three bits of a logs bloom that an address or topic sets: byte and mask of each. */
function bloomBits(item: Hex): readonly (readonly [byte: number, mask: number])[] {
  const hash = keccak_256(hexToBytes(item))
  return [0, 2, 4].map((at) => {
    const bit = (((hash[at] as number) << 8) | (hash[at + 1] as number)) & 2047
    return [255 - (bit >> 3), 1 << (bit & 7)] as const
  })
}

/** Whether blocks of a logs bloom may have logs that a filter asks for. */
function bloomTest({ addresses, topics }: LogFilter): (bloom: Uint8Array) => boolean {
  const groups = [addresses, ...topics].filter(({ length }) => length > 0).map((items) => items.map(bloomBits))
  return (bloom) =>
    groups.every((items) => items.some((bits) => bits.every(([byte, mask]) => ((bloom[byte] as number) & mask) !== 0)))
}

/** The numbers of the blocks that a filter looks at. @throws {RpcError} when it asks for what is not there */
function rangeOf({ from, to }: LogFilter, head: bigint): readonly [first: bigint, last: bigint] {
  const numberOf = (block: BlockNumber | undefined) => {
    if (typeof block === 'bigint') return block
    return block === 'earliest' ? 0n : head
  }
  const [first, last] = [numberOf(from), numberOf(to)]
  if (first > last) throw new RpcError(rpcCodes.invalidParams, 'invalid block range params')
  if (last > head) throw new RpcError(rpcCodes.invalidParams, 'block range extends beyond current head block')
  if (last - first >= MAX_BLOCKS)
    throw new RpcError(rpcCodes.limitExceeded, `exceed maximum block range: ${MAX_BLOCKS} blocks`)
  return [first, last]
}

/** The logs of blocks of the chain that a filter asks for. @throws {RpcError} when it asks for what is not there or too much */
export async function searchLogs(
  filter: LogFilter,
  chain: NodeChain,
  signal: AbortSignal,
): Promise<readonly LogJSON[]> {
  const found: LogJSON[] = []
  const mayHave = bloomTest(filter)

  const search = async (id: bigint | Hex) => {
    const record = await chain.recordAt(id)
    if (record === undefined) throw new RpcError(rpcCodes.serverError, 'unknown block')
    if (!mayHave(record.block.header.logsBloom)) return
    for (const log of formatLogs(record)) if (matchesFilter(filter, log)) found.push(log)
    if (found.length > MAX_LOGS)
      throw new RpcError(rpcCodes.limitExceeded, `query returned more than ${MAX_LOGS} results`)
  }

  if (filter.blockHash !== undefined) await search(filter.blockHash)
  else {
    const [first, last] = rangeOf(filter, chain.head().header.number)
    for (let number = first; number <= last; number++) {
      await search(number)
      if (number % BLOCKS_A_TURN !== 0n) continue
      await setImmediate()
      signal.throwIfAborted()
    }
  }
  return found
}
