import { createFeeMarket1559Tx } from '@ethereumjs/tx'
import { bytesToHex, type PrefixedHexString } from '@ethereumjs/util'
import { createTensorCommon, defaultGenesis, type Hex } from '../../../evm-ext/index.ts'

const common = createTensorCommon(defaultGenesis())

/** More than the base fee of any block of these tests. */
const MAX_FEE = 10n ** 12n

export type Unsigned = {
  readonly nonce: number | bigint
  readonly to?: Hex
  readonly data?: Hex
  readonly value?: bigint
  readonly gasLimit: bigint
}

/** Signs a transaction of a development chain. */
export function signTransaction({ to, data = '0x', ...fields }: Unsigned, key: Uint8Array): { hash: Hex; raw: Hex } {
  const transaction = createFeeMarket1559Tx(
    {
      ...{ ...fields, data, chainId: common.chainId(), maxFeePerGas: MAX_FEE, maxPriorityFeePerGas: 1n },
      ...(to === undefined ? {} : { to: to as PrefixedHexString }),
    },
    { common },
  ).sign(key)
  return { hash: bytesToHex(transaction.hash()), raw: bytesToHex(transaction.serialize()) }
}
