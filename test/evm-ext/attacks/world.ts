import type { DefaultGenesisOptions } from '../../../evm-ext/genesis.ts'
import type { InstructionTrace } from '../../../evm-ext/index.ts'
import type { Kernel } from '../../../kernel/index.ts'
import { createMemoryStore } from '../../../model/store.ts'
import { constantsModel } from '../models.ts'
import { putCode, register, setUp } from '../setup.ts'
import { CODE_ACCOUNT } from './smallestCases.ts'

/** A chain with an account that has code and a registered model. */
export type World = Awaited<ReturnType<typeof setUp>> & { readonly root: `0x${string}` }

/** Makes a {@link World} with these parameters. */
export async function createWorld(
  parameters: NonNullable<DefaultGenesisOptions['parameters']> = {},
  kernel?: Kernel,
): Promise<World> {
  const store = createMemoryStore()
  const made = await setUp({ store, genesis: { parameters }, ...(kernel ? { kernel } : {}) })
  const root = await store.put(constantsModel())
  await register(made.common, made.state, root, 70_016)
  await putCode(made.state, CODE_ACCOUNT, Uint8Array.of(0x5b, 1, 2, 3))
  return { ...made, root }
}

/** What was carried out while `action` ran. */
export async function traced({ evm }: World, action: () => Promise<unknown>): Promise<InstructionTrace[]> {
  const traces: InstructionTrace[] = []
  evm.onInstruction = (trace) => traces.push(trace)
  try {
    await action()
  } finally {
    evm.onInstruction = undefined
  }
  return traces
}
