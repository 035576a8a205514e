import type { EVMResult, Message } from '@ethereumjs/evm'
import type { TypedTransaction } from '@ethereumjs/tx'
import { bytesToHex, createAddressFromString } from '@ethereumjs/util'
import type { AfterTxEvent, VM } from '@ethereumjs/vm'
import { type CallRequest, type CallResult, readCall, runMessage } from '../call.ts'
import type { Chain } from '../chain.ts'
import type { TraceHook } from '../execute.ts'
import { copyVM, TensorEVM, tensorEVMOf } from '../tensorEVM.ts'
import type { SolidityOutput } from './artefacts.ts'
import { createFinder } from './functions.ts'
import { authorizationRefund, floorGas, intrinsicGas } from './intrinsic.ts'
import { createRecorder, type Recorder, type Step } from './recorder.ts'
import { type FrameGas, GAS_REPORT_VERSION, type GasReport, type IntrinsicGas } from './report.ts'
import { instructionsOf, intrinsicTotal, summarizeGas, summaryGas, totalsOf } from './sum.ts'

export type GasReportOptions = {
  /** What contracts and functions are named by: outputs of solc or tsolc. Without any, frames have addresses only. */
  readonly artefacts?: readonly SolidityOutput[]
}

/** Who calls the contracts of the protocol at the ends of a block (EIP-4788 and others). */
const SYSTEM = createAddressFromString(`0x${'ff'.repeat(19)}fe`)

/** Rules under which gas is kept in more than one dimension, or charged by what is read of the code. */
const UNSUPPORTED_EIPS = [6800, 7864, 7928, 8037]

/** EVMs that are being watched. */
const watched = new WeakSet<TensorEVM>()

/** A transaction under way, as far as it is known before it runs. */
type OpenTransaction = {
  readonly intrinsic: IntrinsicGas
  readonly authorizationRefund: number
  readonly floor: number
}

function closeReport(
  kind: GasReport['kind'],
  frame: FrameGas,
  rest: Pick<GasReport, 'transactionHash' | 'gasUsed' | 'gasLimit' | 'intrinsic' | 'refund' | 'floor'>,
): GasReport {
  const summary = summarizeGas({ frame, ...rest })
  const sum = summaryGas(summary)
  if (sum !== rest.gasUsed)
    throw new Error(`gas report: a ${kind}: ${sum} gas by its parts, ${rest.gasUsed} by the client`)
  const { transactionHash, gasUsed, gasLimit, intrinsic, refund, floor } = rest
  return {
    version: GAS_REPORT_VERSION,
    ...{ kind, transactionHash, gasUsed, gasLimit, error: frame.error },
    ...{ summary, tensors: totalsOf(instructionsOf(frame)), intrinsic, frame, refund, floor },
  }
}

/** The report of a transaction that ended. */
function transactionReport(
  { intrinsic, authorizationRefund: authorizations, floor }: OpenTransaction,
  frame: FrameGas,
  { transaction, execResult, totalGasSpent, gasRefund }: AfterTxEvent,
  maxRefundQuotient: number,
): GasReport {
  const before = intrinsicTotal(intrinsic) + frame.gasUsed
  const counted = authorizations + Number(execResult.gasRefund ?? 0n)
  const granted = Math.min(counted, Math.floor(before / maxRefundQuotient))
  const added = Math.max(0, floor - (before - granted))
  // The client forgets what was counted where the floor is what is paid.
  if (added === 0 && Number(gasRefund) !== counted)
    throw new Error(`gas report: refunds: ${counted} gas by what was counted, ${gasRefund} by the client`)
  return closeReport('transaction', frame, {
    transactionHash: transaction.isSigned() ? bytesToHex(transaction.hash()) : undefined,
    gasUsed: Number(totalGasSpent),
    gasLimit: Number(transaction.gasLimit),
    intrinsic,
    refund: { counted, granted },
    floor: { gas: floor, added },
  })
}

/**
 * Watches an EVM from now on and gives a report of each transaction (of a VM only) and of each call that is run outside of
 * one. Calls that the protocol makes at the ends of a block are left out, as is `runCode`, which is no message.
 *
 * What runs gives the same results, more slowly: the client takes single steps while it is watched. A trace hook that is set
 * is called as before.
 *
 * @param target - a VM, or an EVM alone
 * @param onReport - called when a transaction or call has ended
 * @param onFailure - called instead where the parts do not add up to the gas, which is an error of the report or the client
 * @returns ends the watch
 * @throws {TypeError} when the VM's EVM is no TensorEVM
 * @throws {Error} when the EVM is watched already
 */
