import { useEffect, useReducer } from 'preact/hooks'
import { request } from './rpc.js'

/** @import { GasReport } from '../../../evm-ext/report/report.ts' */

/** Transactions of which the gas of tensor instructions is remembered. */
const REMEMBERED = 4096

/** @type {Map<string, number>} */
const known = new Map()

/** @param {string} blockHash @param {string} hash */
const keyOf = (blockHash, hash) => `${blockHash}${hash}`

/** @param {string} key @param {GasReport} report */
function remember(key, { summary: { tensorBase, tensorCompute, tensorMemory, tensorAccess } }) {
  known.set(key, tensorBase + tensorCompute + tensorMemory + tensorAccess)
  const [oldest] = known.keys()
  if (known.size > REMEMBERED && oldest !== undefined) known.delete(oldest)
}

/**
 * Asks for the tensor gas of transactions, one after another, and draws again with each. The node runs a transaction once
 * more to say it, so of each block only the first transactions are asked for.
 *
 * @param {readonly { hash: string, transactions: readonly string[] }[]} blocks
 * @param {number} most - transactions of a block that are asked for
 * @returns {(blockHash: string, hash: string) => number | undefined} gas, where it is known
 */
export function useTensorGas(blocks, most) {
  const [, draw] = useReducer((/** @type {number} */ times) => times + 1, 0)
  const subject = blocks.map(({ hash }) => hash).join()
  useEffect(() => {
    let isOver = false
    const run = async () => {
      for (const { hash: blockHash, transactions } of blocks)
        for (const hash of transactions.slice(0, most)) {
          const key = keyOf(blockHash, hash)
          if (known.has(key)) continue
          const report = await request(['tensor_gasBreakdown', hash]).catch(() => undefined)
          if (report !== undefined && report !== null) remember(key, report)
          if (isOver) return
          draw(undefined)
        }
    }
    run()
    return () => {
      isOver = true
    }
  }, [subject, most])
  return (blockHash, hash) => known.get(keyOf(blockHash, hash))
}
