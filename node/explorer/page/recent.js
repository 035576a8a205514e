import { amount, number } from './format.js'
import { html } from './html.js'
import { useHead, useVersion } from './live.js'
import { useLoaded } from './load.js'
import { blocksFrom } from './newest.js'
import { Account, Empty, Hash, Section, show, Table, Time } from './parts.js'
import { blockLink, transactionLink } from './route.js'

/** @import { FullBlock } from './block.js' */

/** Blocks that are looked through. */
const BLOCKS = 50

/** @param {FullBlock} block @param {string} address */
function transactionsOf({ transactions, number, timestamp }, address) {
  return transactions
    .filter(({ from, to }) => from === address || to === address)
    .map((transaction) => ({ transaction, height: BigInt(number), seconds: Number(timestamp) }))
    .reverse()
}

/** @param {ReturnType<typeof transactionsOf>[number]} props */
function Row({ transaction: { hash, from, to, value }, height, seconds }) {
  return html`<tr>
    <th scope="row"><${Hash} value=${hash} href=${transactionLink(hash)} /></th>
    <td><a href=${blockLink(height)}>${number(height)}</a></td>
    <td><${Time} seconds=${seconds} /></td>
    <td><${Account} value=${from} /></td>
    <td>${to === null ? html`<span class="tag">new</span>` : html`<${Account} value=${to} />`}</td>
    <td class="number">${amount(BigInt(value))}</td>
  </tr>`
}

/** Transactions that an account sent or got in the newest blocks. @param {{ address: string }} props - in lower case */
export function RecentTransactions({ address }) {
  const { number: newest } = useHead()
  const loaded = useLoaded(
    async (signal, /** @type {readonly FullBlock[] | undefined} */ before) =>
      newest === undefined ? [] : blocksFrom({ from: newest, count: BLOCKS, isFull: true }, before, signal),
    useVersion(),
  )
  return html`<${Section} title="Recent transactions" aside="of the latest ${BLOCKS} blocks">
    ${show(loaded, 'transactions', (blocks) => {
      const rows = blocks.flatMap((block) => transactionsOf(block, address))
      if (rows.length === 0) return html`<${Empty}>None that it sent or got.<//>`
      return html`<${Table} label="Recent transactions" columns=${['transaction', 'block', 'age', 'from', 'to', '#value']}>
        ${rows.map((row) => html`<${Row} key=${row.transaction.hash} ...${row} />`)}
      <//>`
    })}
  <//>`
}
