import { number, percent } from './format.js'
import { html } from './html.js'

/** @typedef {{ name: string, kind: string, gas: number }} Part */

/** @param {{ parts: readonly Part[], whole: number }} props */
function Stack({ parts, whole }) {
  let start = 0
  const segments = parts.map(({ name, kind, gas }) => {
    const width = whole === 0 ? 0 : (100 * gas) / whole
    const segment = html`<rect key=${name} class="part ${kind}" x=${start} width=${width} height="1">
      <title>${name}: ${number(gas)} gas</title>
    </rect>`
    start += width
    return segment
  })
  return html`<svg class="stack" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">${segments}</svg>`
}

/** What colours mean. @param {{ parts: readonly { name: string, kind: string, gas?: number }[], whole?: number }} props */
function Legend({ parts, whole = 0 }) {
  return html`<ul class="legend">
    ${parts.map(
      ({ name, kind, gas }) => html`<li key=${name}>
        <svg class="key" viewBox="0 0 1 1" aria-hidden="true"><rect class="part ${kind}" width="1" height="1" /></svg>
        ${name}${gas === undefined ? null : html` <b>${number(gas)}</b> <small>${percent(gas, whole)}</small>`}
      </li>`,
    )}
  </ul>`
}

/**
 * One bar of all parts, and each part in numbers. Parts that lower the sum have no room in the bar.
 *
 * @param {{ label: string, parts: readonly Part[], whole: number }} props
 */
export function PartsChart({ label, parts, whole }) {
  const drawn = parts.filter(({ gas }) => gas > 0)
  return html`<figure class="chart" aria-label=${label}>
    <${Stack} parts=${drawn} whole=${drawn.reduce((sum, { gas }) => sum + gas, 0)} />
    <figcaption><${Legend} parts=${parts} whole=${whole} /></figcaption>
  </figure>`
}

/**
 * Stacked bars on a common scale, one a row, with its sum beside it.
 *
 * @param {object} props
 * @param {string} props.label
 * @param {readonly { name: string, kind: string }[]} props.legend
 * @param {readonly { name: string, gas: number, parts: readonly Part[] }[]} props.rows
 */
export function BarChart({ label, legend, rows }) {
  const whole = rows.reduce((most, { gas }) => Math.max(most, gas), 0)
  return html`<figure class="chart bars" aria-label=${label}>
    <figcaption><${Legend} parts=${legend} /></figcaption>
    <ul>
      ${rows.map(
        ({ name, gas, parts }) => html`<li key=${name}>
          <code>${name}</code><${Stack} parts=${parts} whole=${whole} /><span class="number">${number(gas)}</span>
        </li>`,
      )}
    </ul>
  </figure>`
}
