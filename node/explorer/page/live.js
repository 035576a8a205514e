import { createContext } from 'preact'
import { useContext, useEffect, useState } from 'preact/hooks'
import { request } from './rpc.js'

/** Times in milliseconds. */
const POLL = 2_000
const POLL_BESIDE_SUBSCRIPTION = 5_000
const FIRST_RECONNECT = 1_000
const LAST_RECONNECT = 60_000
/** Heads that come faster are shown together. */
const PAUSE = 400

/**
 * The newest block and how the page hears of it; `number` is undefined until the node answered.
 *
 * @typedef {{ number: bigint | undefined, hash: string, isSubscribed: boolean, isConnected: boolean }} Head
 */

/** @type {Head} */
const nothing = { number: undefined, hash: '', isSubscribed: false, isConnected: true }

const HeadContext = createContext(nothing)

export const HeadProvider = HeadContext.Provider

/** The newest block. Draws again when it changes. */
export function useHead() {
  return useContext(HeadContext)
}

/**
 * What changes when something at the newest block has to be loaded again; null while the node does not answer.
 *
 * @returns {string | null}
 */
export function useVersion() {
  const { number, hash, isConnected } = useHead()
  return number === undefined || !isConnected ? null : hash
}

/**
 * Subscribes to heads, and subscribes again after the connection was lost.
 *
 * @param {(block: { number: string, hash: string }) => void} onHead
 * @param {(isSubscribed: boolean) => void} onChange
 * @returns {() => void} what ends it
 */
function subscribe(onHead, onChange) {
  /** @type {WebSocket} */
  let socket
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer
  let wait = FIRST_RECONNECT
  const connect = () => {
    socket = new WebSocket(`${location.protocol === 'https:' ? 'wss:' : 'ws:'}//${location.host}/`)
    socket.onopen = () =>
      socket.send(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'eth_subscribe', params: ['newHeads'] }))
    socket.onmessage = ({ data }) => {
      const message = JSON.parse(data)
      if (message.id === 1) {
        onChange(message.error === undefined)
        wait = FIRST_RECONNECT
      } else if (message.method === 'eth_subscription') onHead(message.params.result)
    }
    socket.onclose = () => {
      onChange(false)
      timer = setTimeout(connect, wait)
      wait = Math.min(2 * wait, LAST_RECONNECT)
    }
  }
  connect()
  return () => {
    clearTimeout(timer)
    socket.onclose = null
    socket.close()
  }
}

/**
 * Follows the newest block: by a subscription, and by asking now and then, which also notices blocks that were taken back.
 *
 * @returns {Head}
 */
export function useNewestBlock() {
  const [head, setHead] = useState(nothing)
  useEffect(() => {
    let current = nothing
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let pause
    /** @type {ReturnType<typeof setTimeout>} */
    let poll
    const show = () => {
      pause = undefined
      setHead(current)
    }
    /** @param {Partial<Head>} change @param {number} wait */
    const update = (change, wait) => {
      current = { ...current, ...change }
      pause ??= setTimeout(show, wait)
    }
    /** @param {{ number: string, hash: string }} block */
    const take = ({ number, hash }) => {
      if (hash === current.hash && current.isConnected) return
      update({ number: BigInt(number), hash, isConnected: true }, current.number === undefined ? 0 : PAUSE)
    }
    const ask = async () => {
      clearTimeout(poll)
      if (!document.hidden)
        await request(['eth_getBlockByNumber', 'latest', false]).then(take, () => update({ isConnected: false }, 0))
      poll = setTimeout(ask, current.isSubscribed && current.isConnected ? POLL_BESIDE_SUBSCRIPTION : POLL)
    }
    const end = subscribe(take, (isSubscribed) => {
      if (isSubscribed === current.isSubscribed) return
      update({ isSubscribed }, 0)
      ask()
    })
    document.addEventListener('visibilitychange', ask)
    ask()
    return () => {
      end()
      clearTimeout(pause)
      clearTimeout(poll)
      document.removeEventListener('visibilitychange', ask)
    }
  }, [])
  return head
}
