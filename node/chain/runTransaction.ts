import type { Block } from '@ethereumjs/block'
import type { TypedTransaction } from '@ethereumjs/tx'
import { type RunTxResult, runTx, type VM } from '@ethereumjs/vm'
import { isImpersonated } from './sender.ts'

/** How the code of an account begins that has delegated it (EIP-7702). */
export const DELEGATION = Uint8Array.of(0xef, 0x01, 0x00)

/**
 * Runs a transaction of a block, also one of an impersonated contract: EIP-3607 forbids accounts with code to send, and
 * would forbid that.
 *
 * @param gasBefore - gas of the block's transactions before it
 */
export async function runTransaction(
  vm: VM,
  transaction: TypedTransaction,
  block: Block,
  gasBefore: bigint,
): Promise<RunTxResult> {
  const run = () => runTx(vm, { tx: transaction, block, blockGasUsed: gasBefore })
  if (!isImpersonated(transaction)) return run()
  const state = vm.stateManager
  const { getCode } = state
  // The first time that a transaction asks for its sender's code is to see whether it may send. One that delegates may.
  state.getCode = async (address) => {
    if (!address.equals(transaction.getSenderAddress())) return getCode.call(state, address)
    state.getCode = getCode
    const code = await getCode.call(state, address)
    return code.length === 0 ? code : DELEGATION
  }
  try {
    return await run()
  } finally {
    state.getCode = getCode
  }
}
