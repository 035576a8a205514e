import type { Block } from '@ethereumjs/block'
import { createFeeMarket1559Tx } from '@ethereumjs/tx'
import { createAddressFromString } from '@ethereumjs/util'
import {
  type DefaultGenesisOptions,
  type DevelopmentAccount,
  defaultGenesis,
  developmentAccounts,
  type Hex,
} from '../../../evm-ext/index.ts'
import type { BlockRecord, NodeChain, ReceiptRecord } from '../../../node/chain/chain.ts'
import { createNodeChain } from '../../../node/chain/createChain.ts'
import { createMemoryDatabase } from '../../../node/database/memory.ts'
import type { ReadAt } from '../../../node/reads/reads.ts'

type Sent = {
  /** Index of the development account that sends. */
  readonly from?: number
  readonly to?: Hex
  readonly data?: Uint8Array
  readonly value?: bigint
  readonly gasLimit?: bigint
  readonly maxPriorityFeePerGas?: bigint
}

/** A node's chain in memory, and short ways to use it. */
export type ReadableChain = {
  readonly chain: NodeChain
  /** Mines transactions in one block. */
  mine(...transactions: readonly Sent[]): Promise<BlockRecord>
  /** Address of the contract that code creates. */
  deploy(creation: Uint8Array, value?: bigint): Promise<Hex>
  /** Where calls at a block run, the head's unless given. */
  at(block?: Block): Promise<ReadAt>
}

/** A development account. */
export function account(index: number): DevelopmentAccount {
  return developmentAccounts[index] as DevelopmentAccount
}

export async function createReadableChain(options?: DefaultGenesisOptions): Promise<ReadableChain> {
  const chain = await createNodeChain({ genesis: defaultGenesis(options), database: createMemoryDatabase() })

  const mine = async (...sent: readonly Sent[]): Promise<BlockRecord> => {
    const head = chain.head()
    const timestamp = head.header.timestamp + 1n
    const common = chain.commonAt({ number: head.header.number + 1n, timestamp })
    const state = await chain.stateAt(head)
    const nonces = new Map<number, bigint>()
    const transactions = []
    for (const { from = 0, to, data = new Uint8Array(0), value = 0n, gasLimit = 1_000_000n, ...fees } of sent) {
      const { address, privateKey } = account(from)
      const nonce = nonces.get(from) ?? (await state.getAccount(createAddressFromString(address)))?.nonce ?? 0n
      nonces.set(from, nonce + 1n)
      const { maxPriorityFeePerGas = 0n } = fees
      const fields = { chainId: common.chainId(), nonce, data, value, gasLimit, maxPriorityFeePerGas }
      const maxFeePerGas = head.header.calcNextBaseFee() + maxPriorityFeePerGas
      transactions.push(
        createFeeMarket1559Tx(
          { ...fields, maxFeePerGas, ...(to === undefined ? {} : { to: createAddressFromString(to) }) },
          { common },
        ).sign(privateKey),
      )
    }
    return chain.mine({ timestamp }, transactions, true)
  }

  return {
    chain,
    mine,
    async deploy(creation, value = 0n) {
      const { receipts } = await mine({ data: creation, value, gasLimit: 10_000_000n })
      const { contractAddress, error } = receipts[0] as ReceiptRecord
      if (contractAddress === undefined || error !== undefined)
        throw new Error(`the contract was not created: ${error}`)
      return contractAddress
    },
    async at(block = chain.head()) {
      return { header: block.header, stateRoot: await chain.stateRootAt(block) }
    },
  }
}
