import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { tensorParameters } from '../../../evm-ext/parameters.ts'
import { PAGE_BYTES, type TensorParameters } from '../../../gas-model/index.ts'
import { encodeType } from '../../../isa/index.ts'
import { code, op, type Piece } from '../../bytecode.ts'
import { wordOf } from '../creation.ts'
import { call, putCode } from '../setup.ts'
import { ALL_GAS, bytesType, endless, GAS, make, POP } from './programs.ts'
import { createWorld, traced, type World } from './world.ts'

const CAP = 2 ** 20
const CALLEE_GAS = 500_000
const CALLEE = 0xca11ee
const RECURSIVE = 0xca11ef
const MODEL_INPUT_BYTES = 4
const SUB = Uint8Array.of(0x03)

let world: World
let parameters: TensorParameters
let peakPages = 0
/** A new address for each caller: what it creates must not be there yet. */
let nextCaller = 0xca110000
beforeAll(async () => {
  world = await createWorld({ tensorArenaBytes: CAP })
  parameters = tensorParameters(world.common)
})
beforeEach(() => {
  peakPages = 0
})

const kinds = ['CALL', 'CALLCODE', 'DELEGATECALL', 'STATICCALL', 'CREATE', 'precompile'] as const
type Kind = (typeof kinds)[number]

/** Code that runs `callee` in a frame of this kind, and leaves on the stack whether it ended well. */
async function invocation(kind: Kind, callee: Uint8Array, gas: bigint | number = CALLEE_GAS): Promise<Uint8Array> {
  if (kind === 'CREATE') return code(op('CALLDATACOPY', 0, 0, callee.length), op('CREATE', 0, 0, callee.length))
  if (kind === 'precompile')
    return code(BigInt(world.root), 0, op('MSTORE'), op('CALL', gas, 0xae00, 0, 0, 32 + MODEL_INPUT_BYTES, 0, 0))
  await putCode(world.state, CALLEE, callee)
  return op(kind, gas, CALLEE, ...(kind === 'CALL' || kind === 'CALLCODE' ? [0] : []), 0, 0, 0, 0)
}

/** Runs code in the caller's frame; the calldata is the initcode of what it creates. */
async function run(pieces: readonly Piece[], data: Uint8Array, gasLimit = 2n ** 24n) {
  const caller = nextCaller++
  await putCode(world.state, caller, code(...pieces))
  let live = 0
  world.evm.onInstruction = () => {
    live = Math.max(live, world.evm.arena.liveBytes)
    peakPages = Math.max(peakPages, world.evm.arena.peakPages)
  }
  const { execResult } = await call(world.evm, caller, { data, gasLimit })
  world.evm.onInstruction = undefined
  expect(live).toBeLessThanOrEqual(CAP)
  expect([world.evm.arena.depth, world.evm.arena.liveBytes]).toEqual([0, 0])
  return execResult
}

const returnsTop = code(0, op('MSTORE'), op('RETURN', 0, 32))
const fills = code(make(bytesType(CAP / 2)), POP, make(bytesType(CAP / 2)), POP)

describe.each(kinds)('a full arena in a %s', (kind) => {
  const full = () => make(bytesType(CAP))

  test('ends the inner frame alone, with its gas and no more', async () => {
    const inner = await invocation(kind, full())
    const before = [full(), POP]
    const result = await run([...before, GAS, inner, POP, GAS, Uint8Array.of(0x90), SUB, returnsTop], full())
    expect(result.exceptionError).toBeUndefined()
    const spent = Number(wordOf(result.returnValue))
    // A creation is given all but a 64th.
    const given = kind === 'CREATE' ? spent : CALLEE_GAS
    expect(spent).toBeGreaterThanOrEqual(given)
    expect(spent).toBeLessThan(given + 40_000)
  })

  test('is one for the inner frame and none for the outer, which gets its share back', async () => {
    const half = code(make(bytesType(CAP / 2)), POP)
    const inner = await invocation(kind, kind === 'precompile' ? half : code(half, op('TSPACE'), returnsTop))
    const answer = [half, inner, POP, op('TSPACE'), returnsTop]
    const result = await run(answer, code(half))
    expect(wordOf(result.returnValue)).toBe(BigInt(CAP / 2))
  })
})

