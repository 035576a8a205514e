import type { MerkleStateManager } from '@ethereumjs/statemanager'
import { hexToBytes } from '@ethereumjs/util'
import { beforeAll, describe, expect, test } from 'vitest'
import {
  type FrameGas,
  type GasReport,
  instructionsOf,
  PROVING_STEP,
  reportGas,
} from '../../../evm-ext/report/index.ts'
import type { TensorEVM } from '../../../evm-ext/tensorEVM.ts'
import { allocationGas, schedule, workGas } from '../../../gas-model/index.ts'
import {
  type AnyTypedOperands,
  encodeType,
  instructionByMnemonic,
  type TensorType,
  type Work,
} from '../../../isa/index.ts'
import { createMemoryStore } from '../../../model/store.ts'
import { code, op, type Piece } from '../../bytecode.ts'
import { classifierModel, constantsModel } from '../models.ts'
import { address, call, putCode, register, setUp } from '../setup.ts'

const ARENA_BYTES = 2 ** 20
const CONTRACT = 0xc0
const CODE_ACCOUNT = 0xc1
const PRECOMPILE = 0xae00
const typeOf = (dtype: TensorType['dtype'], ...shape: readonly number[]): TensorType => ({ dtype, shape })
const ROW = typeOf('int8', 1, 20)
const WEIGHTS = typeOf('int8', 3, 20)

let evm: TensorEVM
let state: MerkleStateManager
let root: `0x${string}`
let classifier: `0x${string}`

beforeAll(async () => {
  const store = createMemoryStore()
  const set = await setUp({ store, genesis: { parameters: { tensorArenaBytes: ARENA_BYTES } } })
  evm = set.evm
  state = set.state
  root = await store.put(constantsModel())
  classifier = await store.put(classifierModel())
  await register(set.common, state, root, 70016)
  await register(set.common, state, classifier, 60)
  await putCode(state, CODE_ACCOUNT, new Uint8Array(100).fill(1))
})

async function reportOf(to: number, data = new Uint8Array(0), gasLimit = 5_000_000n): Promise<GasReport> {
  const { reports } = await reportGas(evm, () => call(evm, to, { data, gasLimit }))
  expect(reports.length).toBe(1)
  return reports[0] as GasReport
}

/** The report of a call of a contract of these pieces. */
async function run(...pieces: readonly Piece[]): Promise<GasReport> {
  await putCode(state, CONTRACT, code(...pieces))
  return reportOf(CONTRACT)
}

function workOf(mnemonic: string, operands: Readonly<Record<string, unknown>>, output: TensorType): Work {
  return instructionByMnemonic.get(mnemonic)?.work(operands as AnyTypedOperands, output) ?? {}
}

const noMemory = { zeroing: 0, pages: 0, growth: 0 }
const noAccess = { account: 0, registry: 0, coldChunks: 0, warmChunks: 0 }

test('a contraction says its parts, its sizes and its tax on padding', async () => {
  const report = await run(
    op('TCALLDATALOAD', encodeType(ROW), 0),
    op('TCALLDATALOAD', encodeType(WEIGHTS), 0),
    op('MATMUL', 0, 1, 2, 0),
  )
  const product = instructionsOf(report.frame)[2]
  const output = typeOf('int32', 1, 3)
  const operands = { attributes: { zeroPointA: 0, zeroPointB: 0 }, a: ROW, b: WEIGHTS, bias: undefined }
  const work = workOf('MATMUL', operands, output)
  const compute = workGas(work, schedule) - schedule.tensorBaseGas
  // A product with fewer rows than are worth packing weights for.
  const tileMacs = work.vectorMacs as number
  expect(tileMacs).toBeGreaterThan(60)
  const zeroing = allocationGas(12, 0, Number.POSITIVE_INFINITY, schedule)
  expect(product).toMatchObject({
    ...{ sequence: 2, depth: 0, codeAddress: address(CONTRACT).toString(), mnemonic: 'MATMUL' },
    ...{ operands: ['int8[1,20]', 'int8[3,20]'], result: 'int32[1,3]' },
    ...{ gas: schedule.tensorBaseGas + compute + zeroing, base: schedule.tensorBaseGas, compute },
    ...{ memory: { ...noMemory, zeroing }, access: noAccess, temperature: {} },
    // 1 x 3 x 20.
    ...{ macs: 60, tileMacs, utilisation: 60 / tileMacs },
    ...{ outputBytes: 12, liveBytes: 192, peakBytes: 192, provingSteps: 1, isHalted: false },
  })
  expect(product?.nanoseconds).toBeGreaterThan(0)
  expect(report.tensors).toMatchObject({ count: 3, macs: 60, tileMacs, peakBytes: 192, outputBytes: 20 + 60 + 12 })
})

test('pages are paid once, and what is freed no longer lives', async () => {
  const page = encodeType(typeOf('int8', 4096))
  const load = code(op('TCALLDATALOAD', page, 0))
  const { frame } = await run(load, load, op('TFREE', 1, 2), load)
  const pages = instructionsOf(frame).map(({ memory, liveBytes, peakBytes }) => [memory.pages, liveBytes, peakBytes])
  expect(pages).toEqual([
    [schedule.tensorPageGas, 4096, 4096],
    [schedule.tensorPageGas, 8192, 8192],
    [0, 0, 8192],
    [0, 4096, 8192],
  ])
})

test('growth of EVM memory is told apart from the arena', async () => {
  const { frame } = await run(op('TCALLDATALOAD', encodeType(ROW), 0), op('TMSTORE', 1, 300), op('TMSTORE', 1, 0))
  const growths = instructionsOf(frame).map(({ memory }) => memory.growth)
  // 320 bytes are 10 words at 3 gas.
  expect(growths).toEqual([0, 30, 0])
})

