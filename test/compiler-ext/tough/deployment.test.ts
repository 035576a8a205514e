import { type Address, createAddressFromString } from '@ethereumjs/util'
import { getCreate2Address, Interface, keccak256 } from 'ethers'
import { beforeAll, describe, expect, it } from 'vitest'
import { type Bytecode, type ContractOutput, disassemble } from '../../../compiler-ext/index.ts'
import { openSolc } from '../../../compiler-ext/solc.ts'
import { contractOf, deploy } from '../setup.ts'
import { compileOnBothPaths } from '../yulPath.ts'
import {
  commitment,
  compileTough,
  int32s,
  int32Type,
  openWorld,
  twoOptimizers,
  type World,
  withoutMarkers,
} from './world.ts'

const FILE = 'Deployment.sol'

const codeOf = (contract: ContractOutput, kind: 'bytecode' | 'deployedBytecode') => contract.evm?.[kind] as Bytecode

/** Code with zeros in the places of immutables. */
function withoutImmutables(code: string, { immutableReferences = {} }: Bytecode): string {
  let blank = code
  for (const { start, length } of Object.values(immutableReferences).flat())
    blank = blank.slice(0, 2 * start) + '00'.repeat(length) + blank.slice(2 * (start + length))
  return blank
}

/** What stands in the places of each immutable, in the order of their declarations; each must be the same in all its places. */
function immutablesIn(code: string, { immutableReferences = {} }: Bytecode): bigint[] {
  const ids = Object.keys(immutableReferences).sort((a, b) => Number(a) - Number(b))
  return ids.map((id) => {
    const values = (immutableReferences[id] ?? []).map(({ start, length }) =>
      code.slice(2 * start, 2 * (start + length)),
    )
    expect(new Set(values).size).toBe(1)
    return BigInt(`0x${values[0]}`)
  })
}

/** Contract code as the chain has it, and as the compiler says that it is. */
async function deployedCode({ evm, output }: World, address: Address, name: string) {
  const code = Buffer.from(await evm.stateManager.getCode(address)).toString('hex')
  const expected = codeOf(contractOf(output, name, FILE), 'deployedBytecode')
  expect(withoutImmutables(code, expected), name).toBe(expected.object)
  return immutablesIn(code, expected)
}

const mnemonics = (code: string) => disassemble(code).flatMap(({ instruction }) => instruction?.mnemonic ?? [])

