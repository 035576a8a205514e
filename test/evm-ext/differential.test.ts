import { SimpleStateManager } from '@ethereumjs/statemanager'
import { Account, hexToBytes } from '@ethereumjs/util'
import { keccak_256 } from '@noble/hashes/sha3.js'
import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { haltCodeOf } from '../../evm-ext/errors.ts'
import { createTensorCommon, defaultGenesis } from '../../evm-ext/genesis.ts'
import { tensorParameters } from '../../evm-ext/parameters.ts'
import { createTensorEVM, type TensorEVM } from '../../evm-ext/tensorEVM.ts'
import { schedule } from '../../gas-model/index.ts'
import {
  byteLength,
  EXTENSION,
  haltCodes,
  instructions,
  type ModelTensors,
  tensorBytes,
  tensorOf,
} from '../../isa/index.ts'
import type { Program } from '../../model/program.ts'
import { type ReferenceResult, type ReferenceStep, runReferenceMachine } from '../../model/referenceMachine.ts'
import { createMemoryStore } from '../../model/store.ts'
import { code } from '../bytecode.ts'
import { constantsModel } from './models.ts'
import { CODE_ACCOUNTS, randomProgram } from './randomProgram.ts'
import { address } from './setup.ts'

const RUNS = 10_000
const AMPLE_GAS = 50_000_000
const parameters = { ...schedule, tensorArenaBytes: 64 * 250, tensorMaxHandles: 12 }
const calldata = Uint8Array.from({ length: 300 }, (_, index) => (index * 73 + 11) % 256)

const smallModel: Program = {
  inputs: [{ dtype: 'int8', shape: [1] }],
  constants: [
    tensorOf('int8', [2, 3], [1, -2, 3, -4, 5, -6]),
    tensorOf(
      'int32',
      [256],
      Array.from({ length: 256 }, (_, index) => Math.floor(2 ** 31 / (index + 2))),
    ),
  ],
  steps: [],
  outputs: [0],
}

let evm: TensorEVM
const models = new Map<bigint, ModelTensors>()
const accounts = new Map<bigint, Uint8Array>()

beforeAll(async () => {
  const common = createTensorCommon(
    defaultGenesis({ parameters: { tensorArenaBytes: parameters.tensorArenaBytes, tensorMaxHandles: 12 } }),
  )
  // Pushes are free, so that the gas of a run is that of its tensor instructions.
  common.updateParams({ [common.hardfork()]: { pushGas: 0, push0Gas: 0 } })
  const state = new SimpleStateManager({ common })
  const store = createMemoryStore()
  evm = await createTensorEVM({ common, store, stateManager: state })
  for (const [index, account] of CODE_ACCOUNTS.slice(0, 2).entries()) {
    const bytes = Uint8Array.from({ length: 200 + 800 * index }, (_, at) => (at * 29 + index) % 256)
    accounts.set(account, bytes)
    await state.putAccount(address(account), new Account())
    await state.putCode(address(account), bytes)
  }
  const { tensorRegistryAddress } = tensorParameters(common)
  await state.putAccount(tensorRegistryAddress, new Account())
  for (const program of [smallModel, constantsModel()]) {
    const { constants } = program
    const root = await store.put(program)
    const bytes = (index: number) => tensorBytes(constants[index] as (typeof constants)[number])
    models.set(BigInt(root), { root: BigInt(root), types: constants, bytes })
    const length = constants.reduce((sum, tensor) => sum + byteLength(tensor), 0)
    const slot = keccak_256(Buffer.concat([hexToBytes(root), new Uint8Array(32)]))
    await state.putStorage(tensorRegistryAddress, slot, hexToBytes(`0x${length.toString(16).padStart(8, '0')}`))
  }
})

function assemble(steps: readonly ReferenceStep[]): Uint8Array {
  return code(
    ...steps.flatMap(({ instruction, words }) => [
      ...words.toReversed(),
      Uint8Array.of(EXTENSION, instruction?.opcode ?? 0x4f),
    ]),
  )
}

