import type { Root } from '../../model/index.ts'
import { perNode } from '../development/perNode.ts'
import { RpcError, rpcCodes } from '../rpc/errors.ts'
import { checkModel, ModelFileError } from './check.ts'
import { storedModels } from './stored.ts'

/** Most bytes of a part of a model file. */
export const MAX_CHUNK_BYTES = 512 * 1024

/** Most bytes of a model file that is published. */
export const MAX_MODEL_BYTES = 64 * 2 ** 20

/** Most uploads that are under way, and most bytes of their files together. */
const MAX_UPLOADS = 16
const MAX_UPLOAD_BYTES = 256 * 2 ** 20

/** An upload that nothing came for is given up after so long, and sooner where another one wants its room. */
const EXPIRY_MILLISECONDS = 10 * 60_000
const CONTESTED_MILLISECONDS = 60_000

/** A model file that is on its way. */
export type ModelPart = {
  /** Root of the model. */
  readonly root: Root
  /** Bytes of the whole file. */
  readonly byteLength: number
}

/** Model files that are published in parts, each from the first byte to the last. */
export type Uploads = {
  /** Bytes that have come, from the first on. */
  received(model: ModelPart): number
  /**
   * Takes a part. What was received before is passed over, so that a part may be sent again. The last part has the file
   * checked and kept.
   *
   * @returns bytes that have come; all of them mean that the model is kept
   * @throws {RpcError} on a part that is not the next, or a file that is not the model of its root, which then begins anew
   */
  append(model: ModelPart, offset: number, data: Uint8Array): Promise<number>
}

type Upload = {
  readonly byteLength: number
  readonly parts: Uint8Array[]
  received: number
  usedAt: number
  /** Settles when the whole file is checked and kept. */
  finished: Promise<void> | undefined
}

function refuse(message: string): never {
  throw new RpcError(rpcCodes.invalidParams, message)
}

/** The uploads of a node. */
export const uploadsOf = perNode((services): Uploads => {
  const uploads = new Map<string, Upload>()
  // Lengths are apart, so that a wrong one does not stand in the way of the right one.
  const keyOf = ({ root, byteLength }: ModelPart) => `${root} ${byteLength}`

  const giveUp = (olderThan: number) => {
    for (const [key, { usedAt, finished }] of uploads)
      if (finished === undefined && performance.now() - usedAt > olderThan) uploads.delete(key)
  }

  const hasRoom = (byteLength: number) => {
    const bytes = [...uploads.values()].reduce((sum, upload) => sum + upload.byteLength, byteLength)
    return uploads.size < MAX_UPLOADS && bytes <= MAX_UPLOAD_BYTES
  }

  const begin = (model: ModelPart): Upload => {
    giveUp(EXPIRY_MILLISECONDS)
    if (!hasRoom(model.byteLength)) giveUp(CONTESTED_MILLISECONDS)
    if (!hasRoom(model.byteLength))
      throw new RpcError(rpcCodes.limitExceeded, 'too many models are being published; try again in a minute')
    const { byteLength } = model
    const upload: Upload = { byteLength, parts: [], received: 0, usedAt: performance.now(), finished: undefined }
    uploads.set(keyOf(model), upload)
    return upload
  }

  const finish = async ({ root, byteLength }: ModelPart, { parts }: Upload): Promise<void> => {
    try {
      const file = new Uint8Array(Buffer.concat(parts, byteLength))
      const model = await checkModel(file)
      if (model.root !== root) refuse(`the file has another root than ${root}: ${model.root}`)
      await storedModels(services).add(file, model)
    } catch (error) {
      if (error instanceof ModelFileError) refuse(error.message)
      if (error instanceof RangeError) throw new RpcError(rpcCodes.limitExceeded, error.message)
      throw error
    } finally {
      uploads.delete(keyOf({ root, byteLength }))
    }
  }

  return {
    received: (model) => uploads.get(keyOf(model))?.received ?? 0,
    async append(model, offset, data) {
      const { byteLength } = model
      const upload = uploads.get(keyOf(model))
      const received = upload?.received ?? 0
      if (offset > received) refuse(`offset: expected at most ${received}, the bytes received so far, found ${offset}`)
      if (offset + data.length > byteLength)
        refuse(`data: the part ends at ${offset + data.length}, after the file's ${byteLength} bytes`)
      const next = data.subarray(received - offset)
      if (next.length === 0 && received < byteLength) return received
      const current = upload ?? begin(model)
      current.usedAt = performance.now()
      current.parts.push(new Uint8Array(next))
      current.received += next.length
      if (current.received === byteLength) {
        current.finished ??= finish(model, current)
        await current.finished
      }
      return current.received
    },
  }
})
