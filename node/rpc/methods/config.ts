import type { Common } from '@ethereumjs/common'
import { getActivePrecompiles } from '@ethereumjs/evm'
import { isTensorActive } from '../../../evm-ext/index.ts'
import { quantity } from '../format/quantity.ts'
import { requireBlock } from '../location.ts'
import { type Methods, method, type NodeServices } from '../method.ts'
import { parameters } from '../params.ts'

/** Names that EIP-7910 has for precompiles, by address. */
const precompileNames: Readonly<Record<number, string>> = {
  1: 'ECREC',
  2: 'SHA256',
  3: 'RIPEMD160',
  4: 'ID',
  5: 'MODEXP',
  6: 'BN254_ADD',
  7: 'BN254_MUL',
  8: 'BN254_PAIRING',
  9: 'BLAKE2F',
  10: 'KZG_POINT_EVALUATION',
  11: 'BLS12_G1ADD',
  12: 'BLS12_G1MSM',
  13: 'BLS12_G2ADD',
  14: 'BLS12_G2MSM',
  15: 'BLS12_PAIRING_CHECK',
  16: 'BLS12_MAP_FP_TO_G1',
  17: 'BLS12_MAP_FP2_TO_G2',
  256: 'P256VERIFY',
}

/** Contracts that blocks call, with the EIP that has them do so. */
const systemContracts = [
  ['BEACON_ROOTS_ADDRESS', 4788, '0x000f3df6d732807ef1319fb7b8bb8522d0beac02'],
  ['CONSOLIDATION_REQUEST_PREDEPLOY_ADDRESS', 7251, '0x0000bbddc7ce488642fb579f8b00f3a590007251'],
  ['HISTORY_STORAGE_ADDRESS', 2935, '0x0000f90827f1c53a10cb7a02335b175320002935'],
  ['WITHDRAWAL_REQUEST_PREDEPLOY_ADDRESS', 7002, '0x00000961ef480eb55e80d19ad83579a64c007002'],
] as const

const ZERO_ADDRESS = `0x${'0'.repeat(40)}`

function precompilesOf(common: Common, services: NodeServices) {
  const named = [...getActivePrecompiles(common).keys()].map((digits) => {
    const address = `0x${digits}`
    return [precompileNames[Number(address)] ?? address, address]
  })
  // The one precompile that is not Ethereum's.
  if (isTensorActive(common)) named.push(['TENSOR', services.chain.genesis.precompile])
  return Object.fromEntries(named)
}

function systemContractsOf(common: Common, services: NodeServices) {
  const active: (readonly [name: string, address: string])[] = systemContracts
    .filter(([, eip]) => common.isActivatedEIP(eip))
    .map(([name, , address]) => [name, address])
  const deposits = Reflect.get(services.chain.genesis.geth.config, 'depositContractAddress') ?? ZERO_ADDRESS
  if (common.isActivatedEIP(6110)) active.push(['DEPOSIT_CONTRACT_ADDRESS', deposits])
  return Object.fromEntries(active)
}

/** How many blobs a block is to have and has at most, and how their price moves. */
function blobScheduleOf(common: Common) {
  const { targetBlobGasPerBlock, maxBlobGasPerBlock, blobGasPriceUpdateFraction } = common.getBlobGasSchedule()
  const blobGas = common.param('blobGasPerBlob')
  return {
    target: Number(targetBlobGasPerBlock / blobGas),
    max: Number(maxBlobGasPerBlock / blobGas),
    baseFeeUpdateFraction: Number(blobGasPriceUpdateFraction),
  }
}

/** The rules from a time on. */
function configurationAt(time: number, genesisHash: Uint8Array, services: NodeServices) {
  const { chain } = services
  const common = chain.commonAt({ number: chain.head().header.number, timestamp: BigInt(time) })
  return {
    activationTime: time,
    blobSchedule: common.isActivatedEIP(4844) ? blobScheduleOf(common) : null,
    chainId: quantity(chain.genesis.chainId),
    forkId: common.forkHash(undefined, genesisHash),
    precompiles: precompilesOf(common, services),
    systemContracts: systemContractsOf(common, services),
  }
}

/** The method that says which rules hold and which will (EIP-7910). */
export const configMethods: Methods = {
  eth_config: method(parameters(), async (_, services) => {
    const { chain } = services
    const now = chain.head().header.timestamp
    const times = [
      ...new Set(
        chain
          .commonAt(chain.head().header)
          .hardforks()
          .flatMap(({ timestamp }) => timestamp ?? []),
      ),
    ]
    times.sort((a, b) => Number(a) - Number(b))
    const current = times.filter((time) => BigInt(time) <= now).at(-1) ?? 0
    const later = times.filter((time) => BigInt(time) > now)
    const genesisHash = (await requireBlock('earliest', services)).hash()
    const at = (time: number | string | undefined) =>
      time === undefined ? null : configurationAt(Number(time), genesisHash, services)
    return { current: at(current), next: at(later[0]), last: at(later.at(-1)) }
  }),
}
