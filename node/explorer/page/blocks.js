import { amount, number, percent, toNumber } from './format.js'
import { html } from './html.js'
import { useHead, useVersion } from './live.js'
import { useLoaded } from './load.js'
import { blocksFrom } from './newest.js'
import { Bar, Empty, Facts, Section, show, Table, Time } from './parts.js'
import { blockLink, blocksLink } from './route.js'
import { requestAll } from './rpc.js'
import { useTensorGas } from './tensorShare.js'

/**
 * A block with the hashes of its transactions, as the node gives it.
 *
 * @typedef {object} Block
 * @property {string} number
 * @property {string} hash
 * @property {string} parentHash
 * @property {string} timestamp
 * @property {string} gasUsed
 * @property {string} gasLimit
 * @property {string} [baseFeePerGas]
 * @property {readonly string[]} transactions
 */

const PAGE = 25
/** Transactions of a block of the list whose tensor gas is asked for. */
const ASKED = 8

const columns = ['block', 'age', '#transactions', 'gas used', 'tensor share']

/**
 * Gas of the tensor instructions of a block: undefined until it is known.
 *
 * @param {Block} block
 * @param {ReturnType<typeof useTensorGas>} tensorGas
 */
function tensorGasOf({ hash, transactions }, tensorGas) {
  const parts = transactions.map((transaction) => tensorGas(hash, transaction))
  return parts.reduce((sum, part) => (sum === undefined || part === undefined ? undefined : sum + part), 0)
}

/** @param {{ block: Block, gas: number | undefined }} props */
function TensorShare({ block: { transactions, gasUsed }, gas }) {
  if (transactions.length > ASKED)
    return html`<span class="quiet" title="Too many transactions to look into from here: open the block">…</span>`
  if (gas === undefined) return null
  if (gas === 0) return html`<span class="quiet">none</span>`
  const used = toNumber(gasUsed)
  const label = `${number(gas)} of ${number(used)} gas, ${percent(gas, used)}`
  return html`<span class="gas"><${Bar} part=${gas} whole=${used} label=${label} kind="tensor wide" /><span>${percent(gas, used)}</span></span>`
}

/** @param {{ block: Block, tensorGas: ReturnType<typeof useTensorGas> }} props */
function Row({ block, tensorGas }) {
  const [used, limit] = [toNumber(block.gasUsed), toNumber(block.gasLimit)]
  const label = `${number(used)} of ${number(limit)} gas, ${percent(used, limit)}`
  return html`<tr>
    <th scope="row"><a href=${blockLink(BigInt(block.number))}>${number(BigInt(block.number))}</a></th>
    <td><${Time} seconds=${toNumber(block.timestamp)} /></td>
    <td class="number">${number(block.transactions.length)}</td>
    <td><span class="gas"><${Bar} part=${used} whole=${limit} label=${label} /><span class="wide">${number(used)}</span></span></td>
    <td><${TensorShare} block=${block} gas=${tensorGasOf(block, tensorGas)} /></td>
  </tr>`
}

/** @param {{ blocks: readonly Block[] }} props */
function List({ blocks }) {
  const tensorGas = useTensorGas(
    blocks.filter(({ transactions }) => transactions.length <= ASKED),
    ASKED,
  )
  if (blocks.length === 0) return html`<${Empty}>There is no such block yet.<//>`
  return html`<${Table} label="Blocks" columns=${columns}>
    ${blocks.map((block) => html`<${Row} key=${block.hash} block=${block} tensorGas=${tensorGas} />`)}
  <//>`
}

/** @param {{ from: bigint, newest: bigint }} props */
function Pages({ from, newest }) {
  const newer = from + BigInt(PAGE)
  return html`<nav class="pages" aria-label="Pages of blocks">
    ${from < newest ? html`<a href=${newer >= newest ? '#/' : blocksLink(newer)}>← newer</a>` : null}
    ${from >= BigInt(PAGE) ? html`<a href=${blocksLink(from - BigInt(PAGE))}>older →</a>` : null}
  </nav>`
}

function NodeFacts() {
  const loaded = useLoaded(
    async (signal) =>
      requestAll([['eth_getBlockByNumber', 'latest', false], ['txpool_status']], signal, () => undefined),
    useVersion(),
  )
  const [block, pool] = loaded.value ?? []
  if (block === undefined || block === null) return null
  return html`<${Facts}
    rows=${[
      ['newest block', number(BigInt(block.number))],
      ['base fee', block.baseFeePerGas === undefined ? undefined : amount(BigInt(block.baseFeePerGas))],
      ['block gas limit', number(BigInt(block.gasLimit))],
      [
        'waiting',
        pool === undefined ? undefined : `${number(toNumber(pool.pending) + toNumber(pool.queued))} transactions`,
      ],
    ]}
  />`
}

/** Blocks, the newest first: the newest of all, or from `id` down. @param {{ id: string }} props */
export function BlocksView({ id }) {
  const { number: newest } = useHead()
  const from = /^\d+$/.test(id) ? BigInt(id) : newest
  const blocks = useLoaded(
    async (signal, /** @type {readonly Block[] | undefined} */ before) =>
      from === undefined ? [] : blocksFrom({ from, count: PAGE, isFull: false }, before, signal),
    useVersion(),
  )
  return html`
    ${id === '' ? html`<div class="strip"><${NodeFacts} /></div>` : null}
    <${Section} title=${id === '' ? 'Latest blocks' : `Blocks from ${id} down`}>
      ${show(blocks, 'blocks', (value) => html`<${List} blocks=${value} />`)}
      ${from === undefined || newest === undefined ? null : html`<${Pages} from=${from} newest=${newest} />`}
    <//>
  `
}
