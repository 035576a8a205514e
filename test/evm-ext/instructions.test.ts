import { beforeAll, describe, expect, test } from 'vitest'
import { haltCodeOf } from '../../evm-ext/errors.ts'
import type { TensorEVM } from '../../evm-ext/tensorEVM.ts'
import { allocationGas, schedule, workGas } from '../../gas-model/index.ts'
import { encodeType, type HaltCode } from '../../isa/index.ts'
import { createMemoryStore, type ModelStore } from '../../model/store.ts'
import { code, op, type Piece, pushGas } from '../bytecode.ts'
import { constantsModel } from './models.ts'
import { call, putCode, register, runCode, setUp } from './setup.ts'

const ARENA_BYTES = 2 ** 20
const TENSOR = encodeType({ dtype: 'int8', shape: [2, 3] })
const VECTOR = encodeType({ dtype: 'int8', shape: [3] })
const WIDE = encodeType({ dtype: 'int8', shape: [ARENA_BYTES / 2] })
const UNKNOWN_ROOT = 1n

let evm: TensorEVM
let root: `0x${string}`
let store: ModelStore

beforeAll(async () => {
  store = createMemoryStore()
  const set = await setUp({ store, genesis: { parameters: { tensorArenaBytes: ARENA_BYTES, tensorMaxHandles: 4 } } })
  evm = set.evm
  root = await store.put(constantsModel())
  await register(set.common, set.state, root, 70000)
  await putCode(set.state, 0xc0de, Uint8Array.of(1, 2, 3))
})

function run(pieces: readonly Piece[], gasLimit = 1_000_000n) {
  return runCode(evm, pieces, gasLimit)
}

/** What the first tensors of a transaction cost to allocate. */
function allocated(bytes: number): number {
  return allocationGas(bytes, 0, 0, schedule)
}

