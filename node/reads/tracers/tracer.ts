import type { EVMResult, InterpreterStep, Message } from '@ethereumjs/evm'
import type { Address } from '@ethereumjs/util'
import type { InstructionCharge } from '../../../evm-ext/charge.ts'
import type { TensorEVM } from '../../../evm-ext/index.ts'

/** A transaction or call that is traced, before it runs. */
export type TracedStart = {
  readonly from: Address
  /** Left out where it creates a contract. */
  readonly to: Address | undefined
  readonly gasLimit: bigint
  readonly coinbase: Address
  /** Accounts whose authorizations come with it (EIP-7702). */
  readonly authorities: readonly Address[]
}

/** How it ended. */
export type TracedEnd = { readonly gasUsed: bigint; readonly evmResult: EVMResult }

/** Makes something of what an EVM does in one transaction or call. */
export type Tracer = {
  /** In the state before it, of which nothing is paid yet. */
  before?(start: TracedStart): Promise<void>
  /** A frame begins. */
  enter?(message: Message): void
  /** An opcode is about to run. A promise is waited for. */
  step?(step: InterpreterStep): Promise<void> | undefined
  /** A tensor instruction is paid for. */
  charge?(charge: InstructionCharge): void
  /** The innermost frame ended. */
  exit?(result: EVMResult): void
  /** The result as JSON, in the state after it. */
  after(end: TracedEnd): unknown
}

/** What a tracer may keep. */
export type Budget = {
  /** Counts characters that the result will have. @throws {ReadError} when they are too many */
  spend(characters: number): void
}

/**
 * Shows a tracer what an EVM does, from now on.
 *
 * @returns what ends it, and throws what the tracer threw where the EVM could not be stopped for it
 */
export function attach(evm: TensorEVM, tracer: Tracer): () => void {
  const { enter, step, charge, exit } = tracer
  let failure: unknown
  const onEnter = (message: Message) => enter?.(message)
  const onExit = (result: EVMResult) => exit?.(result)
  // The client waits for listeners with two parameters.
  const onStep = (event: InterpreterStep, resolve?: () => void) => {
    const waiting = step?.(event)
    if (waiting === undefined) resolve?.()
    else
      void waiting
        .catch((error) => {
          failure ??= error
        })
        .then(resolve)
  }
  if (enter !== undefined) evm.events.on('beforeMessage', onEnter)
  if (exit !== undefined) evm.events.on('afterMessage', onExit)
  if (step !== undefined) evm.events.on('step', onStep)
  if (charge !== undefined) evm.chargeListener = { onInstruction: charge, onLookup: () => {} }
  return () => {
    evm.events.off('beforeMessage', onEnter)
    evm.events.off('afterMessage', onExit)
    evm.events.off('step', onStep)
    evm.chargeListener = undefined
    if (failure !== undefined) throw failure
  }
}
