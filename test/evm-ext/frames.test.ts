import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { TensorEVM } from '../../evm-ext/tensorEVM.ts'
import { schedule } from '../../gas-model/index.ts'
import { encodeType } from '../../isa/index.ts'
import { createMemoryStore } from '../../model/store.ts'
import { code, op, type Piece } from '../bytecode.ts'
import { constantsModel } from './models.ts'
import { call, KernelTrap, kernelWith, putCode, register, setUp } from './setup.ts'

const ARENA_BYTES = 2 ** 20
const TENSOR = encodeType({ dtype: 'int8', shape: [6] })
const BIG = encodeType({ dtype: 'int8', shape: [ARENA_BYTES / 16] })
const FULL = encodeType({ dtype: 'int8', shape: [ARENA_BYTES] })
const CALLER = 0xca11
const CALLEE = 0xca11ee
const GAS = 500_000

let trapped = false
/** A new address for each caller: a contract that it creates must not be there yet. */
let nextCaller = 0xca110000
let evm: TensorEVM
let state: Awaited<ReturnType<typeof setUp>>['state']
let root: `0x${string}`

beforeAll(async () => {
  const store = createMemoryStore()
  const kernel = kernelWith('TADD', () => {
    trapped = true
    throw new KernelTrap('the kernel failed')
  })
  const set = await setUp({ store, kernel, genesis: { parameters: { tensorArenaBytes: ARENA_BYTES } } })
  evm = set.evm
  state = set.state
  root = await store.put(constantsModel())
  await register(set.common, state, root, 70000)
})

beforeEach(() => {
  trapped = false
})

/** Makes two tensors in the callee's frame, then ends it. */
const work = code(op('TCALLDATALOAD', BIG, 0), op('TCALLDATALOAD', TENSOR, 0), op('POP'), op('POP'))
const endings: Readonly<Record<string, readonly Piece[]>> = {
  stop: [op('STOP')],
  return: [op('RETURN', 0, 0)],
  revert: [op('REVERT', 0, 0)],
  'end of code': [],
  invalid: [op('INVALID')],
  'out of gas in a price': [op('TCALLDATALOAD', encodeType({ dtype: 'int8', shape: [2 ** 24 - 1, 255] }), 0)],
  'stack underflow': [op('POP'), op('MATMUL')],
  'a bad handle': [op('TTYPE', 3)],
  'a full arena': [op('TCALLDATALOAD', FULL, 0)],
  'an undefined instruction': [Uint8Array.of(0xae, 0x4f)],
}
const kinds = ['CALL', 'CALLCODE', 'DELEGATECALL', 'STATICCALL', 'CREATE'] as const
type Kind = (typeof kinds)[number]

/** Code that runs `callee` in a frame of this kind; leaves success (or the new address) on the stack. */
async function invocation(kind: Kind, callee: Uint8Array): Promise<Uint8Array> {
  if (kind === 'CREATE') {
    // The initcode comes as calldata behind the caller's tensor.
    return code(op('CALLDATACOPY', 0, 6, callee.length), op('CREATE', 0, 0, callee.length))
  }
  await putCode(state, CALLEE, callee)
  const value = kind === 'CALL' || kind === 'CALLCODE' ? [0] : []
  return op(kind, GAS, CALLEE, ...value, 0, 0, 0, 0)
}

/** Runs a caller that holds a tensor while `callee` runs, and gives what it sees afterwards. */
async function runCaller(kind: Kind, callee: Uint8Array) {
  const caller = code(
    op('TCALLDATALOAD', TENSOR, 0),
    await invocation(kind, callee),
    ...[96, op('MSTORE')],
    op('TSPACE'),
    ...[64, op('MSTORE')],
    ...[op('TMSTORE', 1, 0), op('RETURN', 0, 128)],
  )
  const at = nextCaller++
  await putCode(state, at, caller)
  const data = Uint8Array.of(1, 2, 3, 4, 5, 6, ...(kind === 'CREATE' ? callee : []))
  const { execResult } = await call(evm, at, { data, gasLimit: 2_000_000n })
  const words = Buffer.from(execResult.returnValue)
  return {
    error: execResult.exceptionError?.error,
    tensor: [...words.subarray(0, 6)],
    free: words.length === 0 ? undefined : BigInt(`0x${words.subarray(64, 96).toString('hex')}`),
    success: words.length === 0 ? undefined : words.subarray(96, 128).some((byte) => byte !== 0),
  }
}

