import { html } from './html.js'
import { useLoaded } from './load.js'
import { revertText } from './revertErrors.js'
import { request } from './rpc.js'

/** What each halt of a tensor instruction means (SPEC.md, halts). @type {Readonly<Record<string, string>>} */
const halts = {
  UndefinedInstruction: 'the byte after AE is not assigned to an instruction',
  BadHandle: 'a handle is not a live tensor of this frame',
  BadTypeWord: 'a type word does not describe a tensor',
  BadAttribute: 'an attribute is out of its range',
  TypeMismatch: 'an operand has another dtype than the instruction takes',
  ShapeMismatch: 'shapes of operands do not fit together',
  ArenaFull: 'the output would exceed the arena',
  TooManyHandles: 'the output would exceed the number of live tensors',
  UnknownModel: 'a model root is not registered',
  IndexOutOfRange: 'a tensor or row of a model does not exist',
}

/**
 * A frame of geth's callTracer.
 *
 * @typedef {object} Call
 * @property {string} [error]
 * @property {string} [revertReason]
 * @property {string} [output]
 */

/** @param {Call} call */
function Reason({ error = 'unknown', revertReason, output = '0x' }) {
  const halt = Object.keys(halts).find((code) => error.includes(code))
  if (halt !== undefined) return html`<b>Tensor halt ${halt}</b>: ${halts[halt]}. All gas of the frame is burnt.`
  if (!/revert/i.test(error)) return html`<b>Halt</b>: ${error}. All gas of the frame is burnt.`
  if (revertReason) return html`<b>Reverted</b>: ${revertReason}`
  if (output === '0x') return html`<b>Reverted</b> without a reason.`
  const text = revertText(output)
  return text !== undefined
    ? html`<b>Reverted</b>: <code>${text}</code>`
    : html`<b>Reverted</b> with <code class="whole">${output.slice(0, 2 + 2 * 256)}</code>`
}

/** Why a transaction failed. @param {{ hash: string }} props */
export function Failed({ hash }) {
  const { value, error } = useLoaded((signal) =>
    request(['debug_traceTransaction', hash, { tracer: 'callTracer', tracerConfig: { onlyTopCall: true } }], signal),
  )
  if (value === undefined && error === undefined) return null
  return html`<p class="failure">${value === undefined ? 'The transaction failed.' : html`<${Reason} ...${value} />`}</p>`
}
