import type { Hex } from '../../evm-ext/index.ts'
import { startThread } from '../../evm-ext/thread.ts'
import type { Root } from '../../model/index.ts'

/** What is known of a model file that was checked. */
export type CheckedModel = {
  readonly root: Root
  /** Calldata of the registry's `register`. */
  readonly registration: Hex
}

/** What the thread that checks answers. */
export type CheckReply =
  | { readonly kind: 'checked'; readonly model: CheckedModel }
  /** What is wrong with the file. */
  | { readonly kind: 'refused'; readonly message: string }

/** A file that is no model. */
export class ModelFileError extends Error {
  override readonly name = 'ModelFileError'
}

let queue: Promise<unknown> = Promise.resolve()

function check(file: Uint8Array): Promise<CheckedModel> {
  return new Promise((resolve, reject) => {
    const bytes = new Uint8Array(file)
    const end = () => thread.terminate().catch(() => undefined)
    const thread = startThread<Uint8Array, CheckReply>(new URL('./checkWorker.ts', import.meta.url), undefined, {
      onMessage(reply) {
        end()
        if (reply.kind === 'checked') resolve(reply.model)
        else reject(new ModelFileError(reply.message))
      },
      onStop: (reason) => reject(new Error(`the thread that checks a model stopped: ${reason.message}`)),
    })
    thread.post(bytes, [bytes.buffer])
  })
}

/**
 * Reads a model file and hashes it, in a thread: that takes seconds for a large one. One is checked at a time.
 *
 * @throws {ModelFileError} saying what is wrong with it
 */
export function checkModel(file: Uint8Array): Promise<CheckedModel> {
  const checked = queue.then(() => check(file))
  queue = checked.catch(() => undefined)
  return checked
}
