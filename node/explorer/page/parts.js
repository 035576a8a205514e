import { useContext } from 'preact/hooks'
import { age, number, percent, short, time } from './format.js'
import { html } from './html.js'
import { useNow } from './load.js'
import { NamesContext } from './names.js'
import { accountLink } from './route.js'

/** @typedef {import('preact').ComponentChildren} Children */

/** A hash as a link or plain, shortened unless there is room. @param {{ value: string, href?: string, isWhole?: boolean }} props */
export function Hash({ value, href, isWhole = false }) {
  const text = isWhole ? value : short(value)
  if (href === undefined) return html`<code class=${isWhole ? 'whole' : ''} title=${value}>${text}</code>`
  return html`<a href=${href} title=${value}><code class=${isWhole ? 'whole' : ''}>${text}</code></a>`
}

/** An account, by its name where it has one. @param {{ value: string, isWhole?: boolean }} props */
export function Account({ value, isWhole = false }) {
  const name = useContext(NamesContext).get(value)
  const address = html`<${Hash} value=${value} href=${accountLink(value)} isWhole=${isWhole} />`
  if (name === undefined) return address
  if (isWhole) return html`${address} <span class="name">${name}</span>`
  return html`<a class="name" href=${accountLink(value)} title=${value}>${name}</a>`
}

/** A part of a whole as a bar. @param {{ part: number, whole: number, label: string, kind?: string }} props */
export function Bar({ part, whole, label, kind = '' }) {
  // What is little is still to be seen.
  const width = part === 0 || whole === 0 ? 0 : Math.min(100, Math.max(2, (100 * part) / whole))
  return html`<svg class="bar ${kind}" viewBox="0 0 100 1" preserveAspectRatio="none" role="img" aria-label=${label}>
    <title>${label}</title>
    <rect width=${width} height="1" />
  </svg>`
}

/** Gas that was used of a limit. @param {{ used: number, limit: number }} props */
export function GasUsed({ used, limit }) {
  const share = percent(used, limit)
  return html`<span class="gas">
    <${Bar} part=${used} whole=${limit} label="${number(used)} of ${number(limit)} gas, ${share}" />
    <span>${number(used)} <small>of ${number(limit)} gas, ${share}</small></span>
  </span>`
}

/** A point in time: how long ago, and in full in its title. @param {{ seconds: number, isWhole?: boolean }} props */
export function Time({ seconds, isWhole = false }) {
  const past = age(seconds, useNow(1000))
  const date = time(seconds)
  return isWhole ? html`<time>${date} <small>${past}</small></time>` : html`<time title=${date}>${past}</time>`
}

/**
 * Names and values; a value that is undefined is left out with its name.
 *
 * @param {{ rows: readonly (readonly [name: string, value: Children])[] }} props
 */
export function Facts({ rows }) {
  const shown = rows.filter(([, value]) => value !== undefined && value !== null)
  return html`<dl class="facts">${shown.map(([name, value]) => html`<div key=${name}><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`
}

/** @param {{ title: string, aside?: Children, children?: Children }} props */
export function Section({ title, aside, children }) {
  return html`<section>
    <header><h2>${title}</h2>${aside === undefined ? null : html`<div class="aside">${aside}</div>`}</header>
    ${children}
  </section>`
}

/** @param {{ error: Error }} props */
function Failure({ error }) {
  return html`<p class="failure" role="alert">${error.message}</p>`
}

/** @param {{ children?: Children }} props */
export function Empty({ children }) {
  return html`<p class="empty">${children}</p>`
}

/** @param {{ what: string }} props */
function Loading({ what }) {
  return html`<p class="loading" role="status">Loading ${what}…</p>`
}

/**
 * What was loaded, or that it is under way or failed. An error after a value stands above the value.
 *
 * @template T
 * @param {import('./load.js').Loaded<T>} loaded
 * @param {string} what
 * @param {(value: T) => Children} draw
 */
export function show({ value, error }, what, draw) {
  const failure = error === undefined ? null : html`<${Failure} error=${error} />`
  if (value === undefined) return failure ?? html`<${Loading} what=${what} />`
  return html`${failure}${draw(value)}`
}

/**
 * A table that scrolls sideways by itself where the page is narrow. Columns are left-aligned, or numbers with `#` before
 * their name.
 *
 * @param {{ label: string, columns: readonly string[], children?: Children, foot?: Children }} props
 */
export function Table({ label, columns, children, foot }) {
  const heads = columns.map((name) =>
    name.startsWith('#')
      ? html`<th scope="col" class="number">${name.slice(1)}</th>`
      : html`<th scope="col">${name}</th>`,
  )
  return html`<div class="table" tabindex="0" role="region" aria-label=${label}>
    <table>
      <thead><tr>${heads}</tr></thead>
      <tbody>${children}</tbody>
      ${foot === undefined ? null : html`<tfoot>${foot}</tfoot>`}
    </table>
  </div>`
}
