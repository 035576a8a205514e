import { bytesToHex } from '@ethereumjs/util'
import { hashMessage, SigningKey, TypedDataEncoder } from 'ethers'
import { z } from 'zod'
import type { Hex } from '../../../evm-ext/index.ts'
import { RpcError, rpcCodes } from '../errors.ts'
import { type Methods, method, type RequestContext } from '../method.ts'
import { address, data, expected, parameters } from '../params.ts'

const typedData = z.object(
  {
    types: z.record(z.string(), z.array(z.object({ name: z.string(), type: z.string() })), expected('types by name')),
    primaryType: z.string(expected('the name of a type')),
    domain: z.record(z.string(), z.unknown(), expected('a domain')),
    message: z.record(z.string(), z.unknown(), expected('a message')),
  },
  expected('typed data'),
)

type TypedData = z.output<typeof typedData>

/** Typed data as clients send it: an object, or its JSON. */
const typedDataOrText = z.preprocess((given) => {
  if (typeof given !== 'string') return given
  try {
    return JSON.parse(given)
  } catch {
    return given
  }
}, typedData)

/** Signs a hash with the key of an account. @throws {RpcError} when the node does not have it */
function signHash(hash: string, account: Hex, { accounts }: RequestContext): string {
  const key = accounts.keyOf(account)
  if (key === undefined) throw new RpcError(rpcCodes.serverError, `unknown account: the node has no key of ${account}`)
  return new SigningKey(bytesToHex(key)).sign(hash).serialized
}

/** The types that one is made of. Clients may send others along, which ethers takes for a mistake. */
function typesOf(types: TypedData['types'], name: string, found: TypedData['types'] = {}): TypedData['types'] {
  const fields = types[name]
  if (fields === undefined || Object.hasOwn(found, name)) return found
  found[name] = fields
  for (const { type } of fields) typesOf(types, type.replace(/\[.*$/, ''), found)
  return found
}

/** Hash of typed data (EIP-712). @throws {RpcError} when it is not what its types say */
function hashTypedData({ types, primaryType, domain, message }: TypedData): string {
  try {
    return TypedDataEncoder.hash(domain, typesOf(types, primaryType), message)
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/ \(argument=.*$/s, '') : String(error)
    throw new RpcError(rpcCodes.invalidParams, `invalid typed data: ${reason.slice(0, 200)}`)
  }
}

/** Methods that sign messages for the accounts whose keys the node has. */
export const signingMethods: Methods = {
  eth_sign: method(parameters(address, data), ([account, message], context) =>
    signHash(hashMessage(message), account, context),
  ),
  // The third parameter would be the password of an account that is locked.
  personal_sign: method(parameters(data, address, z.unknown().optional()), ([message, account], context) =>
    signHash(hashMessage(message), account, context),
  ),
  eth_signTypedData_v4: method(parameters(address, typedDataOrText), ([account, given], context) =>
    signHash(hashTypedData(given), account, context),
  ),
}
