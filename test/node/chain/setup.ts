import { createFeeMarket1559Tx, type TypedTransaction } from '@ethereumjs/tx'
import { createAddressFromString } from '@ethereumjs/util'
import {
  type DefaultGenesisOptions,
  type DevelopmentAccount,
  defaultGenesis,
  developmentAccounts,
  type Hex,
  type TensorGenesis,
} from '../../../evm-ext/index.ts'
import type { NodeChain } from '../../../node/chain/chain.ts'
import { createNodeChain } from '../../../node/chain/createChain.ts'
import type { NodeDatabase } from '../../../node/database/database.ts'
import { createMemoryDatabase } from '../../../node/database/memory.ts'

export const [first, second, third] = developmentAccounts as [
  DevelopmentAccount,
  DevelopmentAccount,
  DevelopmentAccount,
  ...DevelopmentAccount[],
]

/** Wei that every development account starts with. */
export const FUNDS = 10n ** 22n

export type TransactionFields = {
  readonly from?: DevelopmentAccount
  readonly nonce: bigint
  readonly to?: Hex
  readonly value?: bigint
  readonly data?: Uint8Array
  readonly gasLimit?: bigint
  readonly maxFeePerGas?: bigint
  readonly maxPriorityFeePerGas?: bigint
}

const GWEI = 10n ** 9n

/** A transaction of the chain, without a signature. */
export function unsigned(chain: NodeChain, fields: TransactionFields): TypedTransaction {
  const { from: _, nonce, value = 0n, gasLimit = 21_000n, ...rest } = fields
  const { maxFeePerGas = 2n * GWEI, maxPriorityFeePerGas = 0n, ...others } = rest
  const { number, timestamp } = chain.head().header
  return createFeeMarket1559Tx(
    { chainId: chain.genesis.chainId, nonce, value, gasLimit, maxFeePerGas, maxPriorityFeePerGas, ...others },
    { common: chain.commonAt({ number: number + 1n, timestamp: timestamp + 1n }) },
  )
}

/** A transaction of the chain that the first account signed, unless another is given. */
export function signed(chain: NodeChain, fields: TransactionFields): TypedTransaction {
  return unsigned(chain, fields).sign((fields.from ?? first).privateKey)
}

/** A chain in memory, or in the database that is given. */
export function openChain(
  options: DefaultGenesisOptions | TensorGenesis = {},
  database: NodeDatabase = createMemoryDatabase(),
): Promise<NodeChain> {
  const genesis = 'geth' in options ? options : defaultGenesis(options)
  return createNodeChain({ genesis, database })
}

/** Mines transactions in a block a second after the head. */
export function mine(chain: NodeChain, ...transactions: readonly TypedTransaction[]) {
  return chain.mine({ timestamp: chain.head().header.timestamp + 1n }, transactions)
}

/** Wei of an account in the state of the head. */
export async function balanceOf(chain: NodeChain, address: Hex): Promise<bigint> {
  const state = await chain.stateAt(chain.head())
  return (await state.getAccount(createAddressFromString(address)))?.balance ?? 0n
}
