import { createAddressFromString, toChecksumAddress } from '@ethereumjs/util'
import type { PoolContent, PooledTransaction } from '../../pool/pool.ts'
import { quantity } from '../format/quantity.ts'
import { formatPooledTransaction, maxFeeOf } from '../format/transaction.ts'
import { type Methods, method } from '../method.ts'
import { address, parameters } from '../params.ts'

const nothing = parameters()

function byNonce<T>(
  transactions: ReadonlyMap<bigint, PooledTransaction> | undefined,
  format: (one: PooledTransaction) => T,
) {
  return Object.fromEntries([...(transactions ?? [])].map(([nonce, one]) => [nonce.toString(), format(one)]))
}

function bySender<T>(content: PoolContent, format: (one: PooledTransaction) => T) {
  return Object.fromEntries(
    [...content].map(([sender, transactions]) => [toChecksumAddress(sender), byNonce(transactions, format)]),
  )
}

function count(content: PoolContent) {
  return quantity([...content.values()].reduce((sum, { size }) => sum + size, 0))
}

/** A transaction in a line, as geth has it. */
function inspect({ transaction }: PooledTransaction): string {
  const { to, value, gasLimit } = transaction
  const target =
    to === undefined ? 'contract creation' : toChecksumAddress(createAddressFromString(to.toString()).toString())
  return `${target}: ${value} wei + ${gasLimit} gas × ${maxFeeOf(transaction)} wei`
}

/** Methods that show what waits to be mined. */
export const txpoolMethods: Methods = {
  txpool_status: method(nothing, (_, { pool }) => {
    const { pending, queued } = pool.content()
    return { pending: count(pending), queued: count(queued) }
  }),
  txpool_content: method(nothing, (_, { pool }) => {
    const { pending, queued } = pool.content()
    return { pending: bySender(pending, formatPooledTransaction), queued: bySender(queued, formatPooledTransaction) }
  }),
  txpool_contentFrom: method(parameters(address), ([sender], { pool }) => {
    const { pending, queued } = pool.content()
    return {
      pending: byNonce(pending.get(sender), formatPooledTransaction),
      queued: byNonce(queued.get(sender), formatPooledTransaction),
    }
  }),
  txpool_inspect: method(nothing, (_, { pool }) => {
    const { pending, queued } = pool.content()
    return { pending: bySender(pending, inspect), queued: bySender(queued, inspect) }
  }),
}
