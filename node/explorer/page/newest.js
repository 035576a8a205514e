import { requestAll } from './rpc.js'

/**
 * @template {{ number: string, hash: string, parentHash: string }} B
 * @typedef {readonly B[]} Blocks - a run of blocks, the newest first
 */

/**
 * @param {bigint} from - number of the newest
 * @param {number} count
 * @param {boolean} isFull - whether with transactions instead of their hashes
 * @param {AbortSignal} signal
 */
async function fetchBlocks(from, count, isFull, signal) {
  const numbers = Array.from({ length: count }, (_, place) => from - BigInt(place)).filter((number) => number >= 0n)
  const calls = numbers.map(
    (number) => /** @type {const} */ (['eth_getBlockByNumber', `0x${number.toString(16)}`, isFull]),
  )
  const blocks = await requestAll(calls, signal)
  return blocks.filter((block) => block !== null)
}

/**
 * A number of blocks from `from` down. Of those that are known from `before`, none is asked for again if the new ones
 * stand on them.
 *
 * @template {{ number: string, hash: string, parentHash: string }} B
 * @param {object} wanted
 * @param {bigint} wanted.from - number of the newest
 * @param {number} wanted.count
 * @param {boolean} wanted.isFull - whether with transactions instead of their hashes
 * @param {Blocks<B> | undefined} before
 * @param {AbortSignal} signal
 * @returns {Promise<Blocks<B>>}
 */
export async function blocksFrom({ from, count, isFull }, before, signal) {
  const newest = before?.[0]
  const missing = newest === undefined ? count : Number(from - BigInt(newest.number))
  if (before !== undefined && missing > 0 && missing < count) {
    const added = await fetchBlocks(from, missing, isFull, signal)
    if (added.at(-1)?.parentHash === newest?.hash) return [...added, ...before].slice(0, count)
  }
  return fetchBlocks(from, count, isFull, signal)
}
