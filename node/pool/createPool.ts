import type { MerkleStateManager } from '@ethereumjs/statemanager'
import { TransactionType, type TypedTransaction } from '@ethereumjs/tx'
import { type Address, bytesToHex, createAddressFromString, equalsBytes, KECCAK256_NULL } from '@ethereumjs/util'
import type { Hex } from '../../evm-ext/index.ts'
import type { Accounts } from '../accounts/accounts.ts'
import type { BlockRecord, NodeChain } from '../chain/chain.ts'
import { DELEGATION } from '../chain/runTransaction.ts'
import { signAs } from '../chain/sender.ts'
import { checkBlobs, checkTransaction, invalid, refused } from './checks.ts'
import { costOf, mayReplace } from './fees.ts'
import { inOrder } from './order.ts'
import type { PoolContent, PooledTransaction, TransactionPool } from './pool.ts'
import { createSenderEntries, type Entry, type Sender, type SenderEntries } from './sender.ts'

export type PoolOptions = {
  readonly chain: NodeChain
  readonly accounts: Accounts
  /** Most transactions in all, 4096 unless given. */
  readonly maxTransactions?: number
  /** Most transactions of a sender that wait for a nonce before theirs or for funds, 64 unless given. */
  readonly maxQueuedPerSender?: number
}

/** What the state says of an account that may be a sender. */
type Account = Sender & { readonly mayBeSender: boolean }

