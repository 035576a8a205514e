import { MerkleStateManager } from '@ethereumjs/statemanager'
import { hexToBytes } from '@ethereumjs/util'
import { keccak_256 } from '@noble/hashes/sha3.js'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { haltCodeOf } from '../../evm-ext/errors.ts'
import { createTensorCommon, defaultGenesis } from '../../evm-ext/genesis.ts'
import { tensorParameters } from '../../evm-ext/parameters.ts'
import { createTensorEVM, type TensorEVM } from '../../evm-ext/tensorEVM.ts'
import { byteLength, EXTENSION, encodeType, type ModelTensors, tensorBytes } from '../../isa/index.ts'
import { createMemoryStore } from '../../model/store.ts'
import { code, op } from '../bytecode.ts'
import { constantsModel } from './models.ts'
import { CODE_ACCOUNTS, randomProgram } from './randomProgram.ts'
import { address, putCode, register } from './setup.ts'

// After a tensor instruction the client goes on by itself as far as it can; with a listener for steps it never does. What
// comes out must be the same.

const RUNS = 1500
const calldata = Uint8Array.from({ length: 300 }, (_, index) => (index * 73 + 11) % 256)
const model = constantsModel()
const unwatched = () => undefined

let evm: TensorEVM
let state: MerkleStateManager
let root: `0x${string}`
let world: Parameters<typeof randomProgram>[3]

beforeAll(async () => {
  const common = createTensorCommon(defaultGenesis({ parameters: { tensorArenaBytes: 16000, tensorMaxHandles: 12 } }))
  state = new MerkleStateManager({ common })
  const store = createMemoryStore()
  evm = await createTensorEVM({ common, store, stateManager: state })
  for (const account of CODE_ACCOUNTS) await putCode(state, account, calldata)
  root = await store.put(model)
  const { constants } = model
  await register(
    common,
    state,
    root,
    constants.reduce((sum, tensor) => sum + byteLength(tensor), 0),
  )
  const bytes = (index: number) => tensorBytes(constants[index] as (typeof constants)[number])
  const types: ModelTensors = { root: BigInt(root), types: constants, bytes }
  world = { models: [types], calldataBytes: calldata.length }
})

async function run(bytes: Uint8Array, gasLimit: bigint, isWatched: boolean, data = calldata) {
  if (isWatched) evm.events.on('step', unwatched)
  try {
    evm.journal.cleanJournal()
    const result = await evm.runCode({ code: bytes, data, gasLimit, to: address(0xf00) })
    const { runState, exceptionError, executionGasUsed } = result
    const memory = runState?.memory._store.subarray(0, Number(runState.memoryWordCount) * 32) ?? new Uint8Array()
    expect([evm.arena.depth, evm.arena.liveBytes]).toEqual([0, 0])
    return {
      error: exceptionError?.error,
      haltCode: haltCodeOf(exceptionError),
      gas: executionGasUsed,
      // Where a frame ends in a halt, whether operands were popped before it can't be seen.
      stack: exceptionError === undefined ? runState?.stack.getStack() : undefined,
      memory: exceptionError === undefined ? Buffer.from(memory).toString('hex') : undefined,
    }
  } finally {
    evm.events.removeListener('step', unwatched)
  }
}

/** Storage slot in which the registry keeps a root. */
function slotOf(key: `0x${string}`): bigint {
  const hash = keccak_256(Buffer.concat([hexToBytes(key), new Uint8Array(32)]))
  return BigInt(`0x${Buffer.from(hash).toString('hex')}`)
}

/** Instructions that move words, between the tensor instructions; some of them fail. */
const movers = fc.array(
  fc.oneof(
    fc.integer({ min: 0x80, max: 0x9f }).map((opcode) => Uint8Array.of(opcode)),
    fc.constant(Uint8Array.of(0x50)),
    fc.constant(Uint8Array.of(0x5f)),
    fc.nat().map((word) => code(word)),
    fc.constantFrom(op('MSIZE'), op('GAS'), op('ADD', 1, 2), op('JUMPDEST'), op('STOP'), op('INVALID')),
  ),
  { maxLength: 4 },
)

