import { amount, bytes, number, percent, toNumber } from './format.js'
import { html } from './html.js'
import { useHead, useVersion } from './live.js'
import { useLoaded } from './load.js'
import { Account, Empty, Facts, GasUsed, Hash, Section, show, Table, Time } from './parts.js'
import { blockLink, transactionLink } from './route.js'
import { request } from './rpc.js'
import { Status } from './status.js'
import { useTensorGas } from './tensorShare.js'

/** @import { Receipt, Transaction } from './transaction.js' */

/**
 * A block with its transactions, as the node gives it.
 *
 * @typedef {Omit<import('./blocks.js').Block, 'transactions'> & {
 *   parentHash: string, stateRoot: string, miner: string, size: string, extraData: string, mixHash: string,
 *   blobGasUsed?: string, withdrawals?: readonly unknown[], transactions: readonly Transaction[],
 * }} FullBlock
 */

/** Transactions of the block whose tensor gas is asked for. */
const ASKED = 32

const columns = ['', 'transaction', 'status', 'from', 'to', '#value', '#gas', '#tensor share']

/**
 * @param {string} id - number or hash
 * @param {AbortSignal} signal
 * @returns {Promise<{ block: FullBlock | null, receipts: readonly Receipt[] }>}
 */
async function load(id, signal) {
  const isHash = id.startsWith('0x')
  if (!isHash && !/^\d+$/.test(id)) return { block: null, receipts: [] }
  const block = await (isHash
    ? request(['eth_getBlockByHash', id, true], signal)
    : request(['eth_getBlockByNumber', `0x${BigInt(id).toString(16)}`, true], signal))
  if (block === null) return { block, receipts: [] }
  return { block, receipts: (await request(['eth_getBlockReceipts', block.hash], signal)) ?? [] }
}

/** @param {FullBlock} block */
function blockFacts(block) {
  const height = BigInt(block.number)
  return /** @type {const} */ ([
    ['hash', html`<${Hash} value=${block.hash} isWhole />`],
    ['time', html`<${Time} seconds=${toNumber(block.timestamp)} isWhole />`],
    ['gas used', html`<${GasUsed} used=${toNumber(block.gasUsed)} limit=${toNumber(block.gasLimit)} />`],
    ['base fee', block.baseFeePerGas === undefined ? undefined : amount(BigInt(block.baseFeePerGas))],
    ['blob gas used', toNumber(block.blobGasUsed) === 0 ? undefined : number(toNumber(block.blobGasUsed))],
    ['fee recipient', html`<${Account} value=${block.miner} />`],
    ['size', bytes(toNumber(block.size))],
    ['withdrawals', (block.withdrawals ?? []).length === 0 ? undefined : number((block.withdrawals ?? []).length)],
    [
      'parent',
      height === 0n
        ? undefined
        : html`<${Hash} value=${block.parentHash} href=${blockLink(block.parentHash)} isWhole />`,
    ],
    ['state root', html`<${Hash} value=${block.stateRoot} isWhole />`],
  ])
}

/**
 * @param {object} props
 * @param {Transaction} props.transaction
 * @param {number} props.place
 * @param {Receipt | undefined} props.receipt
 * @param {number | undefined} props.tensorGas
 */
function Row({ transaction: { hash, from, to, value }, place, receipt, tensorGas }) {
  const gasUsed = receipt === undefined ? undefined : toNumber(receipt.gasUsed)
  const target = to ?? receipt?.contractAddress
  return html`<tr>
    <td class="quiet">${place}</td>
    <th scope="row"><${Hash} value=${hash} href=${transactionLink(hash)} /></th>
    <td><${Status} receipt=${receipt} /></td>
    <td><${Account} value=${from} /></td>
    <td>${to === null ? html`<span class="tag">new</span> ` : null}${target ? html`<${Account} value=${target} />` : null}</td>
    <td class="number">${amount(BigInt(value))}</td>
    <td class="number">${gasUsed === undefined ? '' : number(gasUsed)}</td>
    <td class="number">${tensorGas === undefined || gasUsed === undefined ? '' : percent(tensorGas, gasUsed)}</td>
  </tr>`
}

/** @param {{ block: FullBlock, receipts: readonly Receipt[] }} props */
function Transactions({ block: { hash, transactions }, receipts }) {
  const tensorGas = useTensorGas([{ hash, transactions: transactions.map((one) => one.hash) }], ASKED)
  if (transactions.length === 0) return html`<${Empty}>This block has no transactions.<//>`
  return html`<${Table} label="Transactions of the block" columns=${columns}>
    ${transactions.map(
      (transaction, place) => html`<${Row}
        key=${transaction.hash}
        transaction=${transaction}
        place=${place}
        receipt=${receipts[place]}
        tensorGas=${tensorGas(hash, transaction.hash)}
      />`,
    )}
  <//>`
}

/** @param {{ height: bigint }} props */
function Neighbours({ height }) {
  const { number: newest = 0n } = useHead()
  return html`<nav class="pages" aria-label="Neighbouring blocks">
    ${height > 0n ? html`<a href=${blockLink(height - 1n)}>← ${number(height - 1n)}</a>` : null}
    ${height < newest ? html`<a href=${blockLink(height + 1n)}>${number(height + 1n)} →</a>` : null}
  </nav>`
}

/** A block by number or hash. @param {{ id: string }} props */
export function BlockView({ id }) {
  const loaded = useLoaded((signal) => load(id, signal), useVersion())
  return show(loaded, 'the block', ({ block, receipts }) =>
    block === null
      ? html`<${Section} title="No such block"><${Empty}>The chain has no block ${id}. It appears here once it is mined.<//><//>`
      : html`
        <${Section} title="Block ${number(BigInt(block.number))}" aside=${html`<${Neighbours} height=${BigInt(block.number)} />`}>
          <${Facts} rows=${blockFacts(block)} />
        <//>
        <${Section} title="Transactions" aside=${number(block.transactions.length)}>
          <${Transactions} block=${block} receipts=${receipts} />
        <//>
      `,
  )
}
