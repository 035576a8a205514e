import type { BlockHeader } from '@ethereumjs/block'
import { overrideHeader } from './header.ts'
import type { ReadMachine } from './machine.ts'
import type { SentAt } from './messages.ts'
import { overrideAccounts } from './overrides.ts'

/**
 * Runs something in the state and block of a call, overrides included. Nothing of it stays.
 *
 * @throws {ReadError} when the overrides can't be made
 */
export async function readingAt<T>(
  machine: ReadMachine,
  at: SentAt,
  action: (header: BlockHeader) => Promise<T>,
): Promise<T> {
  const { state } = machine
  const found = machine.decodeHeader(at.header)
  const header = overrideHeader(found, at.block)
  machine.enter(header, found)
  await machine.enterState(at.stateRoot)
  await state.checkpoint()
  try {
    const restore = await overrideAccounts(machine, at.accounts ?? {})
    try {
      return await action(header)
    } finally {
      restore()
    }
  } finally {
    await state.revert()
    state.originalStorageCache.clear()
  }
}