describe.each(twoOptimizers)('deployment: %o', (optimizer) => {
  let world: World
  beforeAll(async () => {
    world = await openWorld(FILE, { optimizer })
  }, 120_000)

  it('1: new X in a constructor with immutables: deployedBytecode is what the creation code deploys', async () => {
    const outer = await world.open('Outer', int32s(1, -2))
    const [first, second] = [String(await outer.value('first')), String(await outer.value('second'))]
    const digest = commitment(1, -2)
    expect(await deployedCode(world, outer.address, 'Outer')).toEqual([first, second, digest, 14].map(BigInt))
    expect(await deployedCode(world, createAddressFromString(first), 'Inner')).toEqual([
      7n,
      BigInt(digest),
      BigInt(outer.address.toString()),
    ])
    const sum = int32s(2 * 5 + 7, 2 * -6)
    expect(await outer.value('all', int32s(5, -6))).toEqual([sum, int32Type(2), digest, 14n])
  })

  it('1: new X in a constructor with immutables: its wrapper gives the runtime code of solc', () => {
    const text = withoutMarkers(FILE)
    const sources = {
      'Ops.sol': { content: withoutMarkers('Ops.sol') },
      [FILE]: { content: text.slice(0, text.indexOf('/// Without an instruction')) },
    }
    const paths = compileOnBothPaths(openSolc(), { language: 'Solidity', sources, settings: { optimizer } })
    const names = ['Inner', 'Outer', 'Simple']
    expect(paths.map(({ name }) => name)).toEqual(names)
    for (const { name, bySolc, throughYul } of paths)
      for (const kind of ['bytecode', 'deployedBytecode'] as const) {
        const [ours, theirs] = [codeOf(throughYul, kind), codeOf(bySolc, kind)]
        // A byte AE in data may read as an instruction.
        expect({ ...ours, opcodes: '' }, `${name} ${kind}`).toEqual({ ...theirs, opcodes: '' })
      }
    const outer = paths[names.indexOf('Outer')]?.throughYul as ContractOutput
    expect(Object.keys(codeOf(outer, 'deployedBytecode').immutableReferences ?? {})).toHaveLength(4)
  })

  it('2: marker-free factory of a marked child; create2 hash', async () => {
    const maker = await world.open('Maker')
    const inner = contractOf(world.output, 'Inner', FILE)
    const { object } = codeOf(inner, 'bytecode')
    expect(await maker.value('creationHash')).toBe(keccak256(`0x${object}`))
    const simple = codeOf(contractOf(world.output, 'Simple', FILE), 'deployedBytecode')
    expect(await maker.value('runtimeHash')).toBe(keccak256(`0x${simple.object}`))
    expect(codeOf(contractOf(world.output, 'Maker', FILE), 'deployedBytecode').object).toContain(object)

    const salt = `0x${'5a'.repeat(32)}`
    const values = [int32s(9, 8, 7), 200]
    const initCode = `0x${object}${new Interface(JSON.stringify(inner.abi)).encodeDeploy(values).slice(2)}`
    const address = getCreate2Address(maker.address.toString(), salt, keccak256(initCode))
    expect(await maker.value('make', salt, ...values)).toBe(address)
    expect(await deployedCode(world, createAddressFromString(address), 'Inner')).toEqual([
      200n,
      BigInt(commitment(9, 8, 7)),
      BigInt(maker.address.toString()),
    ])
  })

  it('3: constructor-only marker feeding an immutable', async () => {
    const contract = contractOf(world.output, 'Sealed', FILE)
    expect(mnemonics(codeOf(contract, 'deployedBytecode').object)).toEqual([])
    expect(mnemonics(codeOf(contract, 'bytecode').object).sort()).toEqual(['TADD', 'TMLOAD', 'TROOT', 'TTYPE'])
    const deployed = await world.open('Sealed', int32s(3, -4, 5))
    expect(await deployed.value('digest')).toBe(commitment(6, -8, 10))
    expect(await deployed.value('scaled', 10)).toBe(10n * int32Type(3))
    expect(await deployedCode(world, deployed.address, 'Sealed')).toEqual([BigInt(commitment(6, -8, 10)), int32Type(3)])
  })

  it('4: external library with markers, linked early and late', async () => {
    const { evm, output } = world
    const library = await deploy(evm, contractOf(output, 'Vectors', FILE))
    const address = library.address.toString()
    // Metadata holds the addresses of libraries, so code with its hash would differ.
    const settings = {
      optimizer,
      metadata: { bytecodeHash: 'none' as const },
      outputSelection: { [FILE]: { Linked: ['abi', 'evm.bytecode'] } },
    }
    const unlinked = contractOf(compileTough(FILE, settings), 'Linked', FILE)
    const early = contractOf(
      compileTough(FILE, { ...settings, libraries: { [FILE]: { Vectors: address } } }),
      'Linked',
      FILE,
    )
    expect(codeOf(early, 'bytecode').linkReferences).toEqual({})
    const { object, linkReferences } = codeOf(unlinked, 'bytecode')
    const placeholder = `__$${keccak256(Buffer.from(`${FILE}:Vectors`)).slice(2, 36)}$__`
    const places = Object.values(linkReferences?.[FILE] ?? {}).flat()
    expect(places.length).toBeGreaterThan(0)
    let linkedObject = object
    for (const { start } of places) {
      expect(object.slice(2 * start, 2 * start + 40)).toBe(placeholder)
      linkedObject = linkedObject.slice(0, 2 * start) + address.slice(2) + object.slice(2 * start + 40)
    }
    expect(linkedObject).toBe(codeOf(early, 'bytecode').object)

    const linked = await deploy(evm, early)
    // The larger of a - b and a.
    expect(await linked.value('difference', int32s(5, -7), int32s(9, -9))).toBe(int32s(5, 2))
    expect(await linked.value('count', int32s(1, 2, 3))).toBe(int32Type(3))
  })
})
