import type { BlockHeader } from '@ethereumjs/block'
import type { AccessList } from '@ethereumjs/tx'
import type { Hex } from '../../evm-ext/index.ts'
import { authorityOf } from './delegations.ts'
import type { ReadMachine } from './machine.ts'
import { runCall, senderOf } from './message.ts'
import type { AccessListResult, CallFields } from './reads.ts'

/** More rounds than this, and the list follows what the code makes of its gas. */
const MAX_ROUNDS = 32

/** Addresses that a list need not name: a transaction finds them warm. */
function warmAnyway({ evm, common }: ReadMachine, header: BlockHeader, call: CallFields): Set<string> {
  const addresses = [senderOf(call).toString(), header.coinbase.toString(), ...(call.to === undefined ? [] : [call.to])]
  for (const authorization of call.authorizationList ?? []) {
    const authority = authorityOf(authorization, common)
    if (authority !== undefined) addresses.push(authority.toString())
  }
  return new Set([...evm.precompiles.keys(), ...addresses.map((address) => address.slice(2).toLowerCase())])
}

/**
 * What a call touches besides what a transaction finds warm anyway. What is warm changes gas, and so what code does: calls
 * are run with the list of the last until it stays the same.
 *
 * @throws {ReadError} when it can't be a transaction
 */
export async function createAccessList(
  machine: ReadMachine,
  header: BlockHeader,
  call: CallFields,
  gas: bigint,
): Promise<AccessListResult> {
  const { journal } = machine.evm
  const excluded = warmAnyway(machine, header, call)
  let accessList: AccessList = call.accessList ?? []
  for (let round = 0; ; round++) {
    let touched: AccessList = []
    const { gasUsed, result } = await runCall(machine, header, { ...call, accessList }, gas, {
      async before() {
        journal.startReportingAccessList()
      },
      async after({ evmResult }) {
        const created = evmResult.execResult.createdAddresses ?? new Set<string>()
        touched = [...(journal.accessList ?? [])]
          .filter(([address, slots]) => slots.size > 0 || !(excluded.has(address) || created.has(`0x${address}`)))
          .map(([address, slots]) => ({
            address: `0x${address}`,
            storageKeys: [...slots].map((slot): Hex => `0x${slot}`),
          }))
      },
    })
    const isStable = JSON.stringify(touched) === JSON.stringify(accessList)
    accessList = touched
    if (isStable || round === MAX_ROUNDS) return { accessList, gasUsed, error: result.reason }
  }
}
