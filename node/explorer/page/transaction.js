import { Breakdown } from './breakdown.js'
import { CallTree } from './callTree.js'
import { Failed } from './failed.js'
import { amount, byteLength, bytes, number, toNumber } from './format.js'
import { html } from './html.js'
import { useHead, useVersion } from './live.js'
import { useLoaded } from './load.js'
import { Logs } from './logs.js'
import { Account, Empty, Facts, GasUsed, Hash, Section, show, Time } from './parts.js'
import { blockLink } from './route.js'
import { request, requestAll } from './rpc.js'
import { Status } from './status.js'

/**
 * A transaction as the node gives it; where it is is null while it waits.
 *
 * @typedef {object} Transaction
 * @property {string} hash
 * @property {string} type
 * @property {string} from
 * @property {string | null} to
 * @property {string} value
 * @property {string} nonce
 * @property {string} gas
 * @property {string} gasPrice
 * @property {string} [maxFeePerGas]
 * @property {string} [maxPriorityFeePerGas]
 * @property {string} input
 * @property {string | null} blockHash
 * @property {string | null} blockNumber
 * @property {string | null} transactionIndex
 * @property {readonly string[]} [blobVersionedHashes]
 * @property {readonly { address: string }[]} [authorizationList]
 * @property {readonly { address: string, storageKeys: readonly string[] }[]} [accessList]
 */

/**
 * A receipt as the node gives it.
 *
 * @typedef {object} Receipt
 * @property {string} status
 * @property {string} gasUsed
 * @property {string} effectiveGasPrice
 * @property {string | null} contractAddress
 * @property {readonly import('./logs.js').Log[]} logs
 */

/** @typedef {{ transaction: Transaction | null, receipt: Receipt | null, seconds: number | undefined }} Found */

/** Kinds of transactions (EIP-2718), by number. */
const kinds = ['legacy', 'access list (EIP-2930)', 'dynamic fee (EIP-1559)', 'blob (EIP-4844)', 'set code (EIP-7702)']

/** Bytes of a transaction's input that are drawn at most. */
const SHOWN = 4096

/**
 * @param {string} hash
 * @param {AbortSignal} signal
 * @returns {Promise<Found>}
 */
async function load(hash, signal) {
  if (!/^0x[0-9a-f]{64}$/i.test(hash)) return { transaction: null, receipt: null, seconds: undefined }
  const [transaction, receipt] = await requestAll(
    [
      ['eth_getTransactionByHash', hash],
      ['eth_getTransactionReceipt', hash],
    ],
    signal,
  )
  if (transaction === null || receipt === null) return { transaction, receipt, seconds: undefined }
  const block = await request(['eth_getBlockByHash', transaction.blockHash, false], signal)
  return { transaction, receipt, seconds: block === null ? undefined : toNumber(block.timestamp) }
}

/** @param {{ input: string }} props */
function Input({ input }) {
  if (input === '0x') return html`<span class="quiet">none</span>`
  const length = byteLength(input)
  const cut = length > SHOWN ? `… and ${bytes(length - SHOWN)} more` : ''
  return html`<details>
    <summary>${bytes(length)} <code>${input.slice(0, 10)}</code></summary>
    <pre tabindex="0">${input.slice(0, 2 + 2 * SHOWN)}${cut}</pre>
  </details>`
}

/** @param {readonly unknown[] | undefined} list @param {string} unit */
const counted = (list = [], unit) =>
  list.length === 0 ? undefined : `${number(list.length)} ${unit}${list.length === 1 ? '' : 's'}`

/** @param {Found & { transaction: Transaction }} found */
function transactionFacts({ transaction, receipt, seconds }) {
  const { hash, type, from, to, value, nonce, gas, gasPrice, blockNumber, input } = transaction
  const price = BigInt(receipt?.effectiveGasPrice ?? gasPrice)
  const fee = receipt === null ? undefined : amount(price * BigInt(receipt.gasUsed))
  const created = receipt?.contractAddress
  return /** @type {const} */ ([
    ['hash', html`<${Hash} value=${hash} isWhole />`],
    [
      'block',
      blockNumber === null
        ? html`<span class="quiet">not mined yet</span>`
        : html`<a href=${blockLink(BigInt(blockNumber))}>${number(BigInt(blockNumber))}</a> <small>position ${toNumber(transaction.transactionIndex ?? undefined)}</small>`,
    ],
    ['time', seconds === undefined ? undefined : html`<${Time} seconds=${seconds} isWhole />`],
    ['from', html`<${Account} value=${from} isWhole />`],
    ['to', to === null ? undefined : html`<${Account} value=${to} isWhole />`],
    [
      'creates',
      to === null && receipt?.status === '0x0' ? html`<span class="quiet">nothing: it failed</span>` : undefined,
    ],
    [
      'creates',
      to === null && created && receipt?.status === '0x1' ? html`<${Account} value=${created} isWhole />` : undefined,
    ],
    ['value', amount(BigInt(value))],
    [
      receipt === null ? 'gas limit' : 'gas used',
      receipt === null
        ? number(toNumber(gas))
        : html`<${GasUsed} used=${toNumber(receipt.gasUsed)} limit=${toNumber(gas)} />`,
    ],
    ['fee', fee === undefined ? undefined : html`${fee} <small>${amount(price)} per gas</small>`],
    ['nonce', number(toNumber(nonce))],
    ['type', kinds[toNumber(type)] ?? type],
    ['blobs', counted(transaction.blobVersionedHashes, 'blob')],
    ['authorizations', counted(transaction.authorizationList, 'account')],
    ['access list', counted(transaction.accessList, 'account')],
    ['input', html`<${Input} input=${input} />`],
  ])
}

/** What only a run of the transaction says, by itself, for it can take longer. @param {{ hash: string }} props */
function Gas({ hash }) {
  const { isConnected } = useHead()
  const report = useLoaded((signal) => request(['tensor_gasBreakdown', hash], signal), isConnected || null)
  if (report.value === undefined)
    return html`<${Section} title="Where the gas went">${show(report, 'the gas report', () => null)}<//>`
  return show(report, 'the gas report', (value) =>
    value === null
      ? html`<${Empty}>The node has no gas report of this transaction.<//>`
      : html`<${Breakdown} report=${value} /><${CallTree} report=${value} />`,
  )
}

/** @param {{ found: Found & { transaction: Transaction } }} props */
function Whole({ found }) {
  const { transaction, receipt } = found
  const key = `${transaction.blockHash}`
  return html`
    <${Section} title="Transaction" aside=${html`<${Status} receipt=${receipt} />`}>
      ${receipt?.status === '0x0' ? html`<${Failed} key=${key} hash=${transaction.hash} />` : null}
      <${Facts} rows=${transactionFacts(found)} />
    <//>
    ${
      receipt === null
        ? null
        : html`
          <${Gas} key=${key} hash=${transaction.hash} />
          <${Section} title="Logs" aside=${number(receipt.logs.length)}><${Logs} logs=${receipt.logs} /><//>`
    }
  `
}

/** A transaction by hash. @param {{ id: string }} props */
export function TransactionView({ id }) {
  const loaded = useLoaded((signal) => load(id, signal), useVersion())
  return show(loaded, 'the transaction', (found) =>
    found.transaction === null
      ? html`<${Section} title="No such transaction"><${Empty}>Neither the chain nor the pool has <code>${id}</code>.<//><//>`
      : html`<${Whole} found=${found} />`,
  )
}
