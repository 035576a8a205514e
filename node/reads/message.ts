import type { BlockHeader } from '@ethereumjs/block'
import type { EVMResult } from '@ethereumjs/evm'
import { Account, type Address, createAddressFromString, createZeroAddress, toChecksumAddress } from '@ethereumjs/util'
import { outcomeOf } from '../../evm-ext/call.ts'
import { delegate } from './delegations.ts'
import { checkFees, type Fees, feesOf, refuse } from './fees.ts'
import { withoutFees } from './header.ts'
import { leastGas } from './intrinsic.ts'
import type { ReadMachine } from './machine.ts'
import type { CallFields, ReadResult } from './reads.ts'
import { reasonOf } from './reasons.ts'

/** First byte of the hash of a blob. */
const BLOB_HASH_VERSION = 1

/** A call that was run. */
export type Executed = {
  /** Its gas is without the intrinsic gas. */
  readonly result: ReadResult
  readonly evmResult: EVMResult
  /** What a transaction would have paid for. */
  readonly gasUsed: bigint
  /** What it needs while it runs: before refunds. */
  readonly peakGas: bigint
}

/** Who watches a call that runs as a transaction. */
export type CallWatch = {
  /** Before anything is paid. */
  before(): Promise<void>
  /** After everything is paid, and before it is taken back. */
  after(executed: Executed): Promise<void>
}

/** Sender of a call. */
export function senderOf({ from }: CallFields): Address {
  return from === undefined ? createZeroAddress() : createAddressFromString(from)
}

function checkBlobs({ blobVersionedHashes: hashes, to }: CallFields): void {
  if (hashes === undefined) return
  if (to === undefined) refuse('blob transaction of type create')
  if (hashes.length === 0) refuse('blob transaction missing blob hashes')
  const wrong = hashes.findIndex((hash) => Number(hash.slice(0, 4)) !== BLOB_HASH_VERSION)
  if (wrong >= 0)
    refuse(`blob ${wrong} hash version mismatch (have ${Number(hashes[wrong]?.slice(0, 4))}, supported 1)`)
}

function checkAuthorizations({ authorizationList, to }: CallFields, sender: Address): void {
  if (authorizationList === undefined) return
  const from = `(sender ${toChecksumAddress(sender.toString())})`
  if (to === undefined) refuse(`EIP-7702 transaction cannot be used to create contract ${from}`)
  if (authorizationList.length === 0) refuse(`EIP-7702 transaction with empty auth list ${from}`)
}

/** Makes warm what a transaction has warm from the start. */
function warm({ evm, common }: ReadMachine, call: CallFields, sender: Address, header: BlockHeader): void {
  const { journal } = evm
  if (!common.isActivatedEIP(2929)) return
  const addresses = [...evm.precompiles.keys(), sender.toString(), ...(call.to === undefined ? [] : [call.to])]
  if (common.isActivatedEIP(3651)) addresses.push(header.coinbase.toString())
  for (const address of addresses) journal.addAlwaysWarmAddress(address)
  for (const { address, storageKeys } of call.accessList ?? []) {
    journal.addAlwaysWarmAddress(address, true)
    for (const slot of storageKeys) journal.addAlwaysWarmSlot(address, slot, true)
  }
}

/** A call with all that follows from its fields. */
type Prepared = {
  readonly call: CallFields
  readonly sender: Address
  readonly header: BlockHeader
  readonly gas: bigint
  readonly fees: Fees
  /** Wei. */
  readonly blobCost: bigint
}

/** Takes what the transaction may cost from its sender, as geth does. */
async function buyGas({ evm, state, common }: ReadMachine, prepared: Prepared): Promise<void> {
  const { call, sender, gas, fees, blobCost } = prepared
  const account = (await state.getAccount(sender)) ?? new Account()
  const blobGas = BigInt(call.blobVersionedHashes?.length ?? 0) * common.param('blobGasPerBlob')
  const needed = gas * fees.feeCap + (call.value ?? 0n) + blobGas * fees.blobFeeCap
  if (account.balance < needed) {
    const address = toChecksumAddress(sender.toString())
    refuse(`insufficient funds for gas * price + value: address ${address} have ${account.balance} want ${needed}`)
  }
  account.balance -= gas * fees.gasPrice + blobCost
  account.nonce++
  await evm.journal.putAccount(sender, account)
}

