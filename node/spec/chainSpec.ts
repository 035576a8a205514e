import type { Common } from '@ethereumjs/common'
import { bytesToHex } from '@ethereumjs/util'
import { MAX_TRANSACTION_GAS, TENSOR_EIP, type TensorGenesis, tensorParameters } from '../../evm-ext/index.ts'
import {
  parameterMeanings,
  parameterNames,
  schedule,
  type TensorParameterName,
  type TensorParameters,
} from '../../gas-model/index.ts'
import { readRegistry } from '../models/registration.ts'
import { MAX_CHUNK_BYTES, MAX_MODEL_BYTES } from '../models/uploads.ts'
import type { NodeServices } from '../rpc/method.ts'

/** A parameter with what it means. */
type SpecParameter = {
  readonly name: TensorParameterName
  readonly value: number
  /** The first revision's value, where the chain has another. */
  readonly default?: number
  /** Gas of a unit; undefined for a limit. */
  readonly gas?: number
  readonly unit: string
  readonly meaning: string
}

function specParameter(name: TensorParameterName, value: number): SpecParameter {
  const { unit, meaning } = parameterMeanings[name]
  const gas = name.endsWith('Q16') ? value / 65536 : name.endsWith('Gas') ? value : undefined
  return {
    ...{ name, value },
    ...(value !== schedule[name] && { default: schedule[name] }),
    ...(gas !== undefined && { gas }),
    ...{ unit, meaning },
  }
}

type Start = { readonly block: number } | { readonly time: number }

/** What each fork of a chain that sets prices changes, and all prices from it on. */
function pricesByFork({ forks, parameters }: TensorGenesis) {
  let all: TensorParameters = parameters
  return forks.map(({ name, time, block, parameters: changes }) => {
    all = { ...all, ...changes }
    const start: Start = time === undefined ? { block: block ?? 0 } : { time }
    return {
      name,
      start,
      changes,
      parameters: parameterNames.map((parameter) => specParameter(parameter, all[parameter])),
    }
  })
}

/** Forks of Ethereum and of the tensor instructions, in their order. mergeNetsplitBlock changes nothing. */
function forksAt(common: Common) {
  return common
    .hardforks()
    .filter(({ name }) => name !== 'mergeNetsplitBlock')
    .map(({ name, block, timestamp }) => ({
      name,
      ...(timestamp === undefined ? { block: Number(block) } : { time: Number(timestamp) }),
      isActive: common.gteHardfork(name),
    }))
}

/** What the chain of a node runs by: forks, prices, limits and addresses, as JSON. */
export async function chainSpec(services: NodeServices) {
  const { chain, miner } = services
  const { genesis } = chain
  const next = chain.nextHeader(miner.nextFields())
  const common = chain.commonAt(next)
  const isActive = common.isActivatedEIP(TENSOR_EIP)
  const active = isActive ? tensorParameters(common) : undefined
  const { registrar } = await readRegistry(services)
  const genesisBlock = await chain.blockAt(0n)
  return {
    chainId: genesis.chainId,
    genesisHash: genesisBlock && bytesToHex(genesisBlock.hash()),
    precompile: genesis.precompile,
    registry: genesis.registry,
    registrar: await registrar(),
    tensorEip: TENSOR_EIP,
    /** Of the next block. */
    hardfork: common.hardfork(),
    isTensorActive: isActive,
    hardforks: forksAt(common),
    /** Prices and limits of the next block, by name; null before the fork. */
    parameters: active === undefined ? null : Object.fromEntries(parameterNames.map((name) => [name, active[name]])),
    tensorForks: pricesByFork(genesis),
    limits: {
      blockGas: Number(next.gasLimit),
      transactionGas: Number(MAX_TRANSACTION_GAS),
      modelFileBytes: MAX_MODEL_BYTES,
      modelChunkBytes: MAX_CHUNK_BYTES,
    },
  }
}
