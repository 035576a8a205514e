import { readFileSync } from 'node:fs'
import { getCreate2Address, Interface, keccak256 } from 'ethers'
import { beforeAll, describe, expect, it } from 'vitest'
import { type CompiledContract, compileSources } from '../../compiler-ext/index.ts'
import { tensorCommitment } from '../../isa/commitment.ts'
import { tensorBytes, tensorOf } from '../../isa/index.ts'
import { setUp } from '../evm-ext/setup.ts'
import { deploy } from './setup.ts'

const source = readFileSync(new URL('Constructs.sol', import.meta.url), 'utf8')

const int32s = (...values: number[]) => `0x${Buffer.from(Int32Array.from(values).buffer).toString('hex')}`

/** Puts an address in the places that a library's has in code that was not linked. */
function link(contract: CompiledContract, address: string): CompiledContract {
  const { bytecode } = contract.evm
  let { object } = bytecode
  for (const places of Object.values(bytecode.linkReferences ?? {}))
    for (const { start, length } of Object.values(places).flat())
      object = object.slice(0, 2 * start) + address.slice(2) + object.slice(2 * (start + length))
  return { ...contract, evm: { ...contract.evm, bytecode: { ...bytecode, object } } }
}

async function open(optimizer: { enabled: boolean; runs?: number }) {
  const contracts = compileSources({ 'A.sol': source }, { optimizer })['A.sol'] ?? {}
  const { evm } = await setUp()
  const library = await deploy(evm, contracts.External as CompiledContract)
  const bottom = link(contracts.Bottom as CompiledContract, library.address.toString())
  return { evm, contract: await deploy(evm, bottom), contracts }
}

const commitment = (...values: number[]) => {
  const tensor = tensorOf('int32', [values.length], values)
  return `0x${Buffer.from(tensorCommitment(tensor, tensorBytes(tensor))).toString('hex')}`
}

const a = int32s(1, -2, 2147483647, 40)
const b = int32s(5, 7, 1, -100)

describe.each([
  { enabled: false },
  { enabled: true, runs: 1 },
  { enabled: true, runs: 200 },
  { enabled: true, runs: 100000 },
])('lowered code computes what its source says: %o', (optimizer) => {
  let world: Awaited<ReturnType<typeof open>>
  beforeAll(async () => {
    world = await open(optimizer)
  }, 120_000)
  const value = (name: string, ...args: readonly unknown[]) => world.contract.value(name, ...args)

  it('in a diamond of overrides below a modifier', async () => {
    // Bottom calls Right, that Left, that Base: the maximum of a + b and b, minus a.
    expect(await value('diamond', a, b)).toEqual([int32s(5, 9, -2147483646, -100), 0n])
    expect(await value('used')).toBe(5n * 64n)
  })

  it('in operators of a value type', async () => {
    expect(await value('operators', a, b)).toBe(int32s(9, 16, -2147483645, -240))
  })

  it('through function pointers, in memory and in storage', async () => {
    expect(await value('pointers', a, b, 0)).toBe(int32s(-4, -9, 2147483646, 140))
    expect(await value('pointers', a, b, 1)).toBe(int32s(5, 7, 2147483647, 40))
    expect(await value('pointers', a, b, 2)).toBe(int32s(1, -2, 1, -100))
  })

  it('between writes to memory and reads of it', async () => {
    const words = [`0x0200000003000000${'0'.repeat(48)}`, `0x02000000${'0'.repeat(56)}`]
    expect(await value('order')).toEqual(words)
  })

  it('around a call that halts', async () => {
    expect(await value('caught', a)).toEqual([a, 0n])
  })

  it('in a loop that frees what it no longer needs', async () => {
    expect(await value('loop', int32s(1, 2, 3, -4), 9)).toBe(int32s(10, 20, 30, -40))
  })

  it('among more variables than the stack can reach', async () => {
    const values = Array.from({ length: 24 }, (_, i) => i + 1)
    expect(await value('wide', a, values)).toEqual([53988n, 3n])
  })

  it('beside strings that look like Yul', async () => {
    const text = '} /* é " // @ast-id 1 \n object "x" {'
    expect(await value('text')).toEqual([(4n << 16n) | 0x103n, text])
  })

  it('in an external library', async () => {
    expect(await value('linked', b)).toBe(int32s(10, 14, 2, -200))
  })

  it('in a constructor only, whose result is immutable', async () => {
    const { contracts, evm } = world
    expect(await value('childRoot')).toBe(commitment(1, 2, 3, 4))
    const direct = await deploy(evm, contracts.Root as CompiledContract, b)
    expect(await direct.value('root')).toBe(commitment(5, 7, 1, -100))
  })

  it('in contracts that others embed and create', async () => {
    const { contract, contracts } = world
    const root = contracts.Root as CompiledContract
    expect(await value('childCode')).toBe(keccak256(`0x${root.evm.bytecode.object}`))
    const salt = `0x${'07'.repeat(32)}`
    const initCode = `0x${root.evm.bytecode.object}${new Interface(JSON.stringify(root.abi)).encodeDeploy([b]).slice(2)}`
    expect(await value('spawn', salt, b)).toBe(
      getCreate2Address(contract.address.toString(), salt, keccak256(initCode)),
    )
  })
})
