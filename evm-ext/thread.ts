import { type TransferListItem, Worker } from 'node:worker_threads'
import { MissingModelError } from './errors.ts'
import { GenesisError } from './genesisReader.ts'

/** An error as it crosses threads, which keep neither the class nor the fields of one. */
export type Failure = {
  readonly name: string
  readonly message: string
  readonly stack: string | undefined
  /** The model that a {@link MissingModelError} is about. */
  readonly root: MissingModelError['root'] | undefined
}

/** Takes an error apart, to be sent to another thread. */
export function toFailure(error: unknown): Failure {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error), stack: undefined, root: undefined }
  const { name, message, stack } = error
  return { name, message, stack, root: error instanceof MissingModelError ? error.root : undefined }
}

/** Classes that callers may tell apart. */
const classes: Readonly<Record<string, new (message: string) => Error>> = { GenesisError, RangeError, TypeError }

/** The error of a {@link Failure}: of the same class where it is one that callers may tell apart. */
export function fromFailure({ name, message, stack, root }: Failure): Error {
  if (root !== undefined) return new MissingModelError(root)
  const error = new (classes[name] ?? Error)(message)
  if (error.name !== name) Object.assign(error, { name })
  if (stack !== undefined) error.stack = stack
  return error
}

/** Bytes in a buffer of their own: a view is sent with all of the buffer that it looks at. */
export function ownBytes(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes)
}

/** A thread that was started, and takes messages. */
export type Thread<In> = {
  post(message: In, transfer?: readonly TransferListItem[]): void
  /** Whether the process goes on for as long as the thread does. It does at first. */
  hold(held: boolean): void
  /** Ends the thread at once, whatever it does. Nothing more is heard of it. */
  terminate(): Promise<void>
}

/** What a thread tells the one that started it. */
export type ThreadEvents<Out> = {
  readonly onMessage: (message: Out) => void
  /** It ended by itself: an error that nobody caught, or an exit. */
  readonly onStop: (reason: Error) => void
}

/** Whether this is the package's source, which Node.js of this version can't run by itself. */
const isSource = import.meta.url.endsWith('.ts')
const needsLoader = isSource && !Reflect.get(process.features, 'typescript')

/**
 * What a thread is to run for a module to be run. The sources run with tsx, which registers itself in the main thread
 * alone: so the thread registers it. (A thread's `execArgv` could say so too, but takes not all that a process takes.)
 */
function entryOf(source: URL): URL {
  if (needsLoader) {
    const [tsx, module] = [import.meta.resolve('tsx/esm/api'), source.href].map((url) => JSON.stringify(url))
    const entry = `import { register } from ${tsx}\nregister()\nawait import(${module})`
    return new URL(`data:text/javascript,${encodeURIComponent(entry)}`)
  }
  return isSource ? source : new URL(source.href.replace(/\.ts$/, '.js'))
}

/**
 * Starts a module of this package in a thread of its own.
 *
 * @param source - URL of the module's source; where the package is compiled, the compiled module beside it is taken
 * @param workerData - what the module finds as `workerData`
 */
export function startThread<In, Out>(source: URL, workerData: unknown, events: ThreadEvents<Out>): Thread<In> {
  const worker = new Worker(entryOf(source), { workerData })
  let reason: Error | undefined
  let isTerminated = false
  worker.on('message', (message: Out) => {
    if (!isTerminated) events.onMessage(message)
  })
  worker.on('error', (error) => {
    reason = error instanceof Error ? error : new Error(String(error))
  })
  worker.on('exit', (code) => {
    if (!isTerminated) events.onStop(reason ?? new Error(`exit code ${code}`))
  })
  return {
    post: (message, transfer) => worker.postMessage(message, transfer),
    hold(held) {
      if (held) worker.ref()
      else worker.unref()
    },
    async terminate() {
      isTerminated = true
      await worker.terminate()
    },
  }
}
