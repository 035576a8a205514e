import { bytes, number } from './format.js'
import { html } from './html.js'
import { useVersion } from './live.js'
import { useLoaded } from './load.js'
import { Empty, Hash, Section, show, Table } from './parts.js'
import { request } from './rpc.js'

/**
 * A model that the node has, as tensor_listModels gives it.
 *
 * @typedef {{ root: string, byteLength: number, isRegistered: boolean }} Model
 */

/** @param {{ model: Model, isSought: boolean }} props */
function Row({ model: { root, byteLength, isRegistered }, isSought }) {
  return html`<tr aria-current=${isSought ? 'true' : undefined}>
    <th scope="row"><${Hash} value=${root} isWhole /></th>
    <td class="number" title="${number(byteLength)} bytes">${bytes(byteLength)}</td>
    <td>${isRegistered ? html`<span class="status good">registered</span>` : html`<span class="status waiting">not registered</span>`}</td>
  </tr>`
}

/** The models that the node has the bytes of; `id` is the root of one that was sought. @param {{ id: string }} props */
export function ModelsView({ id }) {
  const loaded = useLoaded((signal) => request(['tensor_listModels'], signal), useVersion())
  return show(
    loaded,
    'models',
    (/** @type {readonly Model[]} */ models) => html`<${Section} title="Models" aside=${number(models.length)}>
    ${
      models.length === 0
        ? html`<${Empty}>The node has no models. <code>tensor-evm publish MODEL --rpc-url ${location.origin}</code> brings one.<//>`
        : html`<${Table} label="Models" columns=${['root', '#size', 'registry']}>
            ${models.map((model) => html`<${Row} key=${model.root} model=${model} isSought=${model.root === id} />`)}
          <//>`
    }
  <//>`,
  )
}
