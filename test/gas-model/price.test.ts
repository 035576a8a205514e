import { describe, expect, test } from 'vitest'
import { createChain, defaultGenesis, type InstructionTrace, type TensorEVM } from '../../evm-ext/index.ts'
import {
  allocationBytes,
  evmPrices,
  instructionGas,
  PAGE_BYTES,
  type PricedOperands,
  parameterMeanings,
  parameterNames,
  schedule,
  type TensorParameters,
} from '../../gas-model/index.ts'
import { byteLength, encodeType, instructionByMnemonic, type TensorType } from '../../isa/index.ts'
import { code, op } from '../bytecode.ts'
import { creating } from '../evm-ext/creation.ts'

const int8 = (...shape: number[]): TensorType => ({ dtype: 'int8', shape })
const parameters = schedule
const products = { attributes: { zeroPointA: 0, zeroPointB: 0 }, a: int8(3, 17), b: int8(5, 17) }

describe('the price of an instruction', () => {
  test('is split by what it pays for, and the parts add up', () => {
    const price = instructionGas('MATMUL', products, { parameters })
    const { tensorVectorMacsQ16: macs, tensorTileOutputsQ16: outputs } = parameters
    const { tensorWidenedElementsQ16: widened, tensorProductStepsQ16: steps } = parameters
    // Three vectors by a matrix as it lies: columns 5 padded to 4, depth 17 to 8, sums count twice; a and b are widened,
    // and each vector and the matrix is begun.
    const work = 3 * 8 * 24 * macs + 2 * 3 * 8 * outputs + (3 * 17 + 5 * 17) * widened + (3 + 1) * steps
    expect(price).toEqual({
      base: parameters.tensorBaseGas,
      compute: Math.ceil(work / 65536),
      // int32 [3,5] in whole granules.
      zeroing: Math.ceil((64 * parameters.tensorZeroedBytesQ16) / 65536),
      pages: parameters.tensorPageGas,
      ...{ memoryGrowth: 0, account: 0, registry: 0, coldChunks: 0, warmChunks: 0 },
      total: price.base + price.compute + price.zeroing + price.pages,
    })
  })

  test('depends on what the transaction did before', () => {
    const pages = (liveBytes: number, peakPages?: number) =>
      instructionGas('MATMUL', products, {
        ...{ parameters, liveBytes },
        ...(peakPages !== undefined && { peakPages }),
      }).pages / parameters.tensorPageGas
    expect([pages(0), pages(0, 1), pages(PAGE_BYTES - 64), pages(PAGE_BYTES), pages(PAGE_BYTES, 2)]).toEqual([
      ...[1, 0, 0, 1, 0],
    ])
    const load = { type: int8(33), offset: 31n }
    const growth = (memoryWords: number) => instructionGas('TMLOAD', load, { parameters, memoryWords }).memoryGrowth
    expect([growth(0), growth(1), growth(2), growth(9)]).toEqual([6, 3, 0, 0])
    const fromCode = { type: int8(9), account: 5n, offset: 0n }
    const account = (isAccountWarm: boolean) =>
      instructionGas('TCODELOAD', fromCode, { parameters, isAccountWarm }).account
    expect([account(false), account(true)]).toEqual([evmPrices.coldAccountGas, evmPrices.warmAccessGas])
    const model = { root: 1n, types: [int8(100), int8(3, 32768)] }
    // Rows 0 and 1 lie from byte 100 to 65636: in chunks 0, 1 and 2.
    const rows = { model, index: 1n, firstRow: 0n, rowCount: 2n }
    expect(instructionGas('TMODELLOAD', rows, { parameters, isChunkWarm: (chunk) => chunk === 1 })).toMatchObject({
      registry: evmPrices.coldSlotGas,
      coldChunks: 2 * parameters.tensorColdChunkGas,
      warmChunks: parameters.tensorWarmChunkGas,
    })
  })

  test('above 2^53-1 is Infinity, and one that can just be counted is not', () => {
    const priced = (tensorBaseGas: number) =>
      instructionGas('TSPACE', {}, { parameters: { ...parameters, tensorBaseGas } }).total
    expect(priced(Number.MAX_SAFE_INTEGER)).toBe(Number.MAX_SAFE_INTEGER)
    const one = { count: 1n, handle: 1n }
    const free = { ...parameters, tensorBaseGas: Number.MAX_SAFE_INTEGER, tensorHandlesQ16: 1 }
    expect(instructionGas('TFREE', one, { parameters: free }).total).toBe(Infinity)
    expect(instructionGas('TMSTORE', { tensor: int8(1), offset: 2n ** 256n - 1n }, { parameters }).total).toBe(Infinity)
  })

  test('halts as the instruction does, and names what a caller forgot', () => {
    expect(() => instructionGas('MATMUL', { ...products, b: int8(5, 18) }, { parameters })).toThrow('ShapeMismatch')
    expect(() => instructionGas('MATMULL', products, { parameters })).toThrow('MATMULL is no tensor instruction')
    const { attributes, a } = products
    expect(() => instructionGas('MATMUL', { attributes, a }, { parameters })).toThrow('operands.b: MATMUL needs it')
  })

  test('parameters have a meaning in words each', () => {
    expect(Object.keys(parameterMeanings)).toEqual(parameterNames)
    const meanings = Object.values(parameterMeanings).map(({ meaning }) => meaning)
    expect(new Set(meanings).size).toBe(meanings.length)
  })
})