/** An empty pool of a chain, which follows it for as long as the chain lives. */
export function createPool(options: PoolOptions): TransactionPool {
  const { chain, accounts, maxTransactions = 4096, maxQueuedPerSender = 64 } = options
  const senders = new Map<Hex, SenderEntries>()
  const byHash = new Map<Hex, Entry>()
  const listeners = new Set<(transaction: PooledTransaction) => void>()
  /** Of the senders of all transactions, in the state of the head when nothing is being refreshed. */
  const known = new Map<Hex, Account>()
  /** Counts changes of the head and its state. */
  let version = 0
  let arrivals = 0
  let refreshing: Promise<void> = Promise.resolve()
  /** The state of the head, since it was first asked for. */
  let view: Promise<MerkleStateManager> | undefined

  const readAccount = async (address: Address): Promise<Account> => {
    const opening = view ?? chain.stateAt(chain.head())
    view = opening
    // What failed once may succeed the next time.
    opening.catch(() => {
      view = undefined
    })
    const state = await opening
    const account = await state.getAccount(address)
    if (account === undefined) return { nonce: 0n, balance: 0n, mayBeSender: true }
    const { nonce, balance, codeHash } = account
    const hasCode = !equalsBytes(codeHash, KECCAK256_NULL)
    const mayBeSender =
      !hasCode || equalsBytes((await state.getCode(address)).subarray(0, DELEGATION.length), DELEGATION)
    return { nonce, balance, mayBeSender }
  }

  const pendingOf = (entries: SenderEntries) => entries.pending(known.get(entries.from) ?? { nonce: 0n, balance: 0n })

  const drop = (entry: Entry) => {
    byHash.delete(entry.hash)
    const entries = senders.get(entry.from)
    if (entries?.at(entry.transaction.nonce) !== entry) return
    entries.delete(entry.transaction.nonce)
    if (entries.size > 0) return
    senders.delete(entry.from)
    known.delete(entry.from)
  }

  const announce = (entries: SenderEntries | undefined) => {
    for (const entry of entries === undefined ? [] : pendingOf(entries)) {
      if (entry.isAnnounced) continue
      entry.isAnnounced = true
      for (const listener of listeners) listener(entry)
    }
  }

  /** Reads what the new state says of every sender, and drops what can't be mined any more. */
  const refresh = async () => {
    const at = version
    const read = await Promise.all(
      [...senders.keys()].map(async (from) => [from, await readAccount(createAddressFromString(from))] as const),
    )
    // Another change has started another refresh, which says what is so.
    if (at !== version) return
    for (const [from, account] of read) {
      const entries = senders.get(from)
      if (entries === undefined) continue
      known.set(from, account)
      for (const entry of entries.all()) if (entry.transaction.nonce < account.nonce) drop(entry)
      announce(senders.get(from))
    }
  }

  const changed = () => {
    version++
    view = undefined
    if (senders.size === 0) return
    refreshing = refreshing.then(refresh).catch((error: Error) => {
      process.emitWarning(error)
    })
  }

  chain.listen({
    onBlock({ receipts }: BlockRecord) {
      for (const { transactionHash } of receipts) {
        const entry = byHash.get(transactionHash)
        if (entry !== undefined) drop(entry)
      }
      changed()
    },
    onRewind: changed,
    onEdit: changed,
  })

  const nextBlock = () => {
    const { number, timestamp, gasLimit } = chain.head().header
    return { common: chain.commonAt({ number: number + 1n, timestamp: timestamp + 1n }), gasLimit }
  }

  /** The transaction with a signature, and who sent it. */
  const readSender = (transaction: TypedTransaction, from: Hex | undefined) => {
    if (transaction.isSigned()) {
      try {
        return { signed: transaction, sender: transaction.getSenderAddress() }
      } catch {
        throw invalid('invalid sender')
      }
    }
    if (from === undefined || !accounts.isImpersonated(from)) throw invalid('unknown account')
    const sender = createAddressFromString(from)
    return { signed: signAs(transaction, sender), sender }
  }

  /** Checks a transaction against the state and the pool. @returns the one that it takes the place of */
  const checkState = (transaction: TypedTransaction, from: Hex, account: Account): Entry | undefined => {
    const { nonce } = transaction
    if (!account.mayBeSender && !accounts.isImpersonated(from)) throw invalid(`sender not an eoa: address ${from}`)
    if (nonce < account.nonce) throw invalid(`nonce too low: next nonce ${account.nonce}, tx nonce ${nonce}`)
    const entries = senders.get(from)
    const replaced = entries?.at(nonce)
    const spent = (entries?.all() ?? []).reduce(
      (sum, entry) =>
        entry === replaced || entry.transaction.nonce < account.nonce ? sum : sum + costOf(entry.transaction),
      0n,
    )
    const cost = costOf(transaction)
    if (account.balance < spent + cost) {
      const message = 'insufficient funds for gas * price + value'
      const overshot = spent + cost - account.balance
      if (account.balance < cost)
        throw invalid(`${message}: balance ${account.balance}, tx cost ${cost}, overshot ${cost - account.balance}`)
      throw invalid(
        `${message}: balance ${account.balance}, queued cost ${spent}, tx cost ${cost}, overshot ${overshot}`,
      )
    }
    if (replaced !== undefined) {
      if (!mayReplace(transaction, replaced.transaction)) throw refused('replacement transaction underpriced')
      return replaced
    }
    if (byHash.size >= maxTransactions) throw refused('txpool is full')
    if (entries === undefined || nonce <= entries.nextNonce(account.nonce)) return undefined
    if (entries.size - entries.pending(account).length >= maxQueuedPerSender)
      throw refused(`txpool is full: ${maxQueuedPerSender} transactions of ${from} are queued`)
    return undefined
  }

  const content = (isPending: boolean): PoolContent => {
    const result = new Map<Hex, ReadonlyMap<bigint, PooledTransaction>>()
    for (const entries of senders.values()) {
      const pending = new Set(pendingOf(entries))
      const chosen = entries.all().filter((entry) => pending.has(entry) === isPending)
      if (chosen.length > 0) result.set(entries.from, new Map(chosen.map((entry) => [entry.transaction.nonce, entry])))
    }
    return result
  }

  return {
    async add(transaction, claimed) {
      const { common, gasLimit } = nextBlock()
      // Prices of a transaction are those of its own Common, which may be of another block.
      if (transaction.common.hardfork() !== common.hardfork()) transaction.common.setHardfork(common.hardfork())
      const { signed, sender } = readSender(transaction, claimed)
      const hash = bytesToHex(signed.hash())
      if (byHash.has(hash)) throw invalid('already known')
      checkTransaction(signed, sender, common, gasLimit)
      const from = bytesToHex(sender.bytes)
      let isProven = false
      for (;;) {
        const at = version
        const account = await readAccount(sender)
        // From here on nothing else runs until the transaction is in.
        if (at !== version) continue
        if (byHash.has(hash)) throw invalid('already known')
        const replaced = checkState(signed, from, account)
        if (signed.type === TransactionType.BlobEIP4844 && !isProven) {
          // What takes long comes last, and everything may be different after it.
          await checkBlobs(signed)
          isProven = true
          continue
        }
        if (replaced !== undefined) drop(replaced)
        const entry: Entry = { hash, from, transaction: signed, arrival: arrivals++, isAnnounced: false }
        const entries = senders.get(from) ?? createSenderEntries(from)
        entries.put(entry)
        senders.set(from, entries)
        byHash.set(hash, entry)
        known.set(from, account)
        announce(entries)
        return entry
      }
    },
    get: (hash) => byHash.get(hash),
    async nextNonce(address) {
      const { nonce } = await readAccount(createAddressFromString(address))
      return senders.get(address.toLowerCase() as Hex)?.nextNonce(nonce) ?? nonce
    },
    content: () => ({ pending: content(true), queued: content(false) }),
    executable(baseFeePerGas) {
      const { header } = chain.head()
      const { common } = nextBlock()
      const blobBaseFee = common.isActivatedEIP(4844) ? header.calcNextBlobGasPrice(common) : 0n
      return inOrder([...senders.values()].map(pendingOf), baseFeePerGas, blobBaseFee)
    },
    async refreshed() {
      for (let last: Promise<void> | undefined; last !== refreshing; ) {
        last = refreshing
        await last
      }
    },
    remove(hashes) {
      for (const hash of hashes) {
        const entry = byHash.get(hash)
        if (entry !== undefined) drop(entry)
      }
    },
    clear() {
      senders.clear()
      byHash.clear()
      known.clear()
    },
    onPending(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