describe('going on after an instruction', () => {
  test(`${RUNS} random programs end as they do step by step`, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          seed: fc.nat(),
          length: fc.integer({ min: 1, max: 10 }),
          hostile: fc.boolean(),
          below: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.constantFrom(1008, 1018, 1023)),
          between: fc.array(movers, { minLength: 8, maxLength: 8 }),
          gas: fc.oneof(fc.constant(1_000_000), fc.integer({ min: 0, max: 60_000 })),
        }),
        async ({ seed, length, hostile, below, between, gas }) => {
          const steps = randomProgram(seed, length, hostile, world)
          const bytes = code(
            ...Array.from({ length: below }, () => 0),
            ...steps.flatMap(({ instruction, words }, index) => [
              ...words.toReversed(),
              Uint8Array.of(EXTENSION, instruction?.opcode ?? 0x4f),
              ...(index % 3 === 2 ? (between[index % between.length] ?? []) : []),
            ]),
          )
          const expected = await run(bytes, BigInt(gas), true)
          expect(await run(bytes, BigInt(gas), false)).toEqual(expected)
          // A second time with what was learnt.
          expect(await run(bytes, BigInt(gas), false)).toEqual(expected)
        },
      ),
      { numRuns: RUNS },
    )
  })

  test('at every gas limit up to what a program needs', async () => {
    const type = encodeType({ dtype: 'int8', shape: [2, 3] })
    const bytes = code(
      op('TCALLDATALOAD', type, 0),
      op('TCALLDATALOAD', type, 6),
      op('POP'),
      op('MATMUL', 0, 1, 2, 0),
      op('TFREE', 1, 2),
      op('TMSTORE', 3, 0),
    )
    const { gas } = await run(bytes, 1_000_000n, true)
    for (let limit = 0n; limit <= gas; limit++)
      expect(await run(bytes, limit, false), `gas limit ${limit}`).toEqual(await run(bytes, limit, true))
  })

  test('an instruction that meets other types at its place than before follows them', async () => {
    // The type comes from calldata: the same code, another type in each run.
    const bytes = code(op('TCALLDATALOAD'), op('POP'), op('TTYPE', 1), op('TMSTORE', 1, 0), op('TFREE', 1, 1))
    for (const [shape, offset] of [
      [[4], 0],
      [[2, 2], 4],
      [[4], 8],
      [[1, 4], 0],
      [[4], 4],
    ] as const) {
      const whole = code(offset, encodeType({ dtype: 'int8', shape }), bytes)
      const { stack, memory } = await run(whole, 1_000_000n, false)
      expect(stack).toEqual([encodeType({ dtype: 'int8', shape })])
      expect(memory?.slice(0, 8)).toBe(Buffer.from(calldata.subarray(offset, offset + 4)).toString('hex'))
    }
  })
})

describe('a model that was found', () => {
  /** Loads tensor 0 of the model twice with `between` in between. */
  const loads = (between: Uint8Array) => {
    const one = code(1, 0, 0, BigInt(root), op('TMODELLOAD'), op('POP'))
    return code(one, between, one)
  }

  test('is looked up again after a call that took it from the registry', async () => {
    const { tensorRegistryAddress } = tensorParameters(evm.common)
    await state.checkpoint()
    await state.putCode(tensorRegistryAddress, op('SSTORE', slotOf(root), 0))
    const call = op('CALL', 100_000, BigInt(tensorRegistryAddress.toString()), 0, 0, 0, 0, 0)
    const outcome = await run(loads(call), 1_000_000n, false)
    await state.revert()
    expect(outcome.haltCode).toBe('UnknownModel')
    expect((await run(loads(op('POP', 0)), 1_000_000n, false)).error).toBeUndefined()
  })

  test('is looked up each time by code that runs as the registry', async () => {
    const { tensorRegistryAddress } = tensorParameters(evm.common)
    const bytes = loads(op('SSTORE', slotOf(root), 0))
    await state.checkpoint()
    evm.journal.cleanJournal()
    const { exceptionError } = await evm.runCode({ code: bytes, gasLimit: 1_000_000n, to: tensorRegistryAddress })
    await state.revert()
    expect(haltCodeOf(exceptionError)).toBe('UnknownModel')
  })
})
