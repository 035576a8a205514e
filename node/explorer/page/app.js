import { useEffect, useRef } from 'preact/hooks'
import { AccountView } from './account.js'
import { BlockView } from './block.js'
import { BlocksView } from './blocks.js'
import { ChainView } from './chain.js'
import { number } from './format.js'
import { html } from './html.js'
import { HeadProvider, useNewestBlock } from './live.js'
import { useLoaded } from './load.js'
import { ModelsView } from './models.js'
import { NamesContext, namesOf } from './names.js'
import { Empty, Section } from './parts.js'
import { blockLink, useRoute } from './route.js'
import { requestAll } from './rpc.js'
import { Search } from './search.js'
import { TransactionView } from './transaction.js'

/** @import { Head } from './live.js' */
/** @import { Route } from './route.js' */

/** @type {Readonly<Record<string, { title: string, view: import('preact').FunctionComponent<{ id: string }> }>>} */
const views = {
  blocks: { title: 'Blocks', view: BlocksView },
  block: { title: 'Block', view: BlockView },
  transaction: { title: 'Transaction', view: TransactionView },
  account: { title: 'Account', view: AccountView },
  models: { title: 'Models', view: ModelsView },
  chain: { title: 'Chain', view: ChainView },
}

function NoView() {
  return html`<${Section} title="No such page"><${Empty}>Go back to the <a href="#/">blocks</a>.<//><//>`
}

/** @param {{ head: Head }} props */
function State({ head: { number: newest, isConnected, isSubscribed } }) {
  if (!isConnected) return html`<span class="state lost" role="status">no connection</span>`
  if (newest === undefined) return html`<span class="state">connecting</span>`
  const how = isSubscribed ? 'New blocks are shown at once' : 'New blocks are asked for every two seconds'
  return html`<a class="state ${isSubscribed ? 'live' : 'polled'}" href=${blockLink(newest)} title=${how}>${number(newest)}</a>`
}

/** @param {{ head: Head, route: Route, chainId: string | undefined }} props */
function Header({ head, route, chainId }) {
  const links = ['blocks', 'models', 'chain'].map((view) => {
    const isHere =
      route.view === view || (view === 'blocks' && ['block', 'transaction', 'account'].includes(route.view))
    return html`<a key=${view} href=${view === 'blocks' ? '#/' : `#/${view}`} aria-current=${isHere ? 'page' : undefined}>${views[view]?.title}</a>`
  })
  return html`<header class="page">
    <div>
      <a class="mark" href="#/"><img src="/explorer/icon.svg" alt="" width="20" height="20" />tensor-evm</a>
      <nav aria-label="Pages">${links}</nav>
      <${Search} />
      <span class="chain">${chainId === undefined ? '' : `chain ${Number(chainId)}`} <${State} head=${head} /></span>
    </div>
  </header>`
}

/** The whole page. */
export function App() {
  const head = useNewestBlock()
  const route = useRoute()
  const main = useRef(/** @type {HTMLElement | null} */ (null))
  const isConnected = head.number === undefined ? null : head.isConnected
  const { value: [chainId, spec] = [] } = useLoaded(
    (signal) => requestAll([['eth_chainId'], ['tensor_chainSpec']], signal, () => undefined),
    isConnected,
  )
  const key = `${route.view}/${route.id}`
  const shown = useRef(key)
  useEffect(() => {
    document.title = `${views[route.view]?.title ?? 'tensor-evm'} ${route.id} · tensor-evm`.replace('  ', ' ')
    if (shown.current === key) return
    shown.current = key
    scrollTo(0, 0)
    main.current?.focus()
  }, [key])
  const View = views[route.view]?.view ?? NoView
  return html`
    <${HeadProvider} value=${head}>
      <${NamesContext.Provider} value=${namesOf(spec ?? {})}>
        <a class="skip" href="#main" onClick=${(/** @type {Event} */ event) => {
          event.preventDefault()
          main.current?.focus()
        }}>Skip to the content</a>
        <${Header} head=${head} route=${route} chainId=${chainId} />
        <main ref=${main} tabindex="-1">
          ${head.isConnected ? null : html`<p class="failure" role="alert">The node does not answer. The page asks again every two seconds.</p>`}
          <${View} key=${key} id=${route.id} />
        </main>
      <//>
    <//>
  `
}
