import { useEffect, useState } from 'preact/hooks'

/** @typedef {{ view: string, id: string }} Route */

/** Where a hash leads: `#/block/12` is view `block` of id `12`. @param {string} hash @returns {Route} */
function routeOf(hash) {
  const [view = '', id = ''] = hash.replace(/^#\/?/, '').split('/')
  return { view: view === '' ? 'blocks' : view, id }
}

/** The route of the page's address. Draws again when it changes. */
export function useRoute() {
  const [hash, setHash] = useState(location.hash)
  useEffect(() => {
    const change = () => setHash(location.hash)
    addEventListener('hashchange', change)
    return () => removeEventListener('hashchange', change)
  }, [])
  return routeOf(hash)
}

/** @param {string | number | bigint} id - number or hash */
export const blockLink = (id) => `#/block/${id}`
/** @param {string} hash */
export const transactionLink = (hash) => `#/transaction/${hash}`
/** @param {string} address */
export const accountLink = (address) => `#/account/${address}`
/** Blocks from this one down. @param {number | bigint} number */
export const blocksLink = (number) => `#/blocks/${number}`