type Outcome = Omit<ReferenceResult, 'memory'> & { readonly memory: string | undefined }

/** Memory is compared of runs that end well: a frame that halts has none any more. */
function reference(steps: readonly ReferenceStep[], gasLimit: number): Outcome {
  const result = runReferenceMachine(steps, { gasLimit, calldata, code: accounts, models, parameters })
  return { ...result, memory: result.halt ? undefined : Buffer.from(result.memory).toString('hex') }
}

async function execute(steps: readonly ReferenceStep[], gasLimit: number): Promise<Outcome> {
  evm.journal.cleanJournal()
  const options = { code: assemble(steps), data: calldata, gasLimit: BigInt(gasLimit), to: address(0xf00) }
  const { runState, exceptionError, executionGasUsed } = await evm.runCode(options)
  if (runState === undefined) throw new Error('the EVM gave no state')
  expect([evm.arena.depth, evm.arena.liveBytes, evm.arena.liveTensors]).toEqual([0, 0, 0])
  const halt = exceptionError?.error === 'out of gas' ? 'OutOfGas' : haltCodeOf(exceptionError)
  if (exceptionError !== undefined && halt === undefined) throw new Error(exceptionError.error)
  const stack = runState.stack.getStack()
  const memory = runState.memory._store.subarray(0, Number(runState.memoryWordCount) * 32)
  return {
    ...(halt === undefined ? {} : { halt }),
    gasUsed: Number(executionGasUsed),
    memory: halt === undefined ? Buffer.from(memory).toString('hex') : undefined,
    pushed: stack,
  }
}

/** After a halt the EVM's stack still holds the operands of the instruction that halted. */
function withoutOperands(outcome: Outcome, { pushed }: Outcome): Outcome {
  return outcome.halt === undefined ? outcome : { ...outcome, pushed: outcome.pushed.slice(0, pushed.length) }
}

test(`${RUNS} random programs end in the EVM as they do in the reference machine`, async () => {
  const seen = new Map<string, number>()
  const note = (what: string) => seen.set(what, (seen.get(what) ?? 0) + 1)
  const world = { models: [...models.values()], calldataBytes: calldata.length }
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        seed: fc.nat(),
        length: fc.integer({ min: 1, max: 16 }),
        hostile: fc.boolean(),
        gas: fc.oneof(
          { weight: 7, arbitrary: fc.constant('ample' as const) },
          { weight: 1, arbitrary: fc.constant('exact' as const) },
          { weight: 1, arbitrary: fc.constant('one short' as const) },
          { weight: 2, arbitrary: fc.double({ min: 0, max: 1, noNaN: true }) },
        ),
      }),
      async ({ seed, length, hostile, gas }) => {
        const steps = randomProgram(seed, length, hostile, world)
        let limit = AMPLE_GAS
        if (gas !== 'ample') {
          const full = reference(steps, AMPLE_GAS)
          if (full.halt === undefined && gas === 'exact') limit = full.gasUsed
          else if (full.halt === undefined && gas === 'one short') limit = full.gasUsed - 1
          else if (typeof gas === 'number') limit = Math.floor(gas * Math.min(full.gasUsed, 60_000))
        }
        const expected = reference(steps, limit)
        const found = await execute(steps, limit)
        expect(withoutOperands(found, expected)).toEqual(expected)
        note(expected.halt ?? 'no halt')
        const done = expected.halt === undefined ? steps : []
        for (const { instruction } of done) note(instruction?.mnemonic ?? 'none')
      },
    ),
    { numRuns: RUNS },
  )
  const wanted = [...instructions.map(({ mnemonic }) => mnemonic), ...haltCodes, 'OutOfGas', 'no halt']
  expect(wanted.filter((what) => !seen.has(what))).toEqual([])
})
