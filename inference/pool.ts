import type { Chain, TensorGenesis } from '../evm-ext/index.ts'
import { fromFailure, ownBytes, startThread, type Thread } from '../evm-ext/thread.ts'
import { checkWorkers } from '../evm-ext/workers.ts'
import type { KernelName } from '../kernel/index.ts'
import { encodeModel, type Program } from '../model/index.ts'
import { createInferenceChain } from './chain.ts'
import { type CompiledModel, compileModel } from './contract.ts'
import type { InferencePath } from './paths.ts'
import type { PoolOrder, PoolReply, PoolThreadData } from './poolMessages.ts'
import { createRunner, type Inference } from './runner.ts'

export type InferencePoolOptions = {
  /** Threads, 1..256; 1, which is this thread itself, unless given. See {@link suitableWorkers}. */
  readonly workers?: number
  /** Of the chains; a development chain's unless given. */
  readonly genesis?: TensorGenesis | undefined
  /** What messages call the genesis. */
  readonly where?: string
  /** What computes tensors on the chains; WebAssembly unless given. */
  readonly kernel?: KernelName | undefined
  /** The program's contract for the path `instructions`, if it was compiled already. */
  readonly contract?: CompiledModel | undefined
  /** Called with the chain of a pool of one, once the program is ready on it. */
  readonly onChain?: (chain: Chain) => void
}

/** A program made ready on one path, in one thread or several. */
export type InferencePool = {
  readonly path: InferencePath
  readonly workers: number
  /** Bytes of code that the path put on each chain; 0 where it put none. */
  readonly codeBytes: number
  /**
   * Runs samples, each the canonical bytes of the program's inputs. Outputs and gas do not depend on how many threads
   * there are.
   *
   * @param onInference - called after each sample, in the order in which they end
   * @returns results in the order of the samples
   * @throws {Error} `sample K: reason` for the first of the samples that fails; the pool is closed then
   */
  inferAll(samples: readonly Uint8Array[], onInference?: () => void): Promise<Inference[]>
  /** Ends all threads at once, which until then keep the process alive. */
  close(): Promise<void>
}

/** What runs the samples of a pool. */
type Crew = {
  readonly codeBytes: number
  run(samples: readonly Uint8Array[], onInference: (() => void) | undefined): Promise<Inference[]>
  /** Nothing is to be run any more; what runs rejects. */
  end(reason: Error): Promise<void>
}

/** Most samples that a thread is given at once. */
const MAX_BATCH = 16

function sampleError(index: number, reason: Error): Error {
  return new Error(`sample ${index}: ${reason.message}`, { cause: reason })
}

/** Runs a program in this thread. */
async function workAlone(path: InferencePath, program: Program, options: InferencePoolOptions): Promise<Crew> {
  const { genesis, where, kernel, contract, onChain } = options
  let chain: Chain | undefined
  const startChain = async () => {
    chain = await createInferenceChain(genesis, where, kernel)
    return chain
  }
  const runner = await createRunner(path, program, startChain, contract)
  if (chain !== undefined) onChain?.(chain)
  return {
    codeBytes: runner.codeBytes,
    async run(samples, onInference) {
      const results: Inference[] = []
      for (const sample of samples) {
        const inference = await runner.infer(sample).catch((error: Error) => {
          throw sampleError(results.length, error)
        })
        results.push(inference)
        onInference?.()
      }
      return results
    },
    async end() {},
  }
}

/** A thread, and which samples it was given and has not ended. */
type Member = { readonly thread: Thread<PoolOrder>; next: number; end: number }

/** Who hears of the threads. */
type Listener = {
  onReply(member: Member, reply: PoolReply): void
  onStop(member: Member, reason: Error): void
  reject(reason: Error): void
}

