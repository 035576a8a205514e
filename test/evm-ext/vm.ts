import { type Block, createBlock } from '@ethereumjs/block'
import { createFeeMarket1559Tx, type TypedTransaction } from '@ethereumjs/tx'
import { type Address, bytesToHex } from '@ethereumjs/util'
import type { VM } from '@ethereumjs/vm'
import { type DefaultGenesisOptions, defaultGenesis, developmentAccounts } from '../../evm-ext/genesis.ts'
import { createGenesisVM } from '../../evm-ext/genesisVM.ts'
import type { TensorEVM } from '../../evm-ext/tensorEVM.ts'
import type { Kernel } from '../../kernel/index.ts'
import { createMemoryStore, type ModelStore } from '../../model/store.ts'
import { address } from './setup.ts'

const key = developmentAccounts[0]?.privateKey as Uint8Array

export type VMSetup = { readonly vm: VM; readonly evm: TensorEVM; readonly genesisBlock: Block }

/** A VM at the genesis block, with code at some addresses (by number). */
export async function setUpVM(
  contracts: Readonly<Record<number, Uint8Array>>,
  options: { genesis?: DefaultGenesisOptions; kernel?: Kernel; store?: ModelStore } = {},
): Promise<VMSetup> {
  const { genesis, kernel, store = createMemoryStore() } = options
  const alloc = Object.fromEntries(
    Object.entries(contracts).map(([at, code]) => [
      address(Number(at)).toString(),
      { balance: '0x0', code: bytesToHex(code) },
    ]),
  )
  const made = await createGenesisVM(defaultGenesis({ ...genesis, alloc }), { store, kernel })
  return { vm: made.vm, evm: made.vm.evm as TensorEVM, genesisBlock: made.block }
}

/** A signed transaction to an address. */
export function sign(
  vm: VM,
  { nonce, to, data = new Uint8Array(0) }: { nonce: number; to: number | Address; data?: Uint8Array },
): TypedTransaction {
  const unsigned = createFeeMarket1559Tx(
    {
      chainId: vm.common.chainId(),
      nonce,
      maxFeePerGas: 10n ** 10n,
      maxPriorityFeePerGas: 0n,
      gasLimit: 2_000_000n,
      to: typeof to === 'number' ? address(to) : to,
      data,
    },
    { common: vm.common },
  )
  return unsigned.sign(key)
}

/** A block after `parent` with these transactions, and roots that nobody has computed. */
export function blockOf(vm: VM, parent: Block, transactions: readonly TypedTransaction[], timestamp?: bigint): Block {
  return createBlock(
    {
      header: {
        number: parent.header.number + 1n,
        parentHash: parent.hash(),
        timestamp: timestamp ?? parent.header.timestamp + 1n,
        gasLimit: parent.header.gasLimit,
        baseFeePerGas: parent.header.calcNextBaseFee(),
      },
      transactions: [...transactions],
      withdrawals: [],
    },
    { common: vm.common, setHardfork: true },
  )
}

export async function stateRoot(vm: VM): Promise<string> {
  return bytesToHex(await vm.stateManager.getStateRoot())
}