export function watchGas(
  target: VM | TensorEVM,
  onReport: (report: GasReport) => void,
  onFailure: (error: Error) => void,
  { artefacts = [] }: GasReportOptions = {},
): () => void {
  const vm = target instanceof TensorEVM ? undefined : target
  const evm = target instanceof TensorEVM ? target : tensorEVMOf(target)
  if (watched.has(evm)) throw new Error('the gas of this EVM is being reported already')
  const find = createFinder(artefacts)
  /** The last transaction that began, and its calldata: the message that has the very same is its own. */
  let transaction: OpenTransaction | undefined
  let calldata: Uint8Array | undefined
  let isTransaction = false
  /** The books of what runs, while it is reported. */
  let recorder: Recorder | undefined
  let ended: FrameGas | undefined

  /** Keeps what is watched from being disturbed by a failure to report it. */
  const guarded = (action: () => void) => {
    try {
      action()
    } catch (error) {
      fail(error)
    }
  }
  const fail = (error: unknown) => {
    recorder = undefined
    transaction = undefined
    onFailure(error as Error)
  }

  const begin = (message: Message) => {
    if (message.depth === 0) {
      recorder = undefined
      ended = undefined
      // A transaction that the client refuses has no message, and no other sign of its end.
      isTransaction = message.data === calldata
      if (isTransaction ? transaction === undefined : message.caller.equals(SYSTEM)) return
      const unsupported = UNSUPPORTED_EIPS.find((eip) => evm.common.isActivatedEIP(eip))
      if (unsupported !== undefined)
        throw new Error(`gas report: EIP-${unsupported} is active, whose gas a report can't tell apart`)
      recorder = createRecorder(evm, find)
    }
    recorder?.begin(message)
  }
  const end = (result: EVMResult) => {
    const frame = recorder?.end(result)
    if (frame === undefined) return
    recorder = undefined
    if (isTransaction) ended = frame
    else {
      const { gasUsed, gasLimit } = frame
      const none = { transactionHash: undefined, intrinsic: undefined, refund: undefined, floor: undefined }
      onReport(closeReport('call', frame, { gasUsed, gasLimit, ...none }))
    }
  }

  const beforeTransaction = async (given: TypedTransaction, under: VM) => {
    calldata = given.data
    transaction = undefined
    ended = undefined
    try {
      const refund = await authorizationRefund(under, given)
      const floor = floorGas(given)
      transaction = { intrinsic: intrinsicGas(given), authorizationRefund: refund, floor }
    } catch (error) {
      fail(error)
    }
  }
  const afterTransaction = (event: AfterTxEvent) => {
    const opened = transaction
    const frame = ended
    calldata = undefined
    transaction = undefined
    ended = undefined
    if (opened === undefined || frame === undefined) return
    onReport(transactionReport(opened, frame, event, Number(evm.common.param('maxRefundQuotient'))))
  }

  const onBefore = (message: Message) => guarded(() => begin(message))
  const onAfter = (result: EVMResult) => guarded(() => end(result))
  const onStep = (step: Step) => guarded(() => recorder?.step(step))
  // The client waits for listeners with two parameters.
  const onBeforeTx = (given: TypedTransaction, resolve?: () => void) => {
    if (vm !== undefined) void beforeTransaction(given, vm).then(resolve)
  }
  const onAfterTx = (event: AfterTxEvent) => guarded(() => afterTransaction(event))

  const before = evm.onInstruction
  const hook: TraceHook = (trace) => {
    before?.(trace)
    guarded(() => recorder?.carriedOut(trace))
  }
  watched.add(evm)
  evm.events.on('beforeMessage', onBefore)
  evm.events.on('afterMessage', onAfter)
  evm.events.on('step', onStep)
  vm?.events.on('beforeTx', onBeforeTx)
  vm?.events.on('afterTx', onAfterTx)
  evm.onInstruction = hook
  evm.chargeListener = {
    onInstruction: (charge) => guarded(() => recorder?.charge(charge)),
    onLookup: (charge) => guarded(() => recorder?.lookup(charge)),
  }

  return () => {
    if (!watched.delete(evm)) return
    evm.events.off('beforeMessage', onBefore)
    evm.events.off('afterMessage', onAfter)
    evm.events.off('step', onStep)
    vm?.events.off('beforeTx', onBeforeTx)
    vm?.events.off('afterTx', onAfterTx)
    if (evm.onInstruction === hook) evm.onInstruction = before
    evm.chargeListener = undefined
  }
}

/** What ran under {@link reportGas}: its result, and reports in the order in which things ended. */
export type Reported<T> = { readonly value: T; readonly reports: readonly GasReport[] }

/**
 * Runs something and reports the transactions and calls in it; see {@link watchGas}.
 *
 * @param task - what it does on another VM, such as `chain.call`, is not reported; see {@link reportCall}
 * @throws what the task throws
 * @throws {Error} when the parts of a report do not add up to the gas
 */
export async function reportGas<T>(
  target: VM | TensorEVM,
  task: () => Promise<T>,
  options?: GasReportOptions,
): Promise<Reported<T>> {
  const reports: GasReport[] = []
  const failures: Error[] = []
  const stop = watchGas(
    target,
    (report) => reports.push(report),
    (error) => failures.push(error),
    options,
  )
  try {
    const value = await task()
    if (failures[0] !== undefined) throw failures[0]
    return { value, reports }
  } finally {
    stop()
  }
}

/**
 * Runs a message call in the state and block of a chain's head, as `chain.call` does, and reports it.
 *
 * @throws {TypeError | RangeError} naming what is wrong with the request
 */
export async function reportCall(
  chain: Chain,
  request: CallRequest,
  options?: GasReportOptions,
): Promise<{ readonly value: CallResult; readonly report: GasReport }> {
  const message = readCall(request)
  const head = chain.head()
  const vm = await copyVM(chain.vm)
  vm.common.setHardforkBy({ blockNumber: head.header.number, timestamp: head.header.timestamp })
  await vm.stateManager.setStateRoot(head.header.stateRoot)
  const { value, reports } = await reportGas(vm, () => runMessage(vm, head, message), options)
  return { value, report: reports[0] as GasReport }
}
