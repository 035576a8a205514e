import { Common, Mainnet } from '@ethereumjs/common'
import { SimpleStateManager } from '@ethereumjs/statemanager'
import { Account } from '@ethereumjs/util'
import { expect, test } from 'vitest'
import { TENSOR_EIP } from '../../evm-ext/parameters.ts'
import { createTensorEVM } from '../../evm-ext/tensorEVM.ts'
import { schedule } from '../../gas-model/index.ts'
import { encodeType } from '../../isa/index.ts'
import { createMemoryStore } from '../../model/store.ts'
import { code, op } from '../bytecode.ts'
import { address, KernelTrap, kernelWith } from './setup.ts'

const REGISTRY = 0xae01
const CODE_ACCOUNT = 0xc0de
const CONTRACT = 0xf00
const TENSOR = encodeType({ dtype: 'int32', shape: [1] })

/** An EVM with the tensor fork after Amsterdam, whose rules keep journals of their own, and code at {@link CONTRACT}. */
async function setUp(contract: Uint8Array) {
  const forks = Mainnet.hardforks.map(({ name }) => name).filter((name) => name !== 'amsterdam')
  const common = new Common({
    chain: {
      ...Mainnet,
      hardforks: [...forks, 'amsterdam', 'tensor'].map((name) => ({ name, block: 0 })),
      customHardforks: { tensor: { eips: [TENSOR_EIP] } },
    },
    params: {
      [TENSOR_EIP]: {
        ...schedule,
        tensorPrecompileAddress: '0xae00',
        tensorRegistryAddress: `0x${REGISTRY.toString(16)}`,
      },
    },
  })
  common.setHardfork('tensor')
  const stateManager = new SimpleStateManager({ common })
  const kernel = kernelWith('TADD', () => {
    throw new KernelTrap('the kernel failed')
  })
  const evm = await createTensorEVM({ common, store: createMemoryStore(), stateManager, kernel })
  await stateManager.putAccount(address(CONTRACT), new Account())
  await stateManager.putCode(address(CONTRACT), contract)
  return evm
}

test('EIP-7928: the block access list holds what instructions read', async () => {
  const evm = await setUp(code(op('TCODELOAD', TENSOR, CODE_ACCOUNT, 0), op('TMODELLOAD', 1, 0, 0, 1)))
  await evm.runCall({ to: address(CONTRACT), gasLimit: 100_000n })
  const entries = evm.blockLevelAccessList?.toJSON() ?? []
  const readsOf = (account: number) =>
    entries.find((entry) => entry.address === address(account).toString())?.storageReads.length
  expect([readsOf(CODE_ACCOUNT), readsOf(REGISTRY)]).toEqual([0, 1])
})

test('a failure that is no result closes the journals of EIP-7928 and EIP-8037 as well', async () => {
  const evm = await setUp(code(op('TCALLDATALOAD', TENSOR, 0), op('SSTORE', 0, 1), op('TADD', 1, 1)))
  const depth = () => Reflect.get(evm.blockLevelAccessList as object, 'checkpoints')?.length
  const before = depth()
  await expect(evm.runCall({ to: address(CONTRACT), gasLimit: 1_000_000n })).rejects.toThrow(KernelTrap)
  expect(depth()).toBe(before)
  expect(Reflect.get(evm, '_stateGasSnapshots')).toEqual([])
})
