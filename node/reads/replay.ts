import { type Block, createBlockFromRLP } from '@ethereumjs/block'
import type { TypedTransaction } from '@ethereumjs/tx'
import { bytesToHex } from '@ethereumjs/util'
import { buildBlock, type RunTxResult } from '@ethereumjs/vm'
import { type GasReport, type Hex, reportGas } from '../../evm-ext/index.ts'
import type { ReceiptRecord } from '../chain/chain.ts'
import { runTransaction } from '../chain/runTransaction.ts'
import { restoreSenders } from '../chain/sender.ts'
import { authorityOf } from './delegations.ts'
import type { ReadMachine } from './machine.ts'
import type { SentBlock } from './messages.ts'
import type { TraceOptions } from './reads.ts'
import { createBudget, createTracer } from './tracers/createTracer.ts'
import { attach, type TracedStart } from './tracers/tracer.ts'

/** Runs one transaction where the replay has come to. */
type Run = () => Promise<RunTxResult>

/**
 * Runs a block's transactions again, one after another, in the state that each found: after the calls that the protocol
 * makes at the start of a block, as when it was made. Nothing of it stays.
 *
 * @param last - index of the last transaction to run
 * @param onTransaction - runs it, and does something with that
 */
async function replay(
  machine: ReadMachine,
  sent: SentBlock,
  last: number | undefined,
  onTransaction: (run: Run, index: number, block: Block) => Promise<RunTxResult>,
): Promise<void> {
  const { vm, common } = machine
  const block = createBlockFromRLP(sent.block, { common, setHardfork: true })
  const transactions = block.transactions as TypedTransaction[]
  restoreSenders(
    transactions,
    sent.senders.map((from) => ({ from }) as ReceiptRecord),
  )
  const { header } = block
  machine.enter(header)
  await machine.enterState(sent.stateRoot)
  const builder = await buildBlock(vm, {
    // All that would follow from the parent is given.
    parentBlock: block,
    headerData: header,
    ...(block.withdrawals === undefined ? {} : { withdrawals: block.withdrawals }),
    blockOpts: { putBlockIntoBlockchain: false },
  })
  await vm.evm.journal.checkpoint()
  try {
    let gasBefore = 0n
    for (const [index, transaction] of transactions.entries()) {
      const { totalGasSpent } = await onTransaction(
        () => runTransaction(vm, transaction, block, gasBefore),
        index,
        block,
      )
      gasBefore += totalGasSpent
      if (index === last) break
    }
  } finally {
    await vm.evm.journal.revert()
    await builder.revert()
    machine.leaveState()
  }
}

/** What a transaction shows of itself before it runs. */
function startOf(transaction: TypedTransaction, block: Block): TracedStart {
  const authorizations = 'authorizationList' in transaction ? transaction.authorizationList : []
  return {
    from: transaction.getSenderAddress(),
    to: transaction.to,
    gasLimit: transaction.gasLimit,
    coinbase: block.header.coinbase,
    authorities: authorizations.flatMap((authorization) => authorityOf(authorization, transaction.common) ?? []),
  }
}

/** A trace of a transaction of a block. */
export type TransactionTrace = { readonly txHash: Hex; readonly result: unknown }

/**
 * Traces one transaction of a block, or all.
 *
 * @param limit - most characters of the traces together
 * @throws {ReadError} when they have more
 */
export async function traceTransactions(
  machine: ReadMachine,
  sent: SentBlock,
  index: number | undefined,
  trace: TraceOptions,
  limit: number,
): Promise<readonly TransactionTrace[]> {
  const traces: TransactionTrace[] = []
  const budget = createBudget(limit)
  await replay(machine, sent, index, async (run, at, block) => {
    if (index !== undefined && at !== index) return run()
    const transaction = block.transactions[at] as TypedTransaction
    const tracer = createTracer(trace, machine, budget)
    await tracer.before?.(startOf(transaction, block))
    const detach = attach(machine.evm, tracer)
    let executed: RunTxResult
    try {
      executed = await run()
    } finally {
      detach()
    }
    const result = await tracer.after({ gasUsed: executed.totalGasSpent, evmResult: executed })
    traces.push({ txHash: bytesToHex(transaction.hash()), result })
    return executed
  })
  return traces
}

/** Reports where the gas of a transaction of a block went. */
export async function reportTransaction(machine: ReadMachine, sent: SentBlock, index: number): Promise<GasReport> {
  let report: GasReport | undefined
  await replay(machine, sent, index, async (run, at) => {
    if (at !== index) return run()
    const { value, reports } = await reportGas(machine.vm, run)
    report = reports[0]
    return value
  })
  if (report === undefined) throw new Error(`the block has no transaction ${index}`)
  return report
}