describe.each(kinds.slice(0, -1))('frames inside frames by %s', (kind) => {
  test('never have more than the cap between them', async () => {
    const share = code(make(bytesType(CAP / 8)), POP)
    const again = op('CALL', ALL_GAS, RECURSIVE, 0, 0, 0, 0, 0)
    const callee = code(share, again)
    await putCode(
      world.state,
      RECURSIVE,
      code(share, kind === 'CREATE' ? again : await invocation(kind, callee, ALL_GAS)),
    )
    const result = await run([share, await invocation(kind, callee, ALL_GAS)], callee)
    expect(result.exceptionError).toBeUndefined()
    expect(peakPages).toBe(CAP / PAGE_BYTES)
  })

  test('that revert leave the pages touched, and free', async () => {
    const callee = code(make(bytesType(CAP / 2)), op('REVERT', 0, 0))
    const inner = await invocation(kind, callee)
    const caller = nextCaller++
    await putCode(world.state, caller, code(inner, POP, make(bytesType(CAP / 2)), POP, make(bytesType(CAP / 2))))
    const traces = await traced(world, () => call(world.evm, caller, { gasLimit: 2n ** 24n, data: callee }))
    const [first, second, third] = traces.map(({ gas }) => Number(gas)) as [number, number, number]
    const pages = (CAP / 2 / PAGE_BYTES) * parameters.tensorPageGas
    expect(first - second).toBe(pages)
    expect(third - second).toBe(pages)
  })

  test('cannot be handed a tensor', async () => {
    const callee = code(op('TTYPE', 1))
    const own = code(make(bytesType(3)), POP, op('TTYPE', 1), returnsTop)
    const failing = await run([make(bytesType(7)), POP, await invocation(kind, callee), returnsTop], callee)
    expect(wordOf(failing.returnValue)).toBe(0n)
    if (kind === 'CREATE') return
    // What the callee calls 1 is its own.
    const calling = await invocation(kind, own)
    const answered = code(make(bytesType(7)), POP, calling, POP, op('RETURNDATACOPY', 0, 0, 32), op('RETURN', 0, 32))
    expect(wordOf((await run([answered], own)).returnValue)).toBe(encodeType(bytesType(3)))
  })
})

describe('loops of STATICCALL', () => {
  test('are metered like any, and keep nothing', async () => {
    await putCode(world.state, CALLEE, fills)
    const loop = endless([op('STATICCALL', ALL_GAS, CALLEE, 0, 0, 0, 0), POP])
    const caller = nextCaller++
    await putCode(world.state, caller, loop)
    const traces = await traced(world, async () => {
      const { execResult } = await call(world.evm, caller, { gasLimit: 2n ** 22n })
      expect(execResult.exceptionError?.error).toBe('out of gas')
    })
    const prices = traces.map(({ gas }) => Number(gas))
    const pages = (CAP / 2 / PAGE_BYTES) * parameters.tensorPageGas
    const [first, ...rest] = prices as [number, ...number[]]
    expect(new Set(rest.slice(1))).toEqual(new Set([first - pages]))
    expect(prices.reduce((sum, gas) => sum + gas, 0)).toBeLessThan(2 ** 22)
    expect(prices.length).toBeGreaterThan(100)
  })

  test('may store tensors in their own memory and nowhere else', async () => {
    const callee = code(make(bytesType(64)), POP, op('TMSTORE', 1, 0), op('SSTORE', 0, 1))
    await putCode(world.state, CALLEE, callee)
    const result = await run([op('STATICCALL', CALLEE_GAS, CALLEE, 0, 0, 0, 0), returnsTop], callee)
    expect(wordOf(result.returnValue)).toBe(0n)
  })
})

test('as deep as calls go, each frame has its tensor and none is lost', async () => {
  await putCode(world.state, CALLEE, code(make(bytesType(64)), POP, op('CALL', ALL_GAS, CALLEE, 0, 0, 0, 0, 0)))
  const result = await run([op('CALL', ALL_GAS, CALLEE, 0, 0, 0, 0, 0), returnsTop], new Uint8Array(0), 2n ** 24n)
  expect(wordOf(result.returnValue)).toBe(1n)
  expect(peakPages).toBeGreaterThan(1)
})