describe('gas', () => {
  const cases: { name: string; before?: readonly Piece[]; pieces: readonly Piece[]; gas: bigint }[] = [
    {
      name: 'TCALLDATALOAD: work, zeroing, first page',
      pieces: [op('TCALLDATALOAD', TENSOR, 0)],
      gas: pushGas(TENSOR, 0) + BigInt(workGas({ copiedBytes: 16 }, schedule) + allocated(6)),
    },
    {
      name: 'a second tensor on the same page does not pay for it',
      before: [op('TCALLDATALOAD', TENSOR, 0)],
      pieces: [op('TCALLDATALOAD', TENSOR, 0)],
      gas: pushGas(TENSOR, 0) + BigInt(workGas({ copiedBytes: 16 }, schedule) + allocationGas(6, 64, 1, schedule)),
    },
    {
      name: 'memory freed before is not a fresh page',
      before: [op('TCALLDATALOAD', TENSOR, 0), op('TFREE', 1, 1)],
      pieces: [op('TCALLDATALOAD', TENSOR, 0)],
      gas: pushGas(TENSOR, 0) + BigInt(workGas({ copiedBytes: 16 }, schedule) + allocationGas(6, 0, 1, schedule)),
    },
    {
      name: 'MATMUL: its vectors',
      before: [op('TCALLDATALOAD', TENSOR, 0)],
      pieces: [op('MATMUL', 0, 1, 1, 0)],
      gas:
        pushGas(0, 1, 1, 0) +
        BigInt(
          // Two vectors with the three rows of a matrix, padded to 4, of three elements, padded to 8.
          workGas(
            { vectorMacs: 2 * 4 * 8, tileOutputs: 2 * 2 * 4, widenedElements: 2 * 3 + 6, productSteps: 3 },
            schedule,
          ) + allocationGas(16, 64, 1, schedule),
        ),
    },
    {
      name: "TMLOAD: growth of memory by the EVM's rule",
      pieces: [op('TMLOAD', TENSOR, 1000)],
      // 32 words: 3 * 32 + 32 * 32 / 512.
      gas: pushGas(TENSOR, 1000) + BigInt(workGas({ copiedBytes: 16 }, schedule) + allocated(6) + 98),
    },
    {
      name: 'TMSTORE to memory in use does not grow it',
      before: [op('MSTORE', 64, 1), op('TCALLDATALOAD', TENSOR, 0)],
      pieces: [op('TMSTORE', 1, 26)],
      gas: pushGas(1, 26) + BigInt(workGas({ storedBytes: 16 }, schedule)),
    },
    {
      name: 'TCODELOAD: a cold account',
      pieces: [op('TCODELOAD', TENSOR, 0xc0de, 0)],
      gas: pushGas(TENSOR, 0xc0de, 0) + BigInt(workGas({ copiedBytes: 16 }, schedule) + allocated(6) + 2600),
    },
    {
      name: 'TCODELOAD: a warm account, whatever the high bytes of the word',
      before: [op('TCODELOAD', TENSOR, 0xc0de, 0)],
      pieces: [op('TCODELOAD', TENSOR, (1n << 200n) | 0xc0den, 0)],
      gas:
        pushGas(TENSOR, 1n << 200n, 0) +
        BigInt(workGas({ copiedBytes: 16 }, schedule) + allocationGas(6, 64, 1, schedule) + 100),
    },
    {
      name: 'TFREE: handles in the range',
      before: [op('TCALLDATALOAD', TENSOR, 0), op('TCALLDATALOAD', TENSOR, 0)],
      pieces: [op('TFREE', 1, 2)],
      gas: pushGas(1, 2) + 102n,
    },
    { name: 'TSPACE', pieces: [op('TSPACE')], gas: 100n },
  ]

  test.each(cases)('$name', async ({ before = [], pieces, gas }) => {
    const spent = (await run(before)).executionGasUsed
    const all = [...before, ...pieces]
    const done = await run(all)
    expect(done.exceptionError).toBeUndefined()
    expect(done.executionGasUsed - spent).toBe(gas)
    expect((await run(all, spent + gas)).exceptionError).toBeUndefined()
    const short = await run(all, spent + gas - 1n)
    expect(short.exceptionError?.error).toBe('out of gas')
    expect(short.executionGasUsed).toBe(spent + gas - 1n)
  })

  test('TMODELLOAD: the registry cold then warm, each chunk cold then warm', async () => {
    const load = op('TMODELLOAD', BigInt(root), 0, 0, 70)
    const own = BigInt(workGas({ copiedBytes: 70000 }, schedule))
    const first = pushGas(BigInt(root), 0, 0, 70) + own + BigInt(allocated(70000)) + 2100n + 3n * 6600n
    const again = pushGas(BigInt(root), 0, 0, 70) + own + 100n + 3n * 100n
    expect((await run([load])).executionGasUsed).toBe(first)
    const second = again + BigInt(allocationGas(70000, 70016, 18, schedule))
    expect((await run([load, load])).executionGasUsed).toBe(first + second)
    expect((await run([load, load], first + second - 1n)).exceptionError?.error).toBe('out of gas')
    // The next transaction starts cold.
    expect((await run([load])).executionGasUsed).toBe(first)
  })

  test('TMODELLOAD pays for the chunks that its rows touch, and no others', async () => {
    // Rows of 1000 bytes: row 32 lies over the border of the first two chunks.
    const load = op('TMODELLOAD', BigInt(root), 0, 32, 1)
    const { executionGasUsed } = await run([load])
    const gas = workGas({ copiedBytes: 1008 }, schedule) + allocated(1000) + 2100 + 2 * 6600
    expect(executionGasUsed).toBe(pushGas(BigInt(root), 0, 32, 1) + BigInt(gas))
  })

  test('the price of memory is kept in step with the EVM', async () => {
    const stores = [op('TMLOAD', TENSOR, 1000), op('MSTORE', 2000, 0), op('MSIZE')]
    const plain = [op('MLOAD', 992), op('MSTORE', 2000, 0), op('MSIZE')]
    const growth = (await run(stores)).executionGasUsed - (await run(stores.slice(0, 1))).executionGasUsed
    expect(growth).toBe((await run(plain)).executionGasUsed - (await run(plain.slice(0, 1))).executionGasUsed)
  })

  test('an offset that no gas buys is out of gas', async () => {
    for (const offset of [2n ** 37n, 2n ** 64n, 2n ** 256n - 1n])
      expect((await run([op('TMLOAD', TENSOR, offset)], 2n ** 60n)).exceptionError?.error).toBe('out of gas')
  })
})