describe.each(kinds)('%s', (kind) => {
  test.each(Object.keys(endings))('a frame that ends with %s frees its tensors and no others', async (ending) => {
    const seen = await runCaller(kind, code(work, ...(endings[ending] ?? [])))
    const succeeds = ['stop', 'return', 'end of code'].includes(ending)
    expect(seen).toEqual({
      error: undefined,
      tensor: [1, 2, 3, 4, 5, 6],
      free: BigInt(ARENA_BYTES - 64),
      success: succeeds,
    })
    expect([evm.arena.depth, evm.arena.liveBytes, evm.arena.liveTensors]).toEqual([0, 0, 0])
  })

  test("a callee cannot name its caller's tensors", async () => {
    expect((await runCaller(kind, op('TTYPE', 1))).success).toBe(false)
  })

  test('a trap in the kernel is no result, and leaves an empty arena', async () => {
    const trap = code(op('TCALLDATALOAD', encodeType({ dtype: 'int32', shape: [2] }), 0), op('TADD', 1, 1))
    await expect(runCaller(kind, trap)).rejects.toThrow(KernelTrap)
    expect(trapped).toBe(true)
    expect([evm.arena.depth, evm.arena.liveBytes, evm.arena.liveTensors]).toEqual([0, 0, 0])
    expect((await runCaller(kind, work)).success).toBe(true)
  })
})

test('the outermost frame frees its tensors however it ends', async () => {
  for (const ending of Object.values(endings)) {
    await putCode(state, CALLER, code(work, ...ending))
    await call(evm, CALLER)
    expect([evm.arena.depth, evm.arena.liveBytes, evm.arena.peakPages]).toEqual([0, 0, 0])
  }
})

test('initcode and the code of a creating transaction have frames too', async () => {
  const { execResult } = await evm.runCall({ data: code(work, op('TTYPE', 1)), gasLimit: 2_000_000n })
  expect(execResult.exceptionError).toBeUndefined()
  expect(evm.arena.liveBytes).toBe(0)
})

describe('recursion', () => {
  /** Calls itself with a tensor of `type` alive, and returns how many frames below and with it succeeded. */
  const recursive = (type: bigint) =>
    code(
      op('TCALLDATALOAD', type, 0),
      op('CALL', 2n ** 64n, CALLER, 0, 0, 0, 0, 32),
      ...[op('POP'), op('MLOAD', 0), 1, op('ADD'), 0, op('MSTORE'), op('RETURN', 0, 32)],
    )

  test('frames that are open share one cap', async () => {
    await putCode(state, CALLER, recursive(BIG))
    const { execResult } = await call(evm, CALLER, { gasLimit: 30_000_000n })
    expect(execResult.exceptionError).toBeUndefined()
    // The cap holds 16 such tensors; the 17th frame halts.
    expect(execResult.returnValue[31]).toBe(16)
    expect(evm.arena.liveBytes).toBe(0)
  })

  test('and one limit of tensors', async () => {
    const { evm: few, state: its } = await setUp({ genesis: { parameters: { tensorMaxHandles: 5 } } })
    await putCode(its, CALLER, recursive(TENSOR))
    const { execResult } = await call(few, CALLER, { gasLimit: 30_000_000n })
    expect(execResult.returnValue[31]).toBe(5)
  })
})

describe('access lists', () => {
  const load = () => op('TMODELLOAD', BigInt(root), 0, 0, 1)
  const gasOf = async (kind: 'kept' | 'reverted') => {
    await putCode(state, CALLEE, code(load(), op(kind === 'kept' ? 'RETURN' : 'REVERT', 0, 0)))
    const first = op('CALL', GAS, CALLEE, 0, 0, 0, 0, 0)
    await putCode(
      state,
      CALLER,
      code(first, op('GAS'), load(), op('POP'), op('GAS'), 0, op('MSTORE'), op('POP'), 0, op('MSTORE')),
    )
    const gas: bigint[] = []
    const listener = (step: { depth: number; gasLeft: bigint; opcode: { name: string; dynamicFee?: bigint } }) => {
      if (step.opcode.name === 'TMODELLOAD') gas.push(step.opcode.dynamicFee as bigint)
    }
    evm.events.on('step', listener)
    await call(evm, CALLER, { gasLimit: 2_000_000n })
    evm.events.off('step', listener)
    return gas
  }

  test('what a frame made warm stays warm for its caller', async () => {
    const [callee, caller] = await gasOf('kept')
    expect((callee as bigint) - (caller as bigint)).toBeGreaterThanOrEqual(2000n + 6500n)
  })

  test('and is cold again when the frame reverts: registry slot and chunk', async () => {
    const [callee, caller] = await gasOf('reverted')
    // The callee alone touched the first page of the arena.
    expect((callee as bigint) - (caller as bigint)).toBe(BigInt(schedule.tensorPageGas))
  })

  test("looking a model up makes the registry's slot warm, and with it the registry's account", async () => {
    const ask = op('STATICCALL', 0, 0xae01, 0, 0, 0, 0)
    const costs: bigint[] = []
    for (const before of [new Uint8Array(0), load()]) {
      await putCode(
        state,
        CALLER,
        code(before, op('GAS'), ask, op('POP'), op('GAS'), 32, op('MSTORE'), 0, op('MSTORE'), op('RETURN', 0, 64)),
      )
      const { execResult } = await call(evm, CALLER)
      const words = Buffer.from(execResult.returnValue)
      costs.push(words.readBigUInt64BE(24) - words.readBigUInt64BE(56))
    }
    const [cold, warm] = costs as [bigint, bigint]
    expect(cold - warm).toBe(2500n)
  })

  test('a transaction starts cold', async () => {
    const first = await gasOf('kept')
    expect(await gasOf('kept')).toEqual(first)
  })
})