/** Runs a program in threads, each with a chain of its own. */
async function workTogether(path: InferencePath, program: Program, options: InferencePoolOptions): Promise<Crew> {
  const { workers = 1, genesis, where, kernel } = options
  const members: Member[] = []
  let listener: Listener | undefined
  let stopped: Error | undefined

  const startMembers = () => {
    const file = encodeModel(program)
    const model = new Uint8Array(new SharedArrayBuffer(file.length))
    model.set(file)
    const workerData: PoolThreadData = { path, model, genesis, where, kernel }
    for (let index = 0; index < workers; index++) {
      const thread = startThread<PoolOrder, PoolReply>(new URL('./poolWorker.ts', import.meta.url), workerData, {
        onMessage: (reply) => listener?.onReply(member, reply),
        onStop: (reason) => {
          stopped = new Error(`a thread of the inference pool stopped: ${reason.message}`, { cause: reason })
          listener?.onStop(member, stopped)
        },
      })
      const member: Member = { thread, next: 0, end: 0 }
      members.push(member)
    }
  }

  /** Makes all members ready; gives the bytes of code on each one's chain. */
  const prepare = () =>
    new Promise<number>((resolve, reject) => {
      let missing = workers
      listener = {
        onReply(_, reply) {
          if (reply.kind === 'unable') reject(fromFailure(reply.failure))
          else if (reply.kind === 'ready' && --missing === 0) resolve(reply.codeBytes)
        },
        onStop: (_, reason) => reject(reason),
        reject,
      }
      startMembers()
      // They load their modules meanwhile.
      const contract = path === 'instructions' ? (options.contract ?? compileModel(program)) : undefined
      for (const { thread } of members) thread.post({ kind: 'prepare', contract })
    })

  /** Samples of earlier runs. */
  let before = 0

  const run = (samples: readonly Uint8Array[], onInference: (() => void) | undefined) =>
    new Promise<Inference[]>((resolve, reject) => {
      const results: Inference[] = []
      let given = 0
      // Samples from here on need not be run: there are none, or the one here failed.
      let end = samples.length
      let failure: Error | undefined

      const give = (member: Member) => {
        const share = Math.ceil((end - given) / (4 * members.length))
        const count = Math.min(share, MAX_BATCH)
        if (count <= 0) return
        // A view is sent with all of the file that it looks at.
        const batch = samples.slice(given, given + count).map(ownBytes)
        const transfer = batch.map(({ buffer }) => buffer)
        member.thread.post({ kind: 'run', first: before + given, samples: batch }, transfer)
        member.next = given
        given += count
        member.end = given
      }

      const fail = (member: Member, reason: Error) => {
        if (member.next < end) {
          end = member.next
          failure = sampleError(end, reason)
        }
        member.next = member.end
      }

      /** Ends the run when every sample before the end has ended. */
      const settle = () => {
        if (given < end || members.some((member) => member.next < member.end && member.next < end)) return
        before += samples.length
        if (failure === undefined) resolve(results)
        else reject(failure)
      }

      listener = {
        onReply(member, reply) {
          if (reply.kind === 'result') {
            results[member.next++] = reply.inference
            onInference?.()
          } else if (reply.kind === 'failed') fail(member, fromFailure(reply.failure))
          if (member.next === member.end) give(member)
          settle()
        },
        onStop(member, reason) {
          // One without samples failed none, but would be missing.
          if (member.next === member.end) reject(reason)
          fail(member, reason)
          settle()
        },
        reject,
      }
      if (stopped !== undefined) reject(stopped)
      for (const member of members) give(member)
      settle()
    })

  const end = async (reason: Error) => {
    listener?.reject(reason)
    await Promise.all(members.map(({ thread }) => thread.terminate()))
  }

  try {
    return { codeBytes: await prepare(), run, end }
  } catch (error) {
    await end(error as Error)
    throw error
  }
}

/**
 * Makes a program ready to run many samples, shared among threads as each gets done with those before. A thread has a chain
 * of its own with the model on it; rules that change with a block's number or time change at the same sample as in one
 * thread.
 *
 * @throws {RangeError} when `workers` is out of range
 * @throws {GenesisError} when no transaction with the tensor fork can be sent on the chain of the genesis
 * @throws {Error} when the chain refuses the model
 */
export async function createInferencePool(
  path: InferencePath,
  program: Program,
  options: InferencePoolOptions = {},
): Promise<InferencePool> {
  const workers = checkWorkers(options.workers ?? 1)
  const crew = await (workers === 1 ? workAlone : workTogether)(path, program, options)
  let ended: Error | undefined
  let isRunning = false
  const end = async (reason: Error) => {
    ended ??= reason
    await crew.end(reason)
  }
  return {
    path,
    workers,
    codeBytes: crew.codeBytes,
    async inferAll(samples, onInference) {
      if (ended !== undefined) throw ended
      if (isRunning) throw new Error('the inference pool is running other samples')
      isRunning = true
      try {
        return await crew.run(samples, onInference)
      } catch (error) {
        await end(error as Error)
        throw error
      } finally {
        isRunning = false
      }
    },
    close: () => end(new Error('the inference pool was closed')),
  }
}
