import type { BlockHeader } from '@ethereumjs/block'
import type { NodeServices } from './method.ts'

/** Wei a gas that a transaction is advised to give the miner. Blocks of a development chain are seldom full. */
export const SUGGESTED_TIP = 1_000_000_000n

/** The next block's header as far as it is known. */
export function nextHeader({ chain, miner }: Pick<NodeServices, 'chain' | 'miner'>): BlockHeader {
  return chain.nextHeader(miner.nextFields())
}

/** Fees of a transaction that says nothing of them: enough for six full blocks in a row before it, as wallets have it. */
export function suggestedFees(services: Pick<NodeServices, 'chain' | 'miner'>) {
  const { baseFeePerGas = 0n } = nextHeader(services)
  return {
    gasPrice: baseFeePerGas + SUGGESTED_TIP,
    maxPriorityFeePerGas: SUGGESTED_TIP,
    maxFeePerGas: 2n * baseFeePerGas + SUGGESTED_TIP,
  }
}
