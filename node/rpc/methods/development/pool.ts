import { type Methods, method, type NodeServices } from '../../method.ts'
import { address, hash32, parameters } from '../../params.ts'
import { command } from './names.ts'

/** Takes a transaction out of the pool. @returns whether it waited there */
function drop({ pool }: NodeServices, hash: `0x${string}`): boolean {
  const isThere = pool.get(hash) !== undefined
  if (isThere) pool.remove([hash])
  return isThere
}

/** Methods that take transactions out of the pool. */
export const poolMethods: Methods = {
  anvil_dropTransaction: method(parameters(hash32), ([hash], services) => (drop(services, hash) ? hash : null)),
  hardhat_dropTransaction: method(parameters(hash32), ([hash], services) => drop(services, hash)),
  ...command('dropAllTransactions', parameters(), (_, { pool }) => pool.clear()),
  ...command('removePoolTransactions', parameters(address), ([from], { pool }) => {
    const { pending, queued } = pool.content()
    const theirs = [pending, queued].flatMap((content) => [...(content.get(from)?.values() ?? [])])
    pool.remove(theirs.map(({ hash }) => hash))
  }),
}
