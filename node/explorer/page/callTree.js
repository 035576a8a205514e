import { useState } from 'preact/hooks'
import { number, percent } from './format.js'
import { callsOf, instructionsOf } from './gas.js'
import { html } from './html.js'
import { Account, Bar, Section, Table } from './parts.js'

/** @import { FrameGas, GasReport, TensorGas } from '../../../evm-ext/report/report.ts' */

/** Instructions of a frame, and frames, that are drawn at most. */
const SHOWN = 500

/**
 * A frame and its calls as far as they are drawn.
 *
 * @typedef {{ frame: FrameGas, calls: Drawn[], hidden: number }} Drawn
 */

/**
 * A frame and those inside it, the outermost first, as long as `left` lasts.
 *
 * @param {FrameGas} frame
 * @param {{ count: number }} left
 * @returns {Drawn}
 */
function cutTree(frame, left) {
  left.count--
  const all = callsOf(frame)
  /** @type {Drawn[]} */
  const calls = []
  for (const call of all) {
    if (left.count <= 0) break
    calls.push(cutTree(call, left))
  }
  return { frame, calls, hidden: all.length - calls.length }
}

/** @param {TensorGas} instruction */
function InstructionRow({ pc, mnemonic, operands, result, gas, macs, isHalted }) {
  const types = `${operands.join(', ')}${result === undefined ? '' : `${operands.length === 0 ? '' : ' '}→ ${result}`}`
  return html`<tr>
    <td class="number">${number(pc)}</td>
    <td><code>${mnemonic}</code> <small class="types">${types}</small>${isHalted ? html` <b class="bad">halted</b>` : null}</td>
    <td class="number">${number(gas)}</td>
    <td class="number">${macs === 0 ? '' : number(macs)}</td>
  </tr>`
}

/** Instructions of a frame, drawn when they are opened. @param {{ instructions: readonly TensorGas[] }} props */
function Instructions({ instructions }) {
  const [isOpen, setOpen] = useState(false)
  const gas = instructions.reduce((sum, one) => sum + one.gas, 0)
  const hidden = instructions.length - SHOWN
  const rows = isOpen ? instructions.slice(0, SHOWN) : []
  return html`<details onToggle=${(/** @type {{ currentTarget: HTMLDetailsElement }} */ event) => setOpen(event.currentTarget.open)}>
    <summary>
      ${number(instructions.length)} tensor instruction${instructions.length === 1 ? '' : 's'} <small>${number(gas)} gas</small>
    </summary>
    <${Table} label="Tensor instructions of the frame" columns=${['#pc', 'instruction', '#gas', '#MACs']}>
      ${rows.map((one) => html`<${InstructionRow} key=${one.sequence} ...${one} />`)}
    <//>
    ${hidden > 0 ? html`<p class="empty">and ${number(hidden)} more</p>` : null}
  </details>`
}

/** @param {FrameGas} frame */
function target({ codeAddress, address }) {
  const account = codeAddress ?? address
  return account === undefined ? html`<span class="quiet">no account</span>` : html`<${Account} value=${account} />`
}

/** @param {FrameGas} frame */
function endOf({ error, burnt }) {
  if (error === undefined) return null
  const where = burnt?.mnemonic === undefined ? '' : ` at ${burnt.mnemonic}, pc ${burnt.pc}`
  const loss = burnt === undefined ? '' : `; ${number(burnt.gas)} gas burnt`
  return html`<span class="bad">${error}${where}${loss}</span>`
}

/** @param {{ drawn: Drawn, gasUsed: number }} props */
function Frame({ drawn: { frame, calls, hidden }, gasUsed }) {
  const instructions = instructionsOf(frame)
  const share = percent(frame.gasUsed, gasUsed)
  return html`<li>
    <div class="frame">
      <span class="tag">${frame.kind}</span>
      ${target(frame)}
      ${endOf(frame)}
      <span class="meter">
        <${Bar} part=${frame.gasUsed} whole=${gasUsed} label="${number(frame.gasUsed)} gas, ${share}" />
        <span class="number">${number(frame.gasUsed)} <small>${share}</small></span>
      </span>
    </div>
    ${instructions.length === 0 ? null : html`<${Instructions} instructions=${instructions} />`}
    ${
      calls.length === 0
        ? null
        : html`<ol>${calls.map((call, place) => html`<${Frame} key=${place} drawn=${call} gasUsed=${gasUsed} />`)}</ol>`
    }
    ${hidden === 0 ? null : html`<p class="empty">and ${number(hidden)} more calls</p>`}
  </li>`
}

/** The frames of a transaction, each with its calls. Gas is without what was paid before it ran. @param {{ report: GasReport }} props */
export function CallTree({ report: { frame, gasUsed } }) {
  return html`<${Section} title="Calls" aside="gas of each frame, its calls included">
    <ol class="tree"><${Frame} drawn=${cutTree(frame, { count: SHOWN })} gasUsed=${gasUsed} /></ol>
  <//>`
}
