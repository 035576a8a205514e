import type { Hex } from '../../../evm-ext/index.ts'
import { createAccounts } from '../../../node/accounts/createAccounts.ts'
import type { DeployedDigits, Reading, Receipt } from '../load/digits.ts'
import { AnsweredError, ask } from '../load/rpc.ts'
import { signTransaction } from '../load/sender.ts'

/** What a client was told of its transaction. */
export type SeenReceipt = { readonly hash: Hex; readonly blockHash: Hex; readonly blockNumber: bigint }

export type Traffic = {
  /** Receipts that clients have seen, of this traffic. */
  readonly seen: readonly SeenReceipt[]
  /** What the node answered that it should not have. */
  readonly errors: readonly string[]
  /** Ends it; waits for what is under way. */
  stop(): Promise<void>
}

const PREDICTION_GAS = 1_000_000n
const TRANSFER_GAS = 21_000n

/** An address that nobody has used. */
function newAddress(account: number, nonce: number): Hex {
  return `0x${(BigInt(account + 1) * 2n ** 64n + BigInt(nonce)).toString(16).padStart(40, 'f')}`
}

/**
 * Lets every account send one transaction after another, predictions and transfers to new accounts in turn, until it is
 * stopped or the node is gone.
 */
export function startTraffic(url: string, { address, readings }: DeployedDigits): Traffic {
  const accounts = createAccounts()
  const [seen, errors]: [SeenReceipt[], string[]] = [[], []]
  let isStopped = false

  const sendAll = async (from: Hex, account: number) => {
    let nonce = Number(await ask<Hex>(url, 'eth_getTransactionCount', from, 'latest'))
    for (; !isStopped; nonce++) {
      const { data } = readings[nonce % readings.length] as Reading
      const fields =
        nonce % 2 === 0
          ? { to: address, data, gasLimit: PREDICTION_GAS }
          : { to: newAddress(account, nonce), value: 1n, gasLimit: TRANSFER_GAS }
      const { hash, raw } = signTransaction({ nonce, ...fields }, accounts.keyOf(from) as Uint8Array)
      await ask(url, 'eth_sendRawTransaction', raw)
      const receipt = await ask<Receipt | null>(url, 'eth_getTransactionReceipt', hash)
      if (receipt === null) throw new AnsweredError(`${hash}: accepted, and has no receipt`)
      seen.push({ hash, blockHash: receipt.blockHash, blockNumber: BigInt(receipt.blockNumber) })
      if (receipt.status !== '0x1') throw new AnsweredError(`${hash}: status ${receipt.status}`)
    }
  }

  const work = accounts.addresses().map((from, account) =>
    sendAll(from, account).catch((error: Error) => {
      // Anything else is the connection to a node that is gone.
      if (error instanceof AnsweredError) errors.push(error.message)
    }),
  )
  return {
    ...{ seen, errors },
    async stop() {
      isStopped = true
      await Promise.all(work)
    },
  }
}
