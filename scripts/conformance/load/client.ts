import { setTimeout } from 'node:timers/promises'
import type { Hex } from '../../../evm-ext/index.ts'
import type { DeployedDigits, Reading, Receipt } from './digits.ts'
import { ask } from './rpc.ts'
import { signTransaction } from './sender.ts'

/** One prediction of so many is a call, the others are transactions. */
const CALL_SHARE = 5
/** A receipt that has not come after so long is lost. */
const RECEIPT_MILLISECONDS = 30_000
const PAUSE_MILLISECONDS = 20

/** What clients have found. */
export type LoadResult = {
  /** Milliseconds from a transaction's sending to its receipt. */
  readonly transactions: number[]
  /** Milliseconds of calls. */
  readonly calls: number[]
  readonly hashes: Hex[]
  readonly errors: string[]
}

async function receiptOf(url: string, hash: Hex): Promise<Receipt> {
  for (const start = performance.now(); performance.now() - start < RECEIPT_MILLISECONDS; ) {
    const receipt = await ask<Receipt | null>(url, 'eth_getTransactionReceipt', hash)
    if (receipt !== null) return receipt
    await setTimeout(PAUSE_MILLISECONDS)
  }
  throw new Error(`${hash}: no receipt after ${RECEIPT_MILLISECONDS} ms`)
}

/**
 * Sends predictions one after another until the time is over.
 *
 * @param first - which of the readings comes first
 */
export async function runClient(
  url: string,
  { address, readings }: DeployedDigits,
  { key, gasLimit, first, until }: { key: Uint8Array; gasLimit: bigint; first: number; until: number },
  result: LoadResult,
): Promise<void> {
  let nonce = 0
  const callOnce = async ({ data, answer }: Reading) => {
    const found = await ask<Hex>(url, 'eth_call', { to: address, data }, 'latest')
    if (found !== answer) throw new Error(`eth_call: expected ${answer}, found ${found}`)
  }
  const sendOnce = async ({ data }: Reading) => {
    const { hash, raw } = signTransaction({ nonce: nonce++, to: address, data, gasLimit }, key)
    result.hashes.push(hash)
    await ask(url, 'eth_sendRawTransaction', raw)
    const { status } = await receiptOf(url, hash)
    if (status !== '0x1') throw new Error(`${hash}: status ${status}`)
  }
  for (let turn = first; performance.now() < until; turn++) {
    const reading = readings[turn % readings.length] as Reading
    const isCall = turn % CALL_SHARE === 0
    const start = performance.now()
    try {
      await (isCall ? callOnce(reading) : sendOnce(reading))
      ;(isCall ? result.calls : result.transactions).push(performance.now() - start)
    } catch (error) {
      result.errors.push((error as Error).message)
    }
  }
}
