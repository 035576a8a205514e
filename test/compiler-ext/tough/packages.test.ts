import { existsSync, readFileSync } from 'node:fs'
import { createAddressFromString } from '@ethereumjs/util'
import { beforeAll, describe, expect, it } from 'vitest'
import { compile, type StandardJsonOutput } from '../../../compiler-ext/index.ts'
import { setUp } from '../../evm-ext/setup.ts'
import { contractOf, type Deployed, deploy, errorsOf } from '../setup.ts'
import { int32s, int32Type, readSource } from './world.ts'

const FILE = 'Packages.sol'
const folder = new URL('../../corpus/node_modules/', import.meta.url)
const isInstalled = existsSync(new URL('@openzeppelin/contracts/package.json', folder))
if (!isInstalled) console.log('15 is skipped: it takes the packages of test/corpus (npm ci --prefix test/corpus)')

/** Most that an instruction may add to a contract in place of an ordinary one: it keeps solc from moving variables to memory. */
const MOST_GROWTH = 0.05

const contracts = ['Council', 'Scorer', 'ProxyMaker', 'MarkedProxy', 'Token']

/** Compiles the contracts, with these texts of Ops.sol and Packages.sol. */
function compilePackages(ops: string): StandardJsonOutput {
  const outputs = ['abi', 'evm.bytecode', 'evm.deployedBytecode']
  return compile(
    {
      language: 'Solidity',
      sources: { 'Ops.sol': { content: ops }, [FILE]: { content: readSource(FILE) } },
      settings: {
        viaIR: true,
        optimizer: { enabled: true },
        metadata: { appendCBOR: false },
        outputSelection: { [FILE]: Object.fromEntries(contracts.map((name) => [name, outputs])) },
      },
    },
    { readImport: (name) => ({ contents: readFileSync(new URL(name, folder), 'utf8') }) },
  )
}

/** Ops.sol with an ordinary instruction in place of each tensor instruction, whose result depends on all operands. */
function ordinaryOps(): string {
  return readSource('Ops.sol').replaceAll(
    /^\/\/\/ @custom:evm-opcode.*\n(function \w+\((.*?)\).*) \{.*\}$/gm,
    (_, head: string, parameters: string) => {
      const operands = parameters.split(', ').flatMap((text) => text.split(' ')[1] ?? [])
      const sum = operands.reduce((all, operand) => `add(${all}, ${operand})`, '1')
      const result = /returns \(\w+ (\w+)\)/.exec(head)?.[1]
      const body = result === undefined ? `mstore(${sum}, 1)` : `${result} := keccak256(${sum}, 32)`
      return `${head} { assembly ("memory-safe") { ${body} } }`
    },
  )
}

describe.skipIf(!isInstalled)('15: OZ Governor, TransparentProxy, solady next to an op', () => {
  let output: StandardJsonOutput
  let evm: Awaited<ReturnType<typeof setUp>>['evm']
  beforeAll(async () => {
    output = compilePackages(readSource('Ops.sol'))
    expect(errorsOf(output)).toEqual([])
    evm = (await setUp()).evm
  }, 300_000)
  const open = (name: string, ...values: readonly unknown[]): Promise<Deployed> =>
    deploy(evm, contractOf(output, name, FILE), ...values)

  it('have code of bounded size', () => {
    const plain = compilePackages(ordinaryOps())
    expect(errorsOf(plain)).toEqual([])
    for (const name of contracts) {
      const [marked, other] = [output, plain].map(
        (of) => (contractOf(of, name, FILE).evm?.bytecode?.object ?? '').length / 2,
      ) as [number, number]
      const growth = marked / other - 1
      expect(growth, `${name}: ${other} to ${marked} bytes`).toBeLessThan(MOST_GROWTH)
    }
  })

  it('Governor: votes as it should', async () => {
    const council = await open('Council', '0x'.padEnd(42, '1'))
    expect(await council.value('name')).toBe('Council')
    expect(await council.value('votingPeriod')).toBe(50n)
    const before = await council.call('castVoteWithReasonAndParams', 7, 1, 'why', '0x')
    expect(before.error).toBeDefined()
    const { data } = await council.call('castVoteWithReasonAndParams', 7, 1, 'why', int32s(1))
    // The vector is one, so the vote comes to the proposal, which there is none of.
    expect(council.abi.parseError(data)?.name).toBe('GovernorNonexistentProposal')
  })

  it('TransparentProxy: runs instructions of the code behind it', async () => {
    const scorer = await open('Scorer')
    const maker = await open('ProxyMaker')
    const first = scorer.abi.encodeFunctionData('score', [int32s(1), int32s(2)])
    const values = [scorer.address.toString(), maker.address.toString(), first]
    const address = String(await maker.value('make', ...values))
    const marked = await open('MarkedProxy', ...values)
    for (const to of [address, marked.address.toString()]) {
      const data = scorer.abi.encodeFunctionData('score', [int32s(4, 5), int32s(-6, 7)])
      const { execResult } = await evm.runCall({
        to: createAddressFromString(to),
        data: Buffer.from(data.slice(2), 'hex'),
        gasLimit: 1_000_000n,
      })
      await evm.journal.cleanup()
      const result = `0x${Buffer.from(execResult.returnValue).toString('hex')}`
      expect(scorer.abi.decodeFunctionResult('score', result)[0]).toBe(int32s(-2, 12))
    }
    // Each proxy has a storage of its own.
    expect(await scorer.value('used')).toBe(0n)
  })

  it('solady: shares memory with instructions', async () => {
    const token = await open('Token')
    const x = int32s(3, 3, 3, 3, 3, 3, 3, -9)
    const double = int32s(6, 6, 6, 6, 6, 6, 6, -18)
    const larger = int32s(6, 6, 6, 6, 6, 6, 6, -9)
    const values = [5, 3, 9, 3, 1].map(BigInt)
    expect(await token.value('mixed', values, x)).toEqual([[1n, 3n, 5n, 9n], larger, `${int32Type(8)}${x}`, double])
    const to = '0x'.padEnd(42, '2')
    await token.value('mint', to, int32s(1, 2, 3))
    expect(await token.value('balanceOf', to)).toBe(int32Type(3))
  })
})
