import { bytesToHex, createAddressFromString, hexToBytes } from '@ethereumjs/util'
import { AbiCoder, Interface, keccak256 } from 'ethers'
import { beforeEach, describe, expect, test } from 'vitest'
import {
  type Chain,
  createChain,
  defaultGenesis,
  developmentAccounts,
  encodeRegistration,
  type Receipt,
  registryAbi,
} from '../../evm-ext/index.ts'
import { registrationOf } from '../../model/index.ts'
import { classifierModel, constantsModel } from './models.ts'

const registry = new Interface(registryAbi)
const abi = AbiCoder.defaultAbiCoder()
const ZERO = `0x${'0'.repeat(40)}`
const TENSORS = `0x${'11'.repeat(32)}`
const PROGRAM = `0x${'22'.repeat(32)}`
const LENGTH = 12345n
const values = [TENSORS, PROGRAM, 3n, 4n, LENGTH]
const root = keccak256(
  abi.encode(['uint256', 'bytes32', 'bytes32', 'uint256', 'uint256', 'uint256'], [1n, ...values]),
) as `0x${string}`
const [registrar, other] = developmentAccounts as [(typeof developmentAccounts)[0], (typeof developmentAccounts)[0]]

let chain: Chain

const send = (from: Uint8Array, name: string, args: readonly unknown[]) =>
  chain.sendTransaction({ from, to: chain.genesis.registry, data: registry.encodeFunctionData(name, args) })

const ask = async (name: string, args: readonly unknown[]) => {
  const { returnValue } = await chain.call({
    to: chain.genesis.registry,
    data: registry.encodeFunctionData(name, args),
  })
  return registry.decodeFunctionResult(name, returnValue)[0]
}

const events = ({ logs }: Receipt) =>
  logs.map(({ topics, data }) => registry.parseLog({ topics: [...topics], data: bytesToHex(data) }))

const storage = async (slot: string) => {
  const at = createAddressFromString(chain.genesis.registry)
  return BigInt(bytesToHex(await chain.vm.stateManager.getStorage(at, hexToBytes(slot as `0x${string}`))))
}

const refusal = ({ status, error, returnValue }: Receipt) => {
  const parsed = registry.parseError(bytesToHex(returnValue))
  return { status, error, name: parsed?.name, args: parsed?.args.toArray() }
}

describe('a registry with a registrar', () => {
  beforeEach(async () => {
    chain = await createChain()
  })

  test('the registrar registers: root, event, answers, storage', async () => {
    const receipt = await send(registrar.privateKey, 'register', values)
    expect(receipt.status).toBe(1)
    expect(bytesToHex(receipt.returnValue)).toBe(root)
    const [event] = events(receipt)
    expect(event?.name).toBe('ModelRegistered')
    expect(event?.args.toArray()).toEqual([root, ...values])
    expect(receipt.logs[0]?.address).toBe(chain.genesis.registry)
    expect(receipt.logs[0]?.topics[1]).toBe(root)
    expect(await ask('byteLength', [root])).toBe(LENGTH)
    expect(await ask('isRegistered', [root])).toBe(true)
    // Where the EVM looks: mapping at slot 0, registrar at slot 1.
    expect(await storage(keccak256(abi.encode(['bytes32', 'uint256'], [root, 0])))).toBe(LENGTH)
    expect(await storage(abi.encode(['uint256'], [1]))).toBe(BigInt(registrar.address))
  })

  test('what is not registered', async () => {
    expect(await ask('byteLength', [root])).toBe(0n)
    expect(await ask('isRegistered', [root])).toBe(false)
  })

  test('no one else registers', async () => {
    const receipt = await send(other.privateKey, 'register', values)
    expect(refusal(receipt)).toEqual({
      ...{ status: 0, error: 'revert', name: 'NotRegistrar' },
      args: [expect.stringMatching(new RegExp(other.address, 'i'))],
    })
    expect(await ask('isRegistered', [root])).toBe(false)
  })

  test('a model without constants is refused', async () => {
    const receipt = await send(registrar.privateKey, 'register', [...values.slice(0, 4), 0n])
    expect(refusal(receipt)).toMatchObject({ status: 0, name: 'EmptyModel' })
  })

  test('registering again does nothing', async () => {
    await send(registrar.privateKey, 'register', values)
    const again = await send(registrar.privateKey, 'register', values)
    expect([again.status, again.logs.length, bytesToHex(again.returnValue)]).toEqual([1, 0, root])
    expect(await ask('byteLength', [root])).toBe(LENGTH)
  })

  test('the registrar hands over, once and for all', async () => {
    expect(refusal(await send(other.privateKey, 'setRegistrar', [other.address]))).toMatchObject({
      name: 'NotRegistrar',
    })
    expect(refusal(await send(registrar.privateKey, 'setRegistrar', [ZERO]))).toMatchObject({ name: 'ZeroRegistrar' })
    const [event] = events(await send(registrar.privateKey, 'setRegistrar', [other.address]))
    expect(event?.name).toBe('RegistrarChanged')
    expect(event?.args.toArray().map(BigInt)).toEqual([BigInt(registrar.address), BigInt(other.address)])
    expect(BigInt(await ask('registrar', []))).toBe(BigInt(other.address))
    expect((await send(registrar.privateKey, 'register', values)).status).toBe(0)
    expect((await send(other.privateKey, 'register', values)).status).toBe(1)
  })

  test('ether is refused', async () => {
    const { status } = await chain.sendTransaction({ to: chain.genesis.registry, value: 1n })
    expect(status).toBe(0)
  })
})

describe('a registry without one', () => {
  beforeEach(async () => {
    chain = await createChain({ genesis: defaultGenesis({ registrar: ZERO }) })
  })

  test('anyone registers, and no one can close it', async () => {
    expect((await send(other.privateKey, 'register', values)).status).toBe(1)
    expect(refusal(await send(other.privateKey, 'setRegistrar', [other.address]))).toMatchObject({
      name: 'NotRegistrar',
    })
    expect(BigInt(await ask('registrar', []))).toBe(0n)
  })
})

describe('registerModel', () => {
  test.each([
    ['a classifier', classifierModel()],
    ['constants of several chunks', constantsModel()],
  ])('%s: the root is the registry’s, and the store has the bytes', async (_name, program) => {
    chain = await createChain()
    const { tensorsRoot, programRoot, tensorCount, stepCount, byteLength } = registrationOf(program)
    const args = [tensorsRoot, programRoot, tensorCount, stepCount, byteLength]
    expect(bytesToHex(encodeRegistration(registrationOf(program)))).toBe(registry.encodeFunctionData('register', args))
    const receipt = await chain.registerModel(program)
    expect(bytesToHex(receipt.returnValue)).toBe(receipt.root)
    expect(await chain.store.get(receipt.root)).toBe(program)
    expect(await ask('byteLength', [receipt.root])).toBe(byteLength)
  })

  test('says why the registry refused', async () => {
    chain = await createChain()
    await expect(chain.registerModel(classifierModel(), { from: other.privateKey })).rejects.toThrow(
      new RegExp(
        '^model 0x[0-9a-f]{64} was not registered: ' +
          `only the registrar ${developmentAccounts[0]?.address} may register models, and ${other.address} sent the transaction$`,
      ),
    )
  })
})