describe('a repricing fork in the middle of a chain', () => {
  const changed: TensorParameters = {
    ...schedule,
    tensorBaseGas: 11,
    tensorTileMacsQ16: 65536,
    tensorZeroedBytesQ16: 65536 * 2,
    tensorPageGas: 7000,
    tensorRescaledElementsQ16: 65536 * 3,
  }
  const attributes = instructionByMnemonic.get('RESCALE')?.attributes?.encode({ dtype: 1, high: 127 }) as bigint
  // Twice the same code: what the client has learnt of a place must not outlive its prices.
  const layer = (first: number) => [
    op('TCALLDATALOAD', encodeType(int8(40, 100)), 0),
    op('MATMUL', 0, first, first, 0),
    op('RESCALE', attributes, first + 1, 2 ** 30, 0),
  ]
  const program = creating(code(...layer(1), ...layer(4), op('STOP')))

  /** Prices of the instructions of a transaction by the chain, and by these parameters. */
  async function prices(chain: Awaited<ReturnType<typeof createChain>>, to: string, at: TensorParameters) {
    const evm = chain.vm.evm as TensorEVM
    const [charged, computed]: [number[], number[]] = [[], []]
    let peakPages = 0
    let transaction = 0
    evm.onInstruction = ({ instruction, typed, type, gas }: InstructionTrace) => {
      const liveBytes = evm.arena.liveBytes - allocationBytes(byteLength(type as TensorType))
      const context = { parameters: at, liveBytes, peakPages }
      charged.push(Number(gas))
      computed.push(instructionGas(instruction.mnemonic, typed as PricedOperands, context).total)
      peakPages = evm.arena.peakPages
    }
    try {
      const { status, gasUsed } = await chain.sendTransaction({ to, gasLimit: 2_000_000n })
      expect(status).toBe(1)
      transaction = Number(gasUsed)
    } finally {
      evm.onInstruction = undefined
    }
    expect(charged).toHaveLength(6)
    expect(charged).toEqual(computed)
    return { charged, transaction }
  }

  test.each([
    ['by time', 'time'],
    ['by block number', 'block'],
  ] as const)('%s: takes effect at its block exactly', async (_, unit) => {
    const forks = [{ name: 'repriced', [unit]: unit === 'time' ? 2000 : 4, parameters: changed }]
    const chain = await createChain({
      genesis: defaultGenesis({ ...(unit === 'time' ? { tensorTime: 0 } : { tensorBlock: 0 }), forks }),
    })
    // The deployment is block 1.
    const { contractAddress: to } = await chain.deploy(program)
    const blocks: Awaited<ReturnType<typeof prices>>[] = []
    for (const [timestamp, at] of [
      [1998, schedule],
      [1999, schedule],
      [2000, changed],
      [2001, changed],
    ] as const) {
      if (unit === 'time') chain.setNextBlockTimestamp(timestamp)
      blocks.push(await prices(chain, to, at))
    }
    const sum = (index: number) => blocks[index]?.charged.reduce((left, right) => left + right, 0) as number
    const others = blocks.map(({ transaction }, index) => transaction - sum(index))
    expect(new Set(others).size).toBe(1)
    expect(sum(0)).toBe(sum(1))
    expect(sum(2)).toBe(sum(3))
    expect(sum(2)).toBeGreaterThan(2 * sum(1))
  })
})
