import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { chainPricesFile, priceField } from '../../compiler-ext/gasPrices.ts'
import { type CompiledContract, compileSources } from '../../compiler-ext/index.ts'
import { createChain, defaultGenesis } from '../../evm-ext/index.ts'
import { evmPrices, parameterNames, schedule } from '../../gas-model/index.ts'
import { type Library, openLibrary } from './librarySetup.ts'
import { PREAMBLE } from './setup.ts'

let library: Library
beforeAll(async () => {
  library = await openLibrary('Gas.sol', 'Gas')
}, 120_000)

describe('TensorGas', () => {
  it('has the schedule as default prices', async () => {
    const expected = [...parameterNames.map((name) => schedule[name]), ...Object.values(evmPrices)]
    expect(([...((await library.value('defaults')) as bigint[])] as bigint[]).map(Number)).toEqual(expected)
    expect(priceField('tensorTileMacsQ16')).toBe('tileMacsQ16')
  })

  it('says beforehand what instructions will cost', async () => {
    for (const inner of [1, 100, 1000]) {
      const charged: bigint[] = []
      library.evm.onInstruction = ({ instruction, gas }) => {
        if (/^(MATMUL|RESCALE|TFREE|TSPACE)$/.test(instruction.mnemonic)) charged.push(gas)
      }
      try {
        const expected = [...((await library.value('layer', inner)) as bigint[])]
        // The first TSPACE asks for the state.
        expect(charged.slice(1)).toEqual(expected)
      } finally {
        library.evm.onInstruction = undefined
      }
    }
  })

  it('gives one price to whatever no gas pays for', async () => {
    expect(await library.value('unpayable')).toEqual([2n ** 128n - 1n, 2n ** 128n - 1n])
  })
})

describe("a library of a chain's prices", () => {
  const changed = { ...schedule, tensorBaseGas: 7, tensorPageGas: 9 }
  const source = chainPricesFile(5, [
    { name: 'tensor', start: { time: 0 }, parameters: schedule, evm: evmPrices },
    { name: 'cheaper', start: { time: 2000 }, parameters: changed, evm: evmPrices },
  ])
  const user = `${PREAMBLE}import {ChainPrices} from "./ChainPrices.sol";
import {TensorGasState} from "tensor-evm/compiler-ext/contracts/TensorGasPrices.sol";
contract User {
  fallback(bytes calldata) external returns (bytes memory) {
    TensorGasState memory state;
    return abi.encode(ChainPrices.current().tspace(), ChainPrices.cheaperPrices().pageGas, state.peakPages);
  }
}`

  it('gives those of the block under way', async () => {
    const contracts = compileSources({ 'ChainPrices.sol': source, 'User.sol': user })
    const compiled = contracts['User.sol']?.User as CompiledContract
    const chain = await createChain({ genesis: defaultGenesis() })
    const { contractAddress: to } = await chain.deploy(`0x${compiled.evm.bytecode.object}`)
    for (const [timestamp, base] of [
      [1999, schedule.tensorBaseGas],
      [2000, 7],
    ] as const) {
      chain.setNextBlockTimestamp(timestamp)
      const { returnValue } = await chain.sendTransaction({ to, gasLimit: 1_000_000n })
      const words = Buffer.from(returnValue)
        .toString('hex')
        .match(/.{64}/g)
        ?.map((word) => Number(`0x${word}`))
      expect(words).toEqual([base, 9, 0])
    }
  })
})

describe('the page on gas', () => {
  it('has a contract that compiles', () => {
    const page = readFileSync(new URL('../../docs/gas.md', import.meta.url), 'utf8')
    const block = /^```solidity\n([\s\S]*?)^```$/m.exec(page)?.[1] as string
    expect(Object.keys(compileSources({ 'Budget.sol': block })['Budget.sol'] ?? {})).toEqual(['Budget'])
  })
})
