import { useContext } from 'preact/hooks'
import { amount, byteLength, bytes, number, toNumber } from './format.js'
import { html } from './html.js'
import { useVersion } from './live.js'
import { useLoaded } from './load.js'
import { NamesContext } from './names.js'
import { Account, Empty, Facts, Hash, Section, show } from './parts.js'
import { RecentTransactions } from './recent.js'
import { requestAll } from './rpc.js'

/** What the code of an account begins with that has another's (EIP-7702), and its length in bytes. */
const DELEGATION = '0xef0100'
const DELEGATION_LENGTH = 23

/** Bytes of code that are drawn at most. */
const SHOWN = 2048

/** @typedef {{ balance: string, nonce: string, code: string }} State */

/**
 * @param {string} address
 * @param {AbortSignal} signal
 * @returns {Promise<State>}
 */
async function load(address, signal) {
  const methods = ['eth_getBalance', 'eth_getTransactionCount', 'eth_getCode']
  const calls = methods.map((method) => /** @type {const} */ ([method, address, 'latest']))
  const [balance, nonce, code] = await requestAll(calls, signal)
  return { balance, nonce, code }
}

/** @param {State} state */
function codeFacts({ code }) {
  const length = byteLength(code)
  if (length === 0) return html`<span class="quiet">none</span>`
  if (code.startsWith(DELEGATION) && length === DELEGATION_LENGTH)
    return html`that of <${Account} value="0x${code.slice(DELEGATION.length)}" />`
  const cut = length > SHOWN ? `… and ${bytes(length - SHOWN)} more` : ''
  return html`<details>
    <summary>${number(length)} bytes</summary>
    <pre tabindex="0">${code.slice(0, 2 + 2 * SHOWN)}${cut}</pre>
  </details>`
}

/** An account at the newest block. @param {{ id: string }} props */
export function AccountView({ id }) {
  const version = useVersion()
  const name = useContext(NamesContext).get(id.toLowerCase())
  const isAddress = /^0x[0-9a-f]{40}$/i.test(id)
  const loaded = useLoaded((signal) => load(id, signal), isAddress ? version : null)
  if (!isAddress)
    return html`<${Section} title="No such account"><${Empty}><code>${id}</code> is not an address: 0x and 40 hex digits.<//><//>`
  return html`
    ${show(
      loaded,
      'the account',
      (state) => html`<${Section} title=${byteLength(state.code) === 0 ? 'Account' : 'Contract'}>
        <${Facts}
          rows=${[
            ['address', html`<${Hash} value=${id} isWhole />`],
            ['name', name],
            [
              'balance',
              html`<span title="${number(BigInt(state.balance))} wei">${amount(BigInt(state.balance))}</span>`,
            ],
            ['nonce', number(toNumber(state.nonce))],
            ['code', codeFacts(state)],
          ]}
        />
      <//>`,
    )}
    <${RecentTransactions} address=${id.toLowerCase()} />
  `
}
