import { bytes, number, time } from './format.js'
import { html } from './html.js'
import { useVersion } from './live.js'
import { useLoaded } from './load.js'
import { Account, Facts, Hash, Section, show, Table } from './parts.js'
import { request } from './rpc.js'

/** @typedef {{ block?: number, time?: number }} Start */

/**
 * A price or a limit; what has no `gas` is a limit. `default` is the first revision's, where the chain has another.
 *
 * @typedef {{ name: string, value: number, default?: number, gas?: number, unit: string, meaning: string }} Parameter
 */

/**
 * What tensor_chainSpec answers.
 *
 * @typedef {object} ChainSpec
 * @property {number} chainId
 * @property {string} [genesisHash]
 * @property {string} precompile
 * @property {string} registry
 * @property {string} registrar
 * @property {string} hardfork
 * @property {boolean} isTensorActive
 * @property {readonly (Start & { name: string, isActive: boolean })[]} hardforks
 * @property {readonly { name: string, start: Start, changes: object, parameters: readonly Parameter[] }[]} tensorForks
 * @property {{ blockGas: number, transactionGas: number, modelFileBytes: number, modelChunkBytes: number }} limits
 */

const ANYONE = `0x${'0'.repeat(40)}`

/** When a fork starts. @param {Start} start */
function startOf({ block, time: seconds }) {
  if (seconds === undefined) return block === 0 ? 'genesis' : `block ${number(block ?? 0)}`
  return seconds === 0 ? 'genesis' : `${time(seconds)}`
}

/** Gas with four digits, however small. @param {number} gas */
function price(gas) {
  return Number.isInteger(gas) ? number(gas) : gas.toPrecision(4)
}

/** @param {ChainSpec} spec */
function specFacts({ chainId, genesisHash, hardfork, registry, precompile, registrar, limits }) {
  return /** @type {const} */ ([
    ['chain id', `${chainId}`],
    ['genesis block', genesisHash === undefined ? undefined : html`<${Hash} value=${genesisHash} isWhole />`],
    ['hardfork', hardfork],
    ['model registry', html`<${Account} value=${registry} isWhole />`],
    ['registrar', registrar === ANYONE ? 'anyone' : html`<${Account} value=${registrar} isWhole />`],
    ['inference precompile', html`<${Account} value=${precompile} isWhole />`],
    ['gas limits', `${number(limits.blockGas)} per block, ${number(limits.transactionGas)} per transaction`],
    ['model files', `at most ${bytes(limits.modelFileBytes)}, uploaded in chunks of ${bytes(limits.modelChunkBytes)}`],
  ])
}

/** @param {{ parameter: Parameter, isChanged: boolean }} props */
function PriceRow({ parameter: { name, value, gas, unit, meaning }, isChanged }) {
  return html`<tr>
    <th scope="row" class="list" title="${name} = ${number(value)}">${meaning}${isChanged ? html` <span class="tag">changed</span>` : null}</th>
    <td class="number">${gas === undefined ? number(value) : price(gas)}</td>
    <td class="quiet list">${gas === undefined ? `${unit}s` : `gas per ${unit}`}</td>
  </tr>`
}

/** @param {{ fork: ChainSpec['tensorForks'][number], isOpen: boolean }} props */
function ForkPrices({ fork: { name, start, changes, parameters }, isOpen }) {
  const changed = Object.keys(changes)
  const what = changed.length === 0 ? '' : `, ${number(changed.length)} changed`
  return html`<details open=${isOpen}>
    <summary>${name} <small>from ${startOf(start)}${what}</small></summary>
    <${Table} label="Prices from fork ${name} on" columns=${['what is paid for', '#price or limit', 'unit']}>
      ${parameters.map(
        (parameter) =>
          html`<${PriceRow} key=${parameter.name} parameter=${parameter} isChanged=${changed.includes(parameter.name)} />`,
      )}
    <//>
  </details>`
}

/**
 * Forks that start together.
 *
 * @param {ChainSpec['hardforks']} hardforks
 * @returns {{ start: string, isActive: boolean, names: string[] }[]}
 */
function byStart(hardforks) {
  /** @type {{ start: string, isActive: boolean, names: string[] }[]} */
  const groups = []
  for (const fork of hardforks) {
    const { name, isActive } = fork
    const last = groups.at(-1)
    if (last?.start === startOf(fork)) last.names.push(name)
    else groups.push({ start: startOf(fork), isActive, names: [name] })
  }
  return groups
}

/** @param {{ spec: ChainSpec }} props */
function Spec({ spec }) {
  const { hardforks, tensorForks } = spec
  const active = hardforks.filter(({ isActive }) => isActive).map(({ name }) => name)
  const newest = tensorForks.findLast(({ name }) => active.includes(name)) ?? tensorForks[0]
  return html`
    <${Section} title="Chain" aside=${spec.isTensorActive ? 'tensor instructions are active' : 'tensor instructions are not active yet'}>
      <${Facts} rows=${specFacts(spec)} />
    <//>
    <${Section} title="Prices of tensor instructions">
      ${tensorForks.map((fork) => html`<${ForkPrices} key=${fork.name} fork=${fork} isOpen=${fork === newest} />`)}
    <//>
    <${Section} title="Forks" aside="${active.length} of ${hardforks.length} active">
      <${Table} label="Forks" columns=${['from', 'state', 'forks']}>
        ${byStart(hardforks).map(
          ({ start, isActive, names }) => html`<tr key=${start}>
            <th scope="row">${start}</th>
            <td>${isActive ? html`<span class="status good">active</span>` : html`<span class="status waiting">scheduled</span>`}</td>
            <td class="list">${names.join(', ')}</td>
          </tr>`,
        )}
      <//>
    <//>
  `
}

/** What the chain runs by: forks, prices, limits, addresses. */
export function ChainView() {
  const loaded = useLoaded((signal) => request(['tensor_chainSpec'], signal), useVersion())
  return show(loaded, 'the chain', (spec) => html`<${Spec} spec=${spec} />`)
}
