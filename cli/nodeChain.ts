import { UsageError } from './errors.ts'
import type { RpcClient } from './rpcClient.ts'

/** What commands look at of a node's `tensor_chainSpec`. */
export type ChainSpec = {
  readonly chainId: number
  readonly registry: string
  readonly registrar: `0x${string}`
  readonly hardfork: string
  readonly isTensorActive: boolean
}

/** Whether a registrar stands for anyone. */
export function isAnyone(registrar: string): boolean {
  return /^0x0*$/.test(registrar)
}

/** What a node's chain runs by. @throws {UsageError} when it has no tensor instructions, or not yet */
export async function chainSpecOf(client: RpcClient): Promise<ChainSpec> {
  const spec = await client.send<ChainSpec>('tensor_chainSpec')
  if (!spec.isTensorActive)
    throw new UsageError(
      `${client.url}: the tensor fork is not active yet: the next block of chain ${spec.chainId} is of ${spec.hardfork}`,
    )
  return spec
}
