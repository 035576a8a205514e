import { useEffect, useRef, useState } from 'preact/hooks'
import { html } from './html.js'
import { accountLink, blockLink, transactionLink } from './route.js'
import { requestAll } from './rpc.js'

/**
 * Where a query leads: a number to its block, an address to its account, a hash to its transaction, block or model.
 *
 * @param {string} query
 * @returns {Promise<string | undefined>}
 */
async function find(query) {
  const text = query.trim().replaceAll(/[,_\s]/g, '')
  if (/^\d+$/.test(text)) return blockLink(BigInt(text))
  const hex = text.toLowerCase().replace(/^(?!0x)/, '0x')
  if (!/^0x[0-9a-f]+$/.test(hex)) return undefined
  if (hex.length === 42) return accountLink(hex)
  if (hex.length !== 66) return hex.length < 18 && text.startsWith('0x') ? blockLink(BigInt(hex)) : undefined
  const [transaction, block, models] = await requestAll(
    [['eth_getTransactionByHash', hex], ['eth_getBlockByHash', hex, false], ['tensor_listModels']],
    undefined,
    () => undefined,
  )
  if (transaction) return transactionLink(hex)
  if (block) return blockLink(hex)
  const isModel = JSON.stringify(models ?? []).includes(hex)
  return isModel ? `#/models/${hex}` : undefined
}

/** The field for numbers, hashes and addresses. `/` leads to it. */
export function Search() {
  const [problem, setProblem] = useState('')
  const field = useRef(/** @type {HTMLInputElement | null} */ (null))
  useEffect(() => {
    /** @param {KeyboardEvent} event */
    const focus = (event) => {
      if (event.key !== '/' || event.ctrlKey || event.metaKey || event.target === field.current) return
      event.preventDefault()
      field.current?.select()
    }
    addEventListener('keydown', focus)
    return () => removeEventListener('keydown', focus)
  }, [])
  /** @param {SubmitEvent} event */
  const search = async (event) => {
    event.preventDefault()
    const query = field.current?.value ?? ''
    if (query.trim() === '') return
    try {
      const link = await find(query)
      setProblem(link === undefined ? 'Nothing on this chain has that number, hash or address.' : '')
      if (link === undefined || field.current === null) return
      field.current.value = ''
      location.hash = link
    } catch (error) {
      setProblem(/** @type {Error} */ (error).message)
    }
  }
  return html`<form class="search" role="search" onSubmit=${search}>
    <input
      ref=${field}
      type="search"
      name="query"
      autocomplete="off"
      spellcheck=${false}
      placeholder="Block, transaction, address or model"
      aria-label="Search for a block number, hash or address"
      aria-describedby="search-problem"
      onInput=${() => setProblem('')}
    />
    <kbd aria-hidden="true">/</kbd>
    <p id="search-problem" role="status">${problem}</p>
  </form>`
}
