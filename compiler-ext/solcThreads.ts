import { createRequire } from 'node:module'
import { availableParallelism } from 'node:os'
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads'
import { readOutput, type Solc } from './solc.ts'
import type { StandardJsonInput, StandardJsonOutput } from './standardJson.ts'

/** Work below which a thread takes longer to load a compiler than it saves, in bytes of input. */
const WORTHWHILE_BYTES = 150_000
/** Each thread has a compiler of its own in memory, about 200 MB when it works. */
const MOST_THREADS = 8

type Thread = { readonly worker: Worker; readonly results: MessagePort }
type Result = { readonly batch: number; readonly index: number; readonly text: string | undefined }

/** Threads by the path of their compiler. They stay for the next batch, and do not keep the process alive. */
const threadsOf = new Map<string, Thread[]>()
let batches = 0

function startThread(path: string): Thread {
  const { port1, port2 } = new MessageChannel()
  const wrapperPath = createRequire(import.meta.url).resolve('solc/wrapper')
  const worker = new Worker(new URL('./solcThread.cjs', import.meta.url), {
    workerData: { wrapperPath, path, results: port2 },
    transferList: [port2],
    // Loaders of this process are of no use to it.
    execArgv: [],
  })
  // A thread that failed takes no job; the main thread takes them all.
  worker.on('error', () => undefined)
  worker.unref()
  port1.unref()
  return { worker, results: port1 }
}

/** Number of threads that run at once unless told otherwise. */
export function defaultWorkers(): number {
  return Math.min(availableParallelism(), MOST_THREADS)
}

/**
 * Compiles independent inputs, which hold all their sources, on several threads; this one is one of them and waits for the
 * others. The outputs are those of one thread, in the order of the inputs.
 *
 * @param workers - most threads, this one included
 */
export function runOnThreads(solc: Solc, inputs: readonly StandardJsonInput[], workers: number): StandardJsonOutput[] {
  const texts = inputs.map((input) => JSON.stringify(input))
  const bytes = texts.reduce((sum, { length }) => sum + length, 0)
  const { kind, path } = solc.location
  if (workers < 2 || inputs.length < 2 || bytes < WORTHWHILE_BYTES || kind !== 'soljson')
    return inputs.map((input) => solc.run(input))

  const threads = threadsOf.get(path) ?? []
  threadsOf.set(path, threads)
  while (threads.length < Math.min(workers, inputs.length) - 1) threads.push(startThread(path))

  const batch = batches++
  const counters = new Int32Array(new SharedArrayBuffer(8))
  const [NEXT, DONE] = [0, 1]
  const outputs: (StandardJsonOutput | undefined)[] = new Array(inputs.length).fill(undefined)
  const used = threads.slice(0, workers - 1)
  for (const { worker } of used) worker.postMessage({ batch, inputs: texts, counters })

  for (let index = Atomics.add(counters, NEXT, 1); index < inputs.length; index = Atomics.add(counters, NEXT, 1)) {
    outputs[index] = solc.run(inputs[index] as StandardJsonInput)
    Atomics.add(counters, DONE, 1)
  }
  for (let done = Atomics.load(counters, DONE); done < inputs.length; done = Atomics.load(counters, DONE))
    Atomics.wait(counters, DONE, done)
  for (const { results } of used)
    for (let received = receiveMessageOnPort(results); received; received = receiveMessageOnPort(results)) {
      const result = received.message as Result
      if (result.batch === batch && result.text !== undefined)
        outputs[result.index] = readOutput(result.text, inputs[result.index] as StandardJsonInput)
    }
  return outputs.map((output, index) => output ?? solc.run(inputs[index] as StandardJsonInput))
}
