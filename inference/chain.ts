import {
  type Chain,
  createChain,
  type DevelopmentAccount,
  developmentAccounts,
  GenesisError,
  type TensorGenesis,
} from '../evm-ext/index.ts'
import { createKernel, type KernelName } from '../kernel/index.ts'

/**
 * Starts a chain whose next block has the tensor fork.
 *
 * @param genesis - a development chain's unless given
 * @param where - what messages call the genesis
 * @param kernelName - what computes tensors
 * @throws {GenesisError} when the chain's first account has nothing to pay with, or the fork starts at a later block
 */
export async function createInferenceChain(
  genesis?: TensorGenesis,
  where = 'genesis',
  kernelName: KernelName = 'wasm',
): Promise<Chain> {
  const kernel = createKernel(kernelName)
  if (genesis === undefined) return createChain({ kernel })
  const chain = await createChain({ genesis, kernel })
  const { address } = developmentAccounts[0] as DevelopmentAccount
  if ((await chain.balance(address)) === 0n)
    throw new GenesisError(`${where}: expected alloc to fund ${address}, which sends the transactions`)
  const [fork] = genesis.forks
  if (fork.block !== undefined && fork.block > 1)
    throw new GenesisError(`${where}: expected config.tensorBlock 0 or 1, found ${fork.block}`)
  if (fork.time !== undefined && fork.time > Number(genesis.geth.timestamp)) chain.setNextBlockTimestamp(fork.time)
  return chain
}

/** Whether a fork is scheduled after the newest block. */
function changesLater({ vm, head }: Chain): boolean {
  const { number, timestamp } = head().header
  return vm.common
    .hardforks()
    .some((fork) => Number(fork.block ?? 0) > number || Number(fork.timestamp ?? 0) > timestamp)
}

/** Mines blocks until the next one has a number, if rules change on the way: otherwise its number does not matter. */
export async function advanceTo(chain: Chain, number: bigint): Promise<void> {
  while (chain.head().header.number + 1n < number && changesLater(chain)) await chain.mine()
}
