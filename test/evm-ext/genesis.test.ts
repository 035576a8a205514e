import { HDNodeWallet, Mnemonic } from 'ethers'
import { describe, expect, test } from 'vitest'
import {
  createTensorCommon,
  defaultGenesis,
  developmentAccounts,
  readTensorGenesis,
  registryBytecode,
  TENSOR_EIP,
  tensorParameters,
} from '../../evm-ext/index.ts'
import { schedule } from '../../gas-model/index.ts'
import { genesisJSON } from './genesisJSON.ts'

const A = `0x${'aa'.repeat(20)}`
const B = `0x${'bb'.repeat(20)}`

describe('what a genesis file says', () => {
  test('what is left out is filled in', () => {
    const genesis = readTensorGenesis(genesisJSON({}))
    expect(genesis.parameters).toEqual(schedule)
    expect(genesis.registrar).toBe(`0x${'0'.repeat(40)}`)
    expect(genesis.geth.alloc[genesis.registry]).toEqual({
      balance: '0x0',
      nonce: '0x1',
      code: registryBytecode,
      storage: {},
    })
    expect(genesis.geth.alloc[genesis.precompile]).toBeUndefined()
  })

  test('the registrar is in slot 1 of the registry', () => {
    const { geth } = readTensorGenesis(genesisJSON({ tensor: { registry: A, registrar: B } }))
    expect(geth.alloc[A]?.storage).toEqual({ [`0x${'0'.repeat(63)}1`]: `0x${'0'.repeat(24)}${'bb'.repeat(20)}` })
  })

  test('numbers as geth writes them: hex, decimal text, JSON integers', () => {
    const { geth } = readTensorGenesis(
      genesisJSON(
        {},
        { gasLimit: '0x1c9c380', timestamp: '16', alloc: { [A.slice(2)]: { balance: 10, nonce: '0x2' } } },
      ),
    )
    expect(geth).toMatchObject({ gasLimit: '0x1c9c380', timestamp: '0x10' })
    expect(geth.alloc[A]).toMatchObject({ balance: '0xa', nonce: '0x2' })
  })

  test('parameters and addresses reach Common', () => {
    const common = createTensorCommon(
      readTensorGenesis(
        genesisJSON({ tensorTime: 0, tensor: { precompile: A, registry: B, parameters: { tensorBaseGas: 3 } } }),
      ),
    )
    expect(common.chainId()).toBe(5n)
    expect(tensorParameters(common)).toMatchObject({ ...schedule, tensorBaseGas: 3 })
    expect(tensorParameters(common).tensorPrecompileAddress.toString()).toBe(A)
    expect(tensorParameters(common).tensorRegistryAddress.toString()).toBe(B)
  })

  test('the development accounts are those of the well-known mnemonic', () => {
    const mnemonic = Mnemonic.fromPhrase(`${'test '.repeat(11)}junk`)
    const root = HDNodeWallet.fromMnemonic(mnemonic, "m/44'/60'/0'/0")
    developmentAccounts.forEach(({ privateKey, address }, index) => {
      const child = root.deriveChild(index)
      expect(Buffer.from(privateKey).toString('hex')).toBe(child.privateKey.slice(2))
      expect(address).toBe(child.address.toLowerCase())
    })
    const { geth } = defaultGenesis()
    for (const { address } of developmentAccounts) expect(BigInt(geth.alloc[address]?.balance ?? 0)).toBe(10n ** 22n)
  })
})

describe('the schedule of forks', () => {
  const forkAt = (genesis: Parameters<typeof createTensorCommon>[0], blockNumber: bigint, timestamp: bigint) => {
    const common = createTensorCommon(genesis)
    common.setHardforkBy({ blockNumber, timestamp })
    return [common.hardfork(), common.isActivatedEIP(TENSOR_EIP)]
  }

  test('by time, among forks of Ethereum', () => {
    const blob = { target: 10, max: 15, baseFeeUpdateFraction: 8346193 }
    const json = genesisJSON({
      ...{ osakaTime: 50, tensorTime: 100, bpo1Time: 100, bpo2Time: 200 },
      blobSchedule: { bpo1: blob, bpo2: blob },
      tensor: { forks: [{ name: 'cheaper', time: 200, parameters: { tensorBaseGas: 1 } }] },
    })
    const genesis = readTensorGenesis(json)
    expect(forkAt(genesis, 1n, 49n)).toEqual(['prague', false])
    expect(forkAt(genesis, 2n, 99n)).toEqual(['osaka', false])
    expect(forkAt(genesis, 3n, 100n)).toEqual(['tensor', true])
    expect(forkAt(genesis, 4n, 199n)).toEqual(['tensor', true])
    expect(forkAt(genesis, 5n, 200n)).toEqual(['cheaper', true])
  })

  test('a fork of Ethereum after the tensor fork keeps it and its prices', () => {
    const blob = { target: 10, max: 15, baseFeeUpdateFraction: 8346193 }
    const common = createTensorCommon(
      readTensorGenesis(
        genesisJSON({
          ...{ tensorTime: 100, bpo1Time: 300 },
          blobSchedule: { bpo1: blob },
          tensor: { forks: [{ name: 'cheaper', time: 200, parameters: { tensorBaseGas: 1 } }] },
        }),
      ),
    )
    common.setHardforkBy({ blockNumber: 9n, timestamp: 300n })
    expect(common.hardfork()).toBe('bpo1')
    expect(tensorParameters(common).tensorBaseGas).toBe(1)
    expect(common.param('target')).toBe(10n)
  })

  test('by block', () => {
    const genesis = readTensorGenesis(
      genesisJSON({
        ...{ tensorTime: undefined, tensorBlock: 10 },
        tensor: { forks: [{ name: 'cheaper', block: 20, parameters: {} }] },
      }),
    )
    expect(forkAt(genesis, 9n, 1000n)).toEqual(['osaka', false])
    expect(forkAt(genesis, 10n, 1000n)).toEqual(['tensor', true])
    expect(forkAt(genesis, 20n, 1000n)).toEqual(['cheaper', true])
  })

  test('times before the genesis block hold from it on, in their order, and count as 0', () => {
    const times = { shanghaiTime: 1, cancunTime: 2, pragueTime: 3, osakaTime: 5, tensorTime: 7 }
    const common = createTensorCommon(readTensorGenesis(genesisJSON(times, { timestamp: 10 })))
    expect(common.hardfork()).toBe('tensor')
    const byTime = common.hardforks().filter(({ timestamp }) => timestamp !== undefined)
    expect(byTime.map(({ name, timestamp }) => `${name} ${timestamp}`)).toEqual([
      ...['shanghai 0', 'cancun 0', 'prague 0', 'osaka 0', 'tensor 0'],
    ])
  })
})
