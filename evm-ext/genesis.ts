import { type ChainConfig, Common, type HardforksDict, type ParamsConfig, parseGethGenesis } from '@ethereumjs/common'
import { hexToBytes } from '@ethereumjs/util'
import type { TensorParameters } from '../gas-model/index.ts'
import { createKeccak256, KernelError } from '../kernel/index.ts'
import { readTensorGenesis, type TensorGenesis } from './genesisFile.ts'
import { TENSOR_FORK } from './genesisForks.ts'
import { kzg } from './kzg.ts'
import { TENSOR_EIP } from './parameters.ts'

export { loadTensorGenesis, readTensorGenesis, type TensorGenesis } from './genesisFile.ts'

type Hardforks = ChainConfig['hardforks']

let hasher: ReturnType<typeof createKeccak256> | undefined

/** keccak256 in WebAssembly; undefined where the engine can't run it and the EVM's own has to do. */
function fastKeccak256(): ReturnType<typeof createKeccak256> | undefined {
  try {
    hasher ??= createKeccak256()
    return hasher
  } catch (error) {
    if (error instanceof KernelError) return undefined
    throw error
  }
}

/**
 * Common of a chain with the tensor fork, set to the hardfork of the genesis block.
 *
 * Ethereum's forks come from parseGethGenesis, which drops keys that it does not know; the tensor fork and the repricing
 * forks after it are added here as named hardforks, so that `setHardforkBy`, `runBlock({setHardfork: true})` and fork ids
 * treat them as any other.
 */
export function createTensorCommon(genesis: TensorGenesis): Common {
  const { consensus, customHardforks, ...parsed } = parseGethGenesis(genesis.geth, 'tensor') as unknown as ChainConfig
  const hardforks = scheduleForks(parsed.hardforks, genesis)
  // A chain that begins with proof of work has its rewards up to the merge. One that begins merged has no other time.
  const isMerged = hardforks.some(({ name, block }) => name === 'paris' && block === 0)
  const custom: HardforksDict = {}
  // Common would list a fork that is described but not scheduled as the very last one.
  for (const [name, fork] of Object.entries(customHardforks ?? {}))
    if (hardforks.some((scheduled) => scheduled.name === name)) custom[name] = fork
  // Common finds EIPs of forks by this list without validating them; its `eips` option refuses unknown numbers.
  for (const { name, parameters } of genesis.forks)
    custom[name] = name === TENSOR_FORK ? { eips: [TENSOR_EIP] } : { params: parameters as ParamsConfig }
  const keccak256 = fastKeccak256()
  const common = new Common({
    chain: {
      ...parsed,
      hardforks,
      customHardforks: custom,
      consensus: isMerged ? { type: 'pos', algorithm: 'casper', casper: {} } : consensus,
    },
    customCrypto: { kzg, ...(keccak256 ? { keccak256 } : {}) },
    params: {
      [TENSOR_EIP]: {
        ...genesis.parameters,
        tensorPrecompileAddress: genesis.precompile,
        tensorRegistryAddress: genesis.registry,
      },
      ...genesis.blobForks,
    },
  })
  common.setHardforkBy({ blockNumber: 0n, timestamp: BigInt(genesis.geth.timestamp) })
  return common
}

/**
 * Puts the tensor forks among Ethereum's: by time after every fork of the same or an earlier time, by block last.
 *
 * Times up to the genesis block's are written as 0, for fork ids leave them out; parseGethGenesis does so only for times
 * equal to it.
 */
function scheduleForks(ethereum: Hardforks, genesis: TensorGenesis): Hardforks {
  const genesisTime = Number(genesis.geth.timestamp)
  const normal = (time: number) => (time <= genesisTime ? 0 : time)
  const hardforks = ethereum.map((fork) =>
    fork.timestamp === undefined ? fork : { ...fork, timestamp: normal(Number(fork.timestamp)) },
  )
  for (const { name, time, block } of genesis.forks) {
    if (time === undefined) {
      hardforks.push({ name, block: block as number })
      continue
    }
    const timestamp = normal(time)
    const later = hardforks.findIndex((fork) => Number(fork.timestamp ?? 0) > timestamp)
    hardforks.splice(later < 0 ? hardforks.length : later, 0, { name, block: null, timestamp })
  }
  return hardforks
}

export type DevelopmentAccount = { readonly privateKey: Uint8Array; readonly address: `0x${string}` }

