import { byteLength, bytes } from './format.js'
import { html } from './html.js'
import { Account, Empty } from './parts.js'

/** @typedef {{ address: string, topics: readonly string[], data: string, logIndex: string }} Log */

/** Bytes of a log's data that are drawn at most. */
const SHOWN = 1024

/** The words of 32 bytes that data consists of, or the data where it does not. @param {string} data */
function wordsOf(data) {
  const hex = data.slice(2, 2 + 2 * SHOWN)
  return byteLength(data) % 32 === 0 ? (hex.match(/.{64}/g) ?? []).join('\n') : `0x${hex}`
}

/** @param {{ log: Log }} props */
function Entry({ log: { address, topics, data, logIndex } }) {
  const length = byteLength(data)
  const cut = length > SHOWN ? `\n… and ${bytes(length - SHOWN)} more` : ''
  return html`<li>
    <div><span class="quiet">${Number(logIndex)}</span> <${Account} value=${address} /></div>
    <ol class="topics" start="0">${topics.map((topic, place) => html`<li key=${place}><code class="whole">${topic}</code></li>`)}</ol>
    ${length === 0 ? null : html`<pre tabindex="0">${wordsOf(data)}${cut}</pre>`}
  </li>`
}

/** Logs: who wrote each, its topics, and its data by words. @param {{ logs: readonly Log[] }} props */
export function Logs({ logs }) {
  if (logs.length === 0) return html`<${Empty}>This transaction wrote no logs.<//>`
  return html`<ul class="logs">${logs.map((log) => html`<${Entry} key=${log.logIndex} log=${log} />`)}</ul>`
}
