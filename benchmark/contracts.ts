import { availableParallelism } from 'node:os'
import { fromFailure, startThread, type Thread } from '../evm-ext/thread.ts'
import type { CompiledModel } from '../inference/index.ts'
import { encodeModel, type Program } from '../model/index.ts'
import type { CompileOrder, CompileReply } from './compileMessages.ts'

/** Contracts that a program is compiled to: with tensor instructions, or in ordinary Solidity by its arithmetic. */
export type ContractKind = 'instructions' | 'scalar' | 'swar'

/** Init code of a contract in ordinary Solidity, to be followed by the addresses of the accounts that hold its weights. */
export type PlainCode = { readonly bytecode: `0x${string}`; readonly dataInitCodes: readonly Uint8Array[] }

/** A compiled contract. */
export type ContractCode =
  | { readonly kind: 'instructions'; readonly compiled: CompiledModel }
  | { readonly kind: 'scalar' | 'swar'; readonly compiled: PlainCode }

/** A contract to compile. */
export type CompileJob = { readonly program: Program; readonly kind: ContractKind }

/** Each thread has a compiler of its own, about 200 MB. */
const MOST_THREADS = 4

/**
 * Compiles contracts on several threads, which are gone afterwards: what is measured then has the machine for itself.
 *
 * @param onDone - called after each
 * @returns for each job its contract, or why there is none
 * @throws {Error} when the signal aborts
 */
export async function compileContracts(
  jobs: readonly CompileJob[],
  onDone: () => void,
  signal?: AbortSignal,
): Promise<(ContractCode | Error)[]> {
  const results: (ContractCode | Error)[] = jobs.map(() => new Error('it was not compiled'))
  let next = 0
  const work = () =>
    new Promise<void>((resolve) => {
      let current = -1
      let thread: Thread<CompileOrder> | undefined
      const end = () => {
        signal?.removeEventListener('abort', end)
        void thread?.terminate().then(resolve)
      }
      const take = () => {
        if (current >= 0) onDone()
        current = next++
        const job = jobs[current]
        if (job === undefined || signal?.aborted) return end()
        thread?.post({ model: encodeModel(job.program), kind: job.kind })
      }
      thread = startThread<CompileOrder, CompileReply>(new URL('./compileWorker.ts', import.meta.url), undefined, {
        onMessage(reply) {
          results[current] = reply.kind === 'failed' ? fromFailure(reply.failure) : reply.code
          take()
        },
        onStop(reason) {
          results[current] = reason
          signal?.removeEventListener('abort', end)
          resolve()
        },
      })
      signal?.addEventListener('abort', end)
      take()
    })
  const threads = Math.min(availableParallelism(), MOST_THREADS, jobs.length)
  await Promise.all(Array.from({ length: threads }, work))
  signal?.throwIfAborted()
  return results
}
