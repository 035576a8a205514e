import { randomBytes } from 'node:crypto'
import { bytesToHex } from '@ethereumjs/util'
import type { Hex } from '../../evm-ext/index.ts'
import { RpcError, rpcCodes } from './errors.ts'
import type { Feed, FeedEvent } from './feed.ts'
import { matchesFilter } from './logSearch.ts'
import type { LogFilter } from './params.ts'

/** What a filter collects. */
type FilterKind =
  | { readonly kind: 'logs'; readonly filter: LogFilter }
  | { readonly kind: 'blocks' }
  | { readonly kind: 'transactions' }

export type FilterLimits = {
  /** Most filters at a time. */
  readonly filters: number
  /** Most changes that a filter keeps; one that is polled too seldom ends. */
  readonly changes: number
  /** Milliseconds without a poll after which a filter ends. */
  readonly lifetime: number
}

/** Filters that clients poll. */
export type Filters = {
  /** @returns its id @throws {RpcError} when there are too many */
  create(kind: FilterKind): Hex
  /** What came since the filter was made or last asked. @throws {RpcError} when it is not known */
  changes(id: Hex): readonly unknown[]
  /** Which logs the filter asks for. @throws {RpcError} when it is not known, or collects something else */
  logFilter(id: Hex): LogFilter
  /** @returns whether there was one */
  remove(id: Hex): boolean
}

type Filter = { readonly what: FilterKind; changes: unknown[]; usedAt: number }

/** What an event adds to a filter. */
function changesOf(what: FilterKind, event: FeedEvent): readonly unknown[] {
  if (what.kind === 'logs') return event.kind === 'pending' ? [] : event.logs.filter((log) => matchesRange(what, log))
  if (what.kind === 'blocks') return event.kind === 'block' ? [bytesToHex(event.record.block.hash())] : []
  return event.kind === 'pending' ? [event.transaction.hash] : []
}

/** Whether a new log is one that a filter asks for, by its block too. */
function matchesRange({ filter }: FilterKind & { kind: 'logs' }, log: Parameters<typeof matchesFilter>[1]): boolean {
  const number = BigInt(Reflect.get(log, 'blockNumber'))
  const { from, to } = filter
  if (typeof from === 'bigint' && number < from) return false
  return (typeof to !== 'bigint' || number <= to) && matchesFilter(filter, log)
}

/** @param now - the time in milliseconds */
export function createFilters(feed: Feed, limits: FilterLimits, now: () => number = Date.now): Filters {
  const filters = new Map<Hex, Filter>()

  const dropOld = () => {
    for (const [id, { usedAt }] of filters) if (now() - usedAt > limits.lifetime) filters.delete(id)
  }

  feed.listen((event) => {
    dropOld()
    for (const [id, filter] of filters) {
      for (const change of changesOf(filter.what, event)) filter.changes.push(change)
      if (filter.changes.length > limits.changes) filters.delete(id)
    }
  })

  const find = (id: Hex): Filter => {
    dropOld()
    const filter = filters.get(id)
    if (filter === undefined) throw new RpcError(rpcCodes.serverError, 'filter not found')
    filter.usedAt = now()
    return filter
  }

  return {
    create(what) {
      dropOld()
      if (filters.size >= limits.filters)
        throw new RpcError(rpcCodes.limitExceeded, `there are ${limits.filters} filters already; uninstall some`)
      const id = bytesToHex(randomBytes(16))
      filters.set(id, { what, changes: [], usedAt: now() })
      return id
    },
    changes(id) {
      const filter = find(id)
      const { changes } = filter
      filter.changes = []
      return changes
    },
    logFilter(id) {
      const { what } = find(id)
      if (what.kind !== 'logs') throw new RpcError(rpcCodes.serverError, 'filter not found')
      return what.filter
    },
    remove: (id) => filters.delete(id),
  }
}
