import { z } from 'zod'
import { RpcError, rpcCodes } from '../../errors.ts'
import { type Methods, method, type RequestContext } from '../../method.ts'
import { address, flag, hash32, looseQuantity, parameters } from '../../params.ts'
import { command, named, namesOf } from './names.ts'
import { blocks, gasLimit, seconds } from './readers.ts'
import { refusing } from './time.ts'

/**
 * Makes blocks one by one, so that what comes meanwhile has its turn, and stops when the client leaves.
 *
 * @param interval - seconds between them; the node's clock says when they are unless given
 */
async function mine({ chain, miner, signal }: RequestContext, count: number, interval?: number): Promise<void> {
  for (let made = 0; made < count && !signal.aborted; made++) {
    if (made > 0 && interval !== undefined)
      miner.setNextBlockTimestamp(chain.head().header.timestamp + BigInt(interval))
    await miner.mine()
  }
}

/** What evm_mine takes: a timestamp, as Hardhat has it, or an object of ganache's and anvil's. */
const mineOptions = z
  .union([
    looseQuantity.transform((timestamp) => ({ timestamp, blocks: undefined })),
    z.object({ timestamp: looseQuantity.nullish(), blocks: blocks.nullish() }),
  ])
  .optional()

/** Methods that say when blocks are made, and what their headers say. */
export const miningMethods: Methods = {
  evm_mine: method(parameters(mineOptions), async ([options], context) => {
    const { timestamp, blocks: count } = options ?? {}
    if (timestamp != null) refusing(() => context.miner.setNextBlockTimestamp(timestamp))
    await mine(context, count ?? 1)
    return '0x0'
  }),
  ...command('mine', parameters(blocks.optional(), seconds.optional()), ([count = 1, interval = 0], context) =>
    // A span of no time is what viem sends where none is asked for.
    mine(context, count, interval === 0 ? undefined : interval),
  ),
  ...named(
    namesOf('setAutomine', 'evm'),
    method(parameters(flag), ([enabled], { miner }) => {
      if (enabled) miner.setMode({ kind: 'automatic' })
      else if (miner.mode().kind === 'automatic') miner.setMode({ kind: 'manual' })
      return true
    }),
  ),
  ...named(
    namesOf('getAutomine'),
    method(parameters(), (_, { miner }) => miner.mode().kind === 'automatic'),
  ),
  ...named(
    namesOf('setIntervalMining', 'evm'),
    method(parameters(seconds), ([interval], { miner }) => {
      miner.setMode(interval === 0 ? { kind: 'manual' } : { kind: 'interval', seconds: interval })
      return true
    }),
  ),
  ...named(
    namesOf('getIntervalMining'),
    method(parameters(), (_, { miner }) => {
      const mode = miner.mode()
      return mode.kind === 'interval' ? mode.seconds : null
    }),
  ),
  ...command('setCoinbase', parameters(address), ([coinbase], { miner }) => miner.setCoinbase(coinbase)),
  ...named(
    namesOf('setBlockGasLimit', 'evm'),
    method(parameters(gasLimit), ([limit], { miner }) => {
      miner.setGasLimit(limit)
      return true
    }),
  ),
  ...command('setNextBlockBaseFeePerGas', parameters(looseQuantity), ([fee], { miner }) =>
    miner.setNextBaseFeePerGas(fee),
  ),
  ...command('setPrevRandao', parameters(hash32), ([word], { miner }) => miner.setNextPrevRandao(word)),
  ...command('setMinGasPrice', parameters(looseQuantity), () => {
    throw new RpcError(
      rpcCodes.invalidParams,
      'a minimum gas price has no place where EIP-1559 is active; set the base fee with setNextBlockBaseFeePerGas',
    )
  }),
}