// Derived from the mnemonic "test test test test test test test test test test test junk" at m/44'/60'/0'/0/i.
const keysAndAddresses = [
  ['0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80', '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266'],
  ['0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d', '0x70997970c51812dc3a010c7d01b50e0d17dc79c8'],
  ['0x5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a', '0x3c44cdddb6a900fa2b585dd299e03d12fa4293bc'],
  ['0x7c852118294e51e653712a81e05800f419141751be58f605c371e15141b007a6', '0x90f79bf6eb2c4f870365e785982e1f101e93b906'],
  ['0x47e179ec197488593b187f80a00eb0da91f1b9d0b13f8733639f19c30a34926a', '0x15d34aaf54267db7d7c367839aaf71a00a2c6a65'],
  ['0x8b3a350cf5c34c9194ca85829a2df0ec3153be0318b5e2d3348e872092edffba', '0x9965507d1a55bcc2695c58ba16fb37d819b0a4dc'],
  ['0x92db14e403b83dfe3df233f83dfa3a0d7096f21ca9b0d6d6b8d88b2b4ec1564e', '0x976ea74026e726554db657fa54763abd0c3a0aa9'],
  ['0x4bbbf85ce3377467afe5d46f804f221813b2bb87f24d81f60f1fcdbf7cbf4356', '0x14dc79964da2c08b23698b3d3cc7ca32193d9955'],
  ['0xdbda1821b80551c9d65939329250298aa3472ba22feea921c0cf5d620ea67b97', '0x23618e81e3f5cdf7f54c3d65f7fbc0abf5b21e8f'],
  ['0x2a871d0798f97d79848a013d4936a73bf4cc922c825d33c1cf7073dff6d409c6', '0xa0ee7a142d267c1f36714e4a8f75612f20a79720'],
] as const

/** The ten accounts that anvil and Hardhat fund. Everyone knows their keys: they are for development chains only. */
export const developmentAccounts: readonly DevelopmentAccount[] = keysAndAddresses.map(([key, address]) => ({
  privateKey: hexToBytes(key),
  address,
}))

/** Each development account starts with this much. */
const DEVELOPMENT_BALANCE = 10_000n * 10n ** 18n

/** What a development chain can set; see {@link defaultGenesis}. */
export type DefaultGenesisOptions = {
  readonly chainId?: number
  /** Gas limit of every block. */
  readonly gasLimit?: number
  /** Timestamp of the genesis block in seconds. */
  readonly timestamp?: number
  /** First timestamp with the instructions. Give this or `tensorBlock`; the default is `tensorTime` 0. */
  readonly tensorTime?: number
  /** First block with the instructions. */
  readonly tensorBlock?: number
  /** Who may register models: the first development account by default, the zero address for anyone. */
  readonly registrar?: string
  readonly precompile?: string
  readonly registry?: string
  readonly parameters?: Partial<TensorParameters>
  /** Later forks that change parameters. */
  readonly forks?: readonly {
    readonly name: string
    readonly time?: number
    readonly block?: number
    readonly parameters: Partial<TensorParameters>
  }[]
  /** Accounts besides the development accounts and the registry, as in a genesis file. */
  readonly alloc?: Readonly<Record<string, unknown>>
}

/**
 * Genesis of a development chain: Osaka and the tensor fork from the start, the registry in place, the development
 * accounts funded. It has none of Ethereum's system contracts (EIP-4788, 2935, 7002, 7251).
 *
 * @throws {GenesisError} as {@link readTensorGenesis} does
 */
export function defaultGenesis(options: DefaultGenesisOptions = {}): TensorGenesis {
  const { chainId = 816363, gasLimit = 60_000_000, timestamp = 0, tensorTime, tensorBlock, alloc, ...tensor } = options
  const start = tensorBlock === undefined ? { tensorTime: tensorTime ?? 0 } : { tensorBlock, tensorTime }
  const blockForks = [
    ...['homestead', 'eip150', 'eip155', 'eip158', 'byzantium', 'constantinople', 'petersburg', 'istanbul'],
    ...['muirGlacier', 'berlin', 'london', 'arrowGlacier', 'grayGlacier', 'mergeNetsplit'],
  ]
  const funded = developmentAccounts.map(({ address }) => [
    address,
    { balance: `0x${DEVELOPMENT_BALANCE.toString(16)}` },
  ])
  return readTensorGenesis(
    {
      config: {
        chainId,
        ...Object.fromEntries(blockForks.map((fork) => [`${fork}Block`, 0])),
        terminalTotalDifficulty: 0,
        ...Object.fromEntries(['shanghai', 'cancun', 'prague', 'osaka'].map((fork) => [`${fork}Time`, 0])),
        ...start,
        tensor: { registrar: developmentAccounts[0]?.address, ...tensor },
      },
      timestamp,
      gasLimit,
      difficulty: 0,
      alloc: { ...Object.fromEntries(funded), ...alloc },
    },
    'defaultGenesis',
  )
}
