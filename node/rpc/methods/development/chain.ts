import { randomBytes } from 'node:crypto'
import { bytesToHex } from '@ethereumjs/util'
import { z } from 'zod'
import { loggingOf } from '../../../development/logging.ts'
import { perNode } from '../../../development/perNode.ts'
import { snapshotsOf } from '../../../development/snapshots.ts'
import { RpcError, rpcCodes } from '../../errors.ts'
import { quantity } from '../../format/quantity.ts'
import { type Methods, method, type NodeServices } from '../../method.ts'
import { flag, looseQuantity, parameters } from '../../params.ts'
import { command, named, namesOf } from './names.ts'

/** Says which run of the chain this is: another one after a reset. */
const instanceOf = perNode(() => ({ id: bytesToHex(randomBytes(32)) }))

/** Newest of Ethereum's own forks at the head. */
function ethereumFork({ chain }: NodeServices): string {
  const { number, timestamp } = chain.head().header
  const common = chain.commonAt({ number, timestamp })
  const ours = chain.genesis.forks.map(({ name }) => name)
  return (
    common
      .hardforks()
      .map(({ name }) => name)
      .filter((name) => !ours.includes(name) && common.gteHardfork(name))
      .at(-1) ?? common.hardfork()
  )
}

/** What anvil says of itself, in its form. */
function nodeInfo(services: NodeServices) {
  const { chain, miner } = services
  const { header } = chain.head()
  const { baseFeePerGas, gasLimit } = chain.nextHeader(miner.nextFields())
  return {
    currentBlockNumber: quantity(header.number),
    currentBlockTimestamp: Number(header.timestamp),
    currentBlockHash: bytesToHex(header.hash()),
    hardFork: ethereumFork(services),
    transactionOrder: 'fees',
    environment: {
      baseFee: quantity(baseFeePerGas ?? 0n),
      chainId: chain.genesis.chainId,
      gasLimit: quantity(gasLimit),
      gasPrice: quantity(baseFeePerGas ?? 0n),
    },
    forkConfig: { forkUrl: null, forkBlockNumber: null, forkRetryBackoff: null },
  }
}

/** What anvil and Hardhat say of the run of their chain. */
function metadata(services: NodeServices) {
  const { chain, version } = services
  const { header } = chain.head()
  const snapshots = [...snapshotsOf(services).all()].map(([id, { number, hash }]) => [
    quantity(id),
    [Number(number), hash],
  ])
  return {
    clientVersion: version,
    chainId: chain.genesis.chainId,
    instanceId: instanceOf(services).id,
    latestBlockNumber: Number(header.number),
    latestBlockHash: bytesToHex(header.hash()),
    snapshots: Object.fromEntries(snapshots),
  }
}

/** Goes back to the genesis block as the genesis file has it, with an empty pool and the clock of this machine. */
async function reset(services: NodeServices): Promise<void> {
  const { chain, pool, miner } = services
  const genesis = await chain.blockAt(0n)
  if (genesis === undefined) throw new Error('the chain has no genesis block')
  pool.clear()
  await chain.rewind(0n, genesis.header.stateRoot)
  snapshotsOf(services).clear()
  miner.setBlockTimestampInterval(undefined)
  miner.setTime(BigInt(Math.floor(Date.now() / 1000)))
  instanceOf(services).id = bytesToHex(randomBytes(32))
}

async function rollback({ chain }: NodeServices, depth: bigint): Promise<void> {
  const { number } = chain.head().header
  if (depth > number) throw new RpcError(rpcCodes.invalidParams, `expected at most ${number} blocks, found ${depth}`)
  await chain.rewind(number - depth)
}

/** A method that this node has not, with the reason. */
function unsupported(reason: string) {
  return method(
    z.unknown().transform((): readonly unknown[] => []),
    () => {
      throw new RpcError(rpcCodes.methodNotSupported, reason)
    },
  )
}

const NO_FORKING = 'this node does not fork other chains'

const resetOptions = z.looseObject({ forking: z.unknown() }).partial().nullish()

/** Methods that take the chain back, and say what node this is. */
export const chainMethods: Methods = {
  ...named(
    namesOf('snapshot', 'evm'),
    method(parameters(), async (_, services) => quantity(await snapshotsOf(services).take())),
  ),
  ...named(
    namesOf('revert', 'evm'),
    method(parameters(looseQuantity), ([id], services) => snapshotsOf(services).revert(Number(id))),
  ),
  ...command('reset', parameters(resetOptions), async ([options], services) => {
    if (options?.forking != null) throw new RpcError(rpcCodes.methodNotSupported, NO_FORKING)
    await reset(services)
  }),
  ...command('rollback', parameters(looseQuantity.optional()), ([depth = 1n], services) => rollback(services, depth)),
  ...command('setLoggingEnabled', parameters(flag), ([enabled], services) => {
    loggingOf(services).isEnabled = enabled
  }),
  ...named(
    namesOf('nodeInfo'),
    method(parameters(), (_, services) => nodeInfo(services)),
  ),
  ...named(
    namesOf('metadata'),
    method(parameters(), (_, services) => metadata(services)),
  ),
  ...named(
    namesOf('setChainId'),
    unsupported('the chain id is part of the genesis; start a node with another genesis file'),
  ),
  ...named(namesOf('setRpcUrl'), unsupported(NO_FORKING)),
  ...named(namesOf('reorg'), unsupported('this node makes no forks; go back with evm_revert or anvil_rollback')),
  ...named(namesOf('enableTraces'), unsupported('traces come from debug_traceTransaction')),
  ...named(namesOf('addCompilationResult'), unsupported('traces come from debug_traceTransaction')),
}
