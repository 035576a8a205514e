import type { Methods } from '../method.ts'
import { accountMethods } from './development/accounts.ts'
import { chainMethods } from './development/chain.ts'
import { dumpMethods } from './development/dumps.ts'
import { miningMethods } from './development/mining.ts'
import { poolMethods } from './development/pool.ts'
import { timeMethods } from './development/time.ts'

/** What development chains have besides: `evm_*`, `anvil_*` and `hardhat_*`. */
export const developmentMethods: Methods = {
  ...miningMethods,
  ...timeMethods,
  ...accountMethods,
  ...poolMethods,
  ...chainMethods,
  ...dumpMethods,
}