/** Gives back what was not used, and pays the block's maker. */
async function settle({ evm, state }: ReadMachine, prepared: Prepared, gasUsed: bigint): Promise<void> {
  const { sender, header, gas, fees } = prepared
  const pay = async (address: Address, wei: bigint) => {
    const account = (await state.getAccount(address)) ?? new Account()
    account.balance += wei
    await evm.journal.putAccount(address, account)
  }
  await pay(sender, (gas - gasUsed) * fees.gasPrice)
  await pay(header.coinbase, gasUsed * (fees.gasPrice - (header.baseFeePerGas ?? 0n)))
}

async function execute(machine: ReadMachine, prepared: Prepared): Promise<Executed> {
  const { evm, state, common } = machine
  const { call, sender, header, gas, fees } = prepared
  const { value = 0n, data = new Uint8Array(0), authorizationList, blobVersionedHashes } = call
  const { intrinsic, floor } = leastGas(call, sender, common)
  await buyGas(machine, prepared)
  if (gas < intrinsic) refuse(`intrinsic gas too low: have ${gas}, want ${intrinsic}`)
  if (gas < floor) refuse(`insufficient gas for floor data gas cost: have ${gas}, want ${floor}`)
  const longest = Number(common.param('maxInitCodeSize'))
  if (call.to === undefined && common.isActivatedEIP(3860) && data.length > longest)
    refuse(`max initcode size exceeded: code size ${data.length}, limit ${longest}`)

  warm(machine, call, sender, header)
  const delegated = authorizationList === undefined ? 0n : await delegate(machine, authorizationList)
  const evmResult = await evm.runCall({
    ...{ block: { header }, caller: sender, gasPrice: fees.gasPrice, gasLimit: gas - intrinsic, value, data },
    ...(call.to === undefined ? {} : { to: createAddressFromString(call.to) }),
    ...(blobVersionedHashes === undefined ? {} : { blobVersionedHashes: [...blobVersionedHashes] }),
    skipNonceIncrement: true,
  })
  const { execResult } = evmResult
  const paid = intrinsic + execResult.executionGasUsed
  const counted = delegated + (execResult.gasRefund ?? 0n)
  const most = paid / common.param('maxRefundQuotient')
  const refunded = paid - (counted < most ? counted : most)
  const gasUsed = refunded < floor ? floor : refunded
  await settle(machine, prepared, gasUsed)
  state.originalStorageCache.clear()
  return {
    result: {
      ...outcomeOf(execResult),
      gasUsed: execResult.executionGasUsed,
      reason: reasonOf(execResult),
    },
    evmResult,
    gasUsed,
    peakGas: paid < floor ? floor : paid,
  }
}

/**
 * Runs a call as a transaction, with geth's licences: no signature, nonce or kind of sender is asked for, and no fee where
 * none is named, in which case there is no base fee either. Nothing of it stays in the machine's state.
 *
 * It is prepared here rather than by the client's `runTx`, which wants a transaction that could be in the block.
 *
 * @param header - of the block in whose state the machine is
 * @param gas - gas limit, intrinsic gas included
 * @throws {ReadError} in geth's words, when it can't be a transaction
 * @throws {MissingModelError} when it loads a model that the node does not have
 */
export async function runCall(
  machine: ReadMachine,
  header: BlockHeader,
  call: CallFields,
  gas: bigint,
  watch?: CallWatch,
): Promise<Executed> {
  const { evm, common } = machine
  const sender = senderOf(call)
  const fees = feesOf(call, header.baseFeePerGas ?? 0n)
  checkFees(fees, sender, call, header)
  checkBlobs(call)
  checkAuthorizations(call, sender)
  const blobs = call.blobVersionedHashes?.length ?? 0
  const seen = withoutFees(header, { gas: fees.gasPrice === 0n, blobs: blobs > 0 && fees.blobFeeCap === 0n })
  const blobCost = blobs === 0 ? 0n : BigInt(blobs) * common.param('blobGasPerBlob') * seen.getBlobGasPrice()
  const prepared: Prepared = { call, sender, header: seen, gas, fees, blobCost }
  await evm.journal.checkpoint()
  try {
    await watch?.before()
    const executed = await execute(machine, prepared)
    await watch?.after(executed)
    return executed
  } finally {
    await evm.journal.revert()
    evm.journal.cleanJournal()
    evm.transientStorage.clear()
    delete evm.journal.accessList
  }
}
