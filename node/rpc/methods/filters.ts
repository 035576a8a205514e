import { searchLogs } from '../logSearch.ts'
import { type Methods, method } from '../method.ts'
import { hexData, logFilter, parameters } from '../params.ts'

const nothing = parameters()
const byId = parameters(hexData)

/** Methods that find logs, and those of filters. */
export const filterMethods: Methods = {
  eth_getLogs: method(parameters(logFilter), ([filter], { chain, signal }) => searchLogs(filter, chain, signal)),
  eth_newFilter: method(parameters(logFilter), ([filter], { filters }) => filters.create({ kind: 'logs', filter })),
  eth_newBlockFilter: method(nothing, (_, { filters }) => filters.create({ kind: 'blocks' })),
  eth_newPendingTransactionFilter: method(nothing, (_, { filters }) => filters.create({ kind: 'transactions' })),
  eth_getFilterChanges: method(byId, ([id], { filters }) => filters.changes(id)),
  eth_getFilterLogs: method(byId, ([id], { filters, chain, signal }) =>
    searchLogs(filters.logFilter(id), chain, signal),
  ),
  eth_uninstallFilter: method(byId, ([id], { filters }) => filters.remove(id)),
}
