import type { BlockHeader } from '@ethereumjs/block'
import { createAddressFromString } from '@ethereumjs/util'
import { MAX_TRANSACTION_GAS } from '../../evm-ext/index.ts'
import { feesOf, refuse } from './fees.ts'
import { leastGas } from './intrinsic.ts'
import type { ReadMachine } from './machine.ts'
import { type Executed, runCall, senderOf } from './message.ts'
import { CallFailure, type CallFields } from './reads.ts'

/** Gas of a transaction that does nothing. */
const TRANSFER_GAS = 21_000n
const OUT_OF_GAS = 'out of gas'

/** Most gas that a transaction like the call can have: what it asks for, or the block's, and what its sender can pay. */
async function mostGas(machine: ReadMachine, header: BlockHeader, call: CallFields, gasCap: bigint): Promise<bigint> {
  const { state, common } = machine
  const limits = [call.gas !== undefined && call.gas >= TRANSFER_GAS ? call.gas : header.gasLimit, gasCap]
  if (common.isActivatedEIP(7825)) limits.push(MAX_TRANSACTION_GAS)
  const { feeCap, blobFeeCap } = feesOf(call, header.baseFeePerGas ?? 0n)
  if (feeCap > 0n) {
    const balance = (await state.getAccount(senderOf(call)))?.balance ?? 0n
    const blobs = BigInt(call.blobVersionedHashes?.length ?? 0)
    const value = call.value ?? 0n
    if (value > 0n && value >= balance) refuse('insufficient funds for transfer')
    const blobCost = blobs === 0n ? 0n : blobs * common.param('blobGasPerBlob') * blobFeeCap
    if (blobCost > 0n && blobCost >= balance - value) refuse('insufficient funds for gas * price + value')
    limits.push((balance - value - blobCost) / feeCap)
  }
  return limits.reduce((least, limit) => (limit < least ? limit : least))
}

/**
 * Least gas limit with which a call succeeds as a transaction.
 *
 * Tries the most that it can have, then what that took before refunds, which is nearly always the answer. Code that looks at
 * its gas may need more: between the two, halves as geth does, but to the last gas.
 *
 * @throws {CallFailure} when it fails with the most that it can have, but for want of gas
 * @throws {ReadError} when it fails for want of gas, or can't be a transaction
 */
export async function estimateGas(
  machine: ReadMachine,
  header: BlockHeader,
  call: CallFields,
  gasCap: bigint,
): Promise<bigint> {
  const most = await mostGas(machine, header, call, gasCap)
  const { intrinsic, floor } = leastGas(call, senderOf(call), machine.common)
  const least = intrinsic > floor ? intrinsic : floor
  const exceeded = () => refuse(`gas required exceeds allowance (${most})`)
  if (most < least) exceeded()
  const run = (gas: bigint): Promise<Executed> => runCall(machine, header, call, gas)
  const succeeds = async (gas: bigint) => gas >= least && (await run(gas)).result.status === 1

  if (call.to !== undefined && (call.data ?? []).length === 0) {
    const code = await machine.state.getCode(createAddressFromString(call.to))
    if (code.length === 0 && least <= most && (await succeeds(least))) return least
  }
  const { result, peakGas } = await run(most)
  if (result.status === 0) {
    if (result.error === OUT_OF_GAS) exceeded()
    throw new CallFailure(result)
  }
  if (await succeeds(peakGas)) return peakGas
  let low = peakGas
  let high = most
  // A call keeps a 64th part of its gas from those that it makes, and gives a stipend with value.
  const likely = ((peakGas + machine.common.param('callStipendGas')) * 64n) / 63n
  if (likely < high) {
    if (await succeeds(likely)) high = likely
    else low = likely
  }
  while (low + 1n < high) {
    const middle = (low + high) / 2n
    // Few need much more than they use.
    const tried = middle > low * 2n ? low * 2n : middle
    if (await succeeds(tried)) high = tried
    else low = tried
  }
  return high
}
