import { useEffect, useRef, useState } from 'preact/hooks'

/**
 * What is being loaded: a value, an error, or neither yet. A value stays while it is loaded again.
 *
 * @template T
 * @typedef {{ value: T | undefined, error: Error | undefined }} Loaded
 */

/**
 * Loads a value, and loads it again when `refresh` changes, but never twice at once. What is under way when the component
 * goes is aborted.
 *
 * @template T
 * @param {(signal: AbortSignal, before: T | undefined) => Promise<T>} load
 * @param {unknown} [refresh] - nothing is loaded while it is null
 * @returns {Loaded<T>}
 */
export function useLoaded(load, refresh) {
  const [loaded, setLoaded] = useState(/** @type {Loaded<T>} */ ({ value: undefined, error: undefined }))
  const newest = useRef(load)
  newest.current = load
  const job = useRef({ isRunning: false, isStale: false, abort: new AbortController(), value: loaded.value })
  useEffect(() => {
    if (refresh === null) return
    const { current } = job
    current.isStale = true
    if (current.isRunning) return
    current.isRunning = true
    const run = async () => {
      const { signal } = current.abort
      while (current.isStale && !signal.aborted) {
        current.isStale = false
        try {
          current.value = await newest.current(signal, current.value)
          if (!signal.aborted) setLoaded({ value: current.value, error: undefined })
        } catch (error) {
          if (!signal.aborted) setLoaded({ value: current.value, error: /** @type {Error} */ (error) })
        }
      }
      current.isRunning = false
    }
    run()
  }, [refresh])
  useEffect(() => () => job.current.abort.abort(), [])
  return loaded
}

/** The time, in milliseconds; draws again every `interval` of them. @param {number} interval */
export function useNow(interval) {
  const [now, setNow] = useState(Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), interval)
    return () => clearInterval(timer)
  }, [interval])
  return now
}
