import { type ChainConfig, Common, Mainnet } from '@ethereumjs/common'
import {
  DEFAULT_PRECOMPILE_ADDRESS,
  DEFAULT_REGISTRY_ADDRESS,
  kzg,
  TENSOR_EIP,
  TENSOR_FORK,
} from '../../../evm-ext/index.ts'
import { schedule } from '../../../gas-model/index.ts'

/** Ethereum's forks by the names that state tests give them, in order, with Common's names. */
const forkNames = {
  Frontier: 'chainstart',
  Homestead: 'homestead',
  EIP150: 'tangerineWhistle',
  EIP158: 'spuriousDragon',
  Byzantium: 'byzantium',
  Constantinople: 'constantinople',
  ConstantinopleFix: 'petersburg',
  Istanbul: 'istanbul',
  Berlin: 'berlin',
  London: 'london',
  Merge: 'paris',
  Paris: 'paris',
  Shanghai: 'shanghai',
  Cancun: 'cancun',
  Prague: 'prague',
  Osaka: 'osaka',
} as const

export type ForkName = keyof typeof forkNames

/** Forks of state tests that can be run. */
export const forks = Object.keys(forkNames) as readonly ForkName[]

export function isFork(name: string): name is ForkName {
  return name in forkNames
}

const order = [...new Set(Object.values(forkNames))]

/**
 * Common at a fork of Ethereum's, all others up to it active; and with the tensor fork after it where that is asked for,
 * active likewise.
 */
export function commonAt(fork: ForkName, withTensor: boolean): Common {
  const names: string[] = order.slice(0, order.indexOf(forkNames[fork]) + 1)
  if (withTensor) names.push(TENSOR_FORK)
  const chain: ChainConfig = {
    ...Mainnet,
    hardforks: names.map((name) => ({ name, block: 0 })),
    ...(withTensor ? { customHardforks: { [TENSOR_FORK]: { eips: [TENSOR_EIP] } } } : {}),
  }
  return new Common({
    ...{ chain, hardfork: names.at(-1) as string, customCrypto: { kzg } },
    params: {
      [TENSOR_EIP]: {
        ...schedule,
        ...{ tensorPrecompileAddress: DEFAULT_PRECOMPILE_ADDRESS, tensorRegistryAddress: DEFAULT_REGISTRY_ADDRESS },
      },
    },
  })
}