describe('halts', () => {
  const load = op('TCALLDATALOAD', TENSOR, 0)
  const cases: { name: string; code: HaltCode; pieces: readonly Piece[] }[] = [
    { name: 'AE at the end of the code', code: 'UndefinedInstruction', pieces: [Uint8Array.of(0xae)] },
    ...[0x00, 0x0a, 0x3f, 0x4f, 0x50, 0x5b, 0x60, 0x7f, 0xae, 0xff].map((second) => ({
      name: `AE ${second.toString(16)}`,
      code: 'UndefinedInstruction' as const,
      pieces: [Uint8Array.of(0xae, second)],
    })),
    { name: 'handle 0', code: 'BadHandle', pieces: [op('TTYPE', 0)] },
    { name: 'a handle that was never made', code: 'BadHandle', pieces: [load, op('TTYPE', 2)] },
    { name: 'a handle beyond any number', code: 'BadHandle', pieces: [load, op('TTYPE', 2n ** 256n - 1n)] },
    { name: 'a freed handle', code: 'BadHandle', pieces: [load, op('TFREE', 1, 1), op('TTYPE', 1)] },
    { name: 'freeing what was never made', code: 'BadHandle', pieces: [load, op('TFREE', 1, 2)] },
    { name: 'a bad handle in an optional operand', code: 'BadHandle', pieces: [load, op('MATMUL', 0, 1, 1, 7)] },
    { name: 'an unknown dtype', code: 'BadTypeWord', pieces: [op('TCALLDATALOAD', TENSOR | 0xffn, 0)] },
    { name: 'a bit beyond the rank', code: 'BadTypeWord', pieces: [op('TCALLDATALOAD', TENSOR | (1n << 255n), 0)] },
    { name: 'an unused attribute bit', code: 'BadAttribute', pieces: [load, op('MATMUL', 1n << 200n, 1, 1, 0)] },
    {
      name: 'a dtype that the instruction does not take',
      code: 'TypeMismatch',
      pieces: [load, op('MATMUL', 0, 1, 1, 0), op('MATMUL', 0, 2, 2, 0)],
    },
    {
      name: 'shapes that do not fit',
      code: 'ShapeMismatch',
      pieces: [load, op('TCALLDATALOAD', VECTOR, 0), op('MATMUL', 0, 1, 2, 0)],
    },
    {
      name: 'more bytes than the arena has',
      code: 'ArenaFull',
      pieces: [op('TCALLDATALOAD', WIDE, 0), op('TCALLDATALOAD', WIDE, 0), op('TCALLDATALOAD', WIDE, 0)],
    },
    { name: 'more tensors than may live', code: 'TooManyHandles', pieces: [load, load, load, load, load] },
    { name: 'a model that is not registered', code: 'UnknownModel', pieces: [op('TMODELLOAD', UNKNOWN_ROOT, 0, 0, 1)] },
  ]

  test.each(cases)('$code: $name', async ({ code: expected, pieces }) => {
    const result = await run(pieces, 2_000_000n)
    expect(haltCodeOf(result.exceptionError)).toBe(expected)
    expect(result.exceptionError?.error).toBe(`tensor halt: ${expected}`)
    expect(result.executionGasUsed).toBe(2_000_000n)
  })

  test('IndexOutOfRange: a tensor or a row that the model lacks', async () => {
    for (const words of [
      [9n, 0n, 1n],
      [0n, 0n, 0n],
      [0n, 69n, 2n],
      [0n, 2n ** 255n, 2n ** 255n],
    ]) {
      const result = await run([op('TMODELLOAD', BigInt(root), ...words)])
      expect(haltCodeOf(result.exceptionError)).toBe('IndexOutOfRange')
    }
  })

  test('the registry is not read for gas that is not there', async () => {
    const load = op('TMODELLOAD', UNKNOWN_ROOT, 0, 0, 1)
    const pushes = pushGas(UNKNOWN_ROOT, 0, 0, 1)
    expect((await run([load], pushes + 2099n)).exceptionError?.error).toBe('out of gas')
    expect(haltCodeOf((await run([load], pushes + 2100n)).exceptionError)).toBe('UnknownModel')
  })

  test('a halt takes only the gas of its frame', async () => {
    const { state, evm: fresh } = await setUp()
    await putCode(state, 0xbad, op('TTYPE', 9))
    await putCode(state, 0xca11, code(op('CALL', 5000, 0xbad, 0, 0, 0, 0, 0), 0, op('MSTORE'), op('RETURN', 0, 32)))
    const { execResult } = await call(fresh, 0xca11)
    expect(execResult.exceptionError).toBeUndefined()
    expect(execResult.returnValue.every((byte) => byte === 0)).toBe(true)
    // Seven pushes, a cold call with its 5000 gas, and MSTORE and RETURN with theirs.
    expect(execResult.executionGasUsed).toBe(pushGas(5000, 0xbad, 0, 0, 0, 0, 0) + 2600n + 5000n + 8n + 5n)
  })
})

describe('order of checks', () => {
  test.each([
    ['stack before handles', [op('MATMUL', 9, 9, 9)], 'stack underflow'],
    ['handles before types', [op('MATMUL', 1n << 200n, 1, 1, 0)], 'tensor halt: BadHandle'],
    ['types before gas', [op('TCALLDATALOAD', WIDE | (1n << 255n), 0)], 'tensor halt: BadTypeWord'],
    [
      'gas before arena',
      [op('TCALLDATALOAD', WIDE, 0), op('TCALLDATALOAD', WIDE, 0), op('TCALLDATALOAD', WIDE, 0)],
      'out of gas',
    ],
    [
      'stack before gas',
      [new Uint8Array(1024).fill(0x5f), new Uint8Array(57_902).fill(0x5b), op('TSPACE')],
      'stack overflow',
    ],
  ] as const)('%s', async (_name, pieces, expected) => {
    expect((await run(pieces, 60_000n)).exceptionError?.error).toBe(expected)
  })
})

test('TCODELOAD reads and prices the account of the low 160 bits', async () => {
  const load = (account: bigint) => [
    op('TCODELOAD', VECTOR, account, 0),
    op('TMSTORE', 1, 0),
    op('TCODELOAD', VECTOR, 0xc0de, 0),
    op('RETURN', 0, 3),
  ]
  const [plain, dirty] = [await run(load(0xc0den)), await run(load((2n ** 96n - 1n) * 2n ** 160n + 0xc0den))]
  expect([...plain.returnValue]).toEqual([1, 2, 3])
  expect([...dirty.returnValue]).toEqual([1, 2, 3])
  expect(dirty.executionGasUsed).toBe(plain.executionGasUsed)
})
