import type { NodeServices } from '../rpc/method.ts'

/** What a node has one of, made when it is first asked for and gone with the node. */
export function perNode<T>(create: (services: NodeServices) => T): (services: NodeServices) => T {
  const made = new WeakMap<NodeServices['chain'], T>()
  return (services) => {
    const known = made.get(services.chain)
    if (known !== undefined) return known
    const created = create(services)
    made.set(services.chain, created)
    return created
  }
}
