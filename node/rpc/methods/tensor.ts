import { bytesToHex } from '@ethereumjs/util'
import type { Hex } from '../../../evm-ext/index.ts'
import { readRegistry } from '../../models/registration.ts'
import { storedModels } from '../../models/stored.ts'
import { MAX_CHUNK_BYTES, MAX_MODEL_BYTES, uploadsOf } from '../../models/uploads.ts'
import { chainSpec } from '../../spec/chainSpec.ts'
import { RpcError, rpcCodes } from '../errors.ts'
import { type Methods, method, type NodeServices } from '../method.ts'
import { data, hash32, looseQuantity, parameters } from '../params.ts'

/** A number of bytes, or a place among them. */
const bytes = looseQuantity
  .refine((value) => value <= BigInt(Number.MAX_SAFE_INTEGER), 'expected a number below 2^53')
  .transform(Number)

const fileBytes = bytes.refine(
  (value) => value > 0 && value <= MAX_MODEL_BYTES,
  `expected the bytes of a model file, 1 to ${MAX_MODEL_BYTES}`,
)

const chunk = data.refine((part) => part.length <= MAX_CHUNK_BYTES, `expected at most ${MAX_CHUNK_BYTES} bytes`)

/** How far a model is published. */
async function progress(services: NodeServices, root: Hex, byteLength: number, received: number) {
  const isStored = (await storedModels(services).sizes()).has(root)
  const { isRegistered } = await readRegistry(services)
  const registration = isStored ? await storedModels(services).registration(root) : undefined
  return {
    ...{ root, byteLength, received, chunkBytes: MAX_CHUNK_BYTES, isStored },
    isRegistered: await isRegistered(root),
    /** The transaction that registers it, for the registrar to send. */
    ...(registration === undefined
      ? {}
      : { registration: { to: services.chain.genesis.registry, data: registration } }),
  }
}

const publishModel = method(
  parameters(hash32, fileBytes, bytes.optional(), chunk.optional()),
  async ([root, byteLength, offset = 0, part], services) => {
    const stored = (await storedModels(services).sizes()).get(root)
    if (stored !== undefined && stored !== byteLength)
      throw new RpcError(rpcCodes.invalidParams, `invalid argument 1: the file of this model has ${stored} bytes`)
    if (stored !== undefined) return progress(services, root, byteLength, byteLength)
    const uploads = uploadsOf(services)
    const model = { root, byteLength }
    const received = part === undefined ? uploads.received(model) : await uploads.append(model, offset, part)
    return progress(services, root, byteLength, received)
  },
)

const getModel = method(
  parameters(hash32, bytes.optional(), bytes.optional()),
  async ([root, offset = 0, length = MAX_CHUNK_BYTES], services) => {
    const file = await storedModels(services).file(root)
    if (file === undefined) throw new RpcError(rpcCodes.resourceNotFound, `the node has no model ${root}`)
    if (offset > file.length)
      throw new RpcError(rpcCodes.invalidParams, `invalid argument 1: the file has ${file.length} bytes`)
    const part = file.subarray(offset, offset + Math.min(length, MAX_CHUNK_BYTES))
    return { root, byteLength: file.length, offset, data: bytesToHex(part) }
  },
)

const listModels = method(parameters(), async (_, services) => {
  const { isRegistered } = await readRegistry(services)
  const sizes = await storedModels(services).sizes()
  return Promise.all(
    [...sizes].map(async ([root, byteLength]) => ({ root, byteLength, isRegistered: await isRegistered(root) })),
  )
})

const gasBreakdown = method(parameters(hash32), async ([hash], { chain, reads, signal }) => {
  const found = await chain.transaction(hash)
  if (found === undefined) throw new RpcError(rpcCodes.serverError, 'transaction not found')
  return reads.gasReport(found.block, found.index, { signal })
})

/** What this chain has besides Ethereum: models over the wire, what tensor instructions cost, and its rules. */
export const tensorMethods: Methods = {
  tensor_publishModel: publishModel,
  tensor_getModel: getModel,
  tensor_listModels: listModels,
  tensor_gasBreakdown: gasBreakdown,
  tensor_chainSpec: method(parameters(), (_, services) => chainSpec(services)),
}
