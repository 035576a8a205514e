import { RpcError, rpcCodes } from '../../errors.ts'
import { type Methods, method } from '../../method.ts'
import { looseQuantity, parameters } from '../../params.ts'
import { named, namesOf } from './names.ts'
import { seconds } from './readers.ts'

/** Runs what refuses values with a RangeError, so that the client is told of it. */
export function refusing<T>(run: () => T): T {
  try {
    return run()
  } catch (error) {
    if (error instanceof RangeError) throw new RpcError(rpcCodes.invalidParams, error.message)
    throw error
  }
}

/** Methods that move the node's clock. */
export const timeMethods: Methods = {
  ...named(
    namesOf('increaseTime', 'evm'),
    method(parameters(seconds), ([by], { miner }) => refusing(() => miner.increaseTime(by))),
  ),
  ...named(
    namesOf('setNextBlockTimestamp', 'evm'),
    method(parameters(looseQuantity), ([timestamp], { miner }) => {
      refusing(() => miner.setNextBlockTimestamp(timestamp))
      return null
    }),
  ),
  ...named(
    namesOf('setTime', 'evm'),
    // How far that is ahead, as anvil answers.
    method(parameters(seconds), ([timestamp], { miner }) => {
      const before = miner.increaseTime(0)
      refusing(() => miner.setTime(BigInt(timestamp)))
      return Math.max(0, miner.increaseTime(0) - before)
    }),
  ),
  anvil_setBlockTimestampInterval: method(parameters(seconds), ([interval], { miner }) => {
    miner.setBlockTimestampInterval(interval)
    return null
  }),
  // Hardhat has no such method. viem asks for it in its name, and in milliseconds.
  hardhat_setBlockTimestampInterval: method(parameters(looseQuantity), ([milliseconds], { miner }) => {
    miner.setBlockTimestampInterval(Math.max(1, Math.round(Number(milliseconds) / 1000)))
    return true
  }),
  ...named(
    namesOf('removeBlockTimestampInterval'),
    method(parameters(), (_, { miner }) => {
      miner.setBlockTimestampInterval(undefined)
      return true
    }),
  ),
}
