import { type Methods, method } from '../method.ts'
import { parameters } from '../params.ts'
import { blockMethods } from './blocks.ts'
import { callMethods } from './calls.ts'
import { configMethods } from './config.ts'
import { debugMethods } from './debug.ts'
import { developmentMethods } from './development.ts'
import { feeMethods } from './fees.ts'
import { filterMethods } from './filters.ts'
import { networkMethods } from './network.ts'
import { rawMethods } from './raw.ts'
import { sendingMethods } from './sending.ts'
import { signingMethods } from './signing.ts'
import { stateMethods } from './state.ts'
import { subscriptionMethods } from './subscriptions.ts'
import { tensorMethods } from './tensor.ts'
import { transactionMethods } from './transactions.ts'
import { txpoolMethods } from './txpool.ts'

const methods: Methods = {
  ...networkMethods,
  ...configMethods,
  ...blockMethods,
  ...transactionMethods,
  ...sendingMethods,
  ...signingMethods,
  ...stateMethods,
  ...feeMethods,
  ...filterMethods,
  ...subscriptionMethods,
  ...txpoolMethods,
  ...rawMethods,
  ...callMethods,
  ...debugMethods,
  ...developmentMethods,
  ...tensorMethods,
}

const modules = Object.keys(methods).map((name) => name.split('_')[0] as string)

/** All methods of the node. */
export const nodeMethods: Methods = {
  ...methods,
  rpc_modules: method(parameters(), () => Object.fromEntries([...modules, 'rpc'].map((name) => [name, '1.0']))),
}
