import type { Block } from '@ethereumjs/block'
import type { ExecResult } from '@ethereumjs/evm'
import { type Address, bytesToHex } from '@ethereumjs/util'
import type { VM } from '@ethereumjs/vm'
import type { HaltCode } from '../isa/index.ts'
import { haltCodeOf } from './errors.ts'
import { type DevelopmentAccount, developmentAccounts } from './genesis.ts'
import { type BytesLike, type Hex, readAddress, readBytes, readGas } from './input.ts'

/** An event that a contract logged. */
export type ChainLog = { readonly address: Hex; readonly topics: readonly Hex[]; readonly data: Uint8Array }

/** How a call or transaction ended. */
export type Outcome = {
  /** 1 for success, 0 for a revert or an exceptional halt. */
  readonly status: 0 | 1
  /** What the outermost frame returned, or its revert data. */
  readonly returnValue: Uint8Array
  readonly logs: readonly ChainLog[]
  /** The EVM's name of the revert or halt; undefined after success. */
  readonly error: string | undefined
  /** The tensor instruction set's own code, where the outermost frame ended with one. */
  readonly haltCode: HaltCode | undefined
}

/** The outcome in an EVM result. */
export function outcomeOf({ exceptionError, returnValue, logs }: ExecResult): Outcome {
  return {
    status: exceptionError === undefined ? 1 : 0,
    returnValue,
    logs: (logs ?? []).map(([address, topics, data]) => ({
      address: bytesToHex(address),
      topics: topics.map((topic) => bytesToHex(topic)),
      data,
    })),
    error: exceptionError?.error,
    haltCode: haltCodeOf(exceptionError),
  }
}

/** Most gas of a transaction (EIP-7825). */
export const MAX_TRANSACTION_GAS = 16_777_216n

export type CallRequest = {
  readonly to: string
  readonly data?: BytesLike
  /** Address of the caller; the first development account unless given. */
  readonly from?: string
  readonly value?: bigint
  /** {@link MAX_TRANSACTION_GAS} unless given; a call may have more than a transaction. */
  readonly gas?: bigint | number
}

/** A message call as {@link runMessage} runs it. */
export type Message = {
  readonly from: Address
  readonly to: Address
  readonly data: Uint8Array
  readonly value: bigint
  readonly gasLimit: bigint
}

/** The message call that is asked for. @throws {TypeError | RangeError} naming what is wrong with the request */
export function readCall({ to, data, from, value = 0n, gas = MAX_TRANSACTION_GAS }: CallRequest): Message {
  return {
    from: readAddress(from ?? (developmentAccounts[0] as DevelopmentAccount).address, 'from'),
    to: readAddress(to, 'to'),
    data: readBytes(data, 'data'),
    value,
    gasLimit: readGas(gas, 'gas', BigInt(Number.MAX_SAFE_INTEGER)),
  }
}

/** How a call ended, and its gas without the intrinsic gas of a transaction. */
export type CallResult = Outcome & { readonly gasUsed: bigint }

/**
 * Runs a message call in the state and block of `head`, with the addresses warm that a transaction makes warm. Nothing of
 * it stays in the VM's state.
 *
 * @param vm - in the state of `head`
 * @param head - nothing but its header is looked at
 */
export async function runMessage(
  vm: Pick<VM, 'evm' | 'stateManager'>,
  head: Pick<Block, 'header'>,
  message: Message,
): Promise<CallResult> {
  const { from, to, data, value, gasLimit } = message
  const { journal } = vm.evm
  const warm = [from, to, head.header.coinbase].map(({ bytes }) => bytesToHex(bytes).slice(2))
  for (const address of [...vm.evm.precompiles.keys(), ...warm]) journal.addAlwaysWarmAddress(address)
  await journal.checkpoint()
  try {
    const opts = { caller: from, origin: from, to, data, value, gasLimit, block: head, skipBalance: true }
    const { execResult } = await vm.evm.runCall(opts)
    return { ...outcomeOf(execResult), gasUsed: execResult.executionGasUsed }
  } finally {
    await journal.revert()
    journal.cleanJournal()
    vm.stateManager.originalStorageCache.clear()
  }
}