test('accounts, slots and chunks are cold, then warm', async () => {
  const codeLoad = op('TCODELOAD', encodeType(ROW), CODE_ACCOUNT, 0)
  // Rows of 1000 bytes: 40 rows touch two chunks of 32 KiB, all 70 touch three.
  const modelLoad = (rows: number) => op('TMODELLOAD', BigInt(root), 0, 0, rows)
  const { frame } = await run(codeLoad, codeLoad, modelLoad(40), modelLoad(70))
  const { tensorColdChunkGas: cold, tensorWarmChunkGas: warm } = schedule
  expect(instructionsOf(frame).map(({ access, temperature }) => [access, temperature])).toEqual([
    [{ ...noAccess, account: 2600 }, { account: 'cold' }],
    [{ ...noAccess, account: 100 }, { account: 'warm' }],
    [
      { ...noAccess, registry: 2100, coldChunks: 2 * cold },
      { registry: 'cold', coldChunks: 2, warmChunks: 0 },
    ],
    [
      { ...noAccess, registry: 100, coldChunks: cold, warmChunks: 2 * warm },
      { registry: 'warm', coldChunks: 1, warmChunks: 2 },
    ],
  ])
})

test('proving steps count all work, and one where there is none', async () => {
  const large = typeOf('int8', 100_000)
  const { frame, tensors } = await run(op('TCALLDATALOAD', encodeType(large), 0), op('TSPACE'))
  const units = Object.values(workOf('TCALLDATALOAD', { type: large, offset: 0n }, large))
  const steps = Math.ceil(units.reduce((sum, count) => sum + count, 0) / PROVING_STEP)
  expect(steps).toBeGreaterThanOrEqual(Math.ceil(100_000 / PROVING_STEP))
  expect(instructionsOf(frame).map(({ provingSteps }) => provingSteps)).toEqual([steps, 1])
  expect(tensors.provingSteps).toBe(steps + 1)
})

describe('an instruction that halts', () => {
  const load = (bytes: number) => op('TCALLDATALOAD', encodeType(typeOf('int8', bytes)), 0)

  test('for want of arena was paid for, and what was left is burnt', async () => {
    const { frame, summary } = await run(load(ARENA_BYTES - 64), load(128))
    const [, halted] = instructionsOf(frame)
    expect(halted).toMatchObject({ isHalted: true, nanoseconds: 0, liveBytes: ARENA_BYTES - 64 })
    expect(halted?.gas).toBeGreaterThan(schedule.tensorBaseGas)
    expect(frame).toMatchObject({ error: 'tensor halt: ArenaFull', burnt: { mnemonic: 'TCALLDATALOAD' } })
    expect(frame.burnt?.gas).toBe(summary.burnt)
    expect(frame.gasUsed).toBe(frame.gasLimit)
  })

  test('with a bad operand was not', async () => {
    const { frame } = await run(op('TTYPE', 1))
    expect(frame).toMatchObject({ instructions: [], burnt: { error: 'tensor halt: BadHandle', mnemonic: 'TTYPE' } })
    // A push was all that was paid.
    expect(frame.burnt?.gas).toBe(frame.gasLimit - 3)
  })

  test('for want of gas was not', async () => {
    await putCode(state, CONTRACT, load(1000))
    const { frame } = await reportOf(CONTRACT, undefined, 50n)
    expect(frame).toMatchObject({ instructions: [], gasUsed: 50, burnt: { error: 'out of gas' } })
  })
})

describe('the inference precompile', () => {
  const input = () => Buffer.concat([hexToBytes(classifier), new Uint8Array(16).fill(2)])

  test('is a frame with the instructions inside', async () => {
    const report = await reportOf(PRECOMPILE, input())
    const { frame } = report
    expect(frame).toMatchObject({ code: 'inference', name: 'inference precompile', lookup: 2100, opcodes: [] })
    const mnemonics = instructionsOf(frame).map(({ mnemonic }) => mnemonic)
    expect(mnemonics).toEqual([
      ...['TCALLDATALOAD', 'TMODELLOAD', 'TMODELLOAD', 'MATMUL', 'RESCALE', 'ARGMAX', 'TMSTORE', 'TMSTORE'],
    ])
    expect(instructionsOf(frame).map(({ pc }) => pc)).toEqual([...mnemonics.keys()])
    expect(instructionsOf(frame)[1]?.temperature).toEqual({ registry: 'warm', coldChunks: 1, warmChunks: 0 })
  })

  test('within a contract it is a call of its own depth', async () => {
    await putCode(
      state,
      CONTRACT,
      code(op('CALLDATACOPY', 0, 0, 48), op('STATICCALL', 1_000_000, PRECOMPILE, 0, 48, 0, 0)),
    )
    const { frame } = await reportOf(CONTRACT, input())
    const [inner] = frame.calls as [FrameGas]
    expect(inner).toMatchObject({ code: 'inference', kind: 'STATICCALL', depth: 1 })
    expect(inner.instructions.every(({ depth }) => depth === 1)).toBe(true)
    expect(frame.gasUsed).toBe(frame.opcodes.reduce((sum, { gas }) => sum + gas, inner.gasUsed))
  })

  test('burns what it is given when it fails', async () => {
    const { frame } = await reportOf(PRECOMPILE, input().subarray(0, 40), 10_000n)
    expect(frame).toMatchObject({ lookup: 2100, gasUsed: 10_000, burnt: { gas: 7900 } })
  })
})
