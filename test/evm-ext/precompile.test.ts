import type { MerkleStateManager } from '@ethereumjs/statemanager'
import { hexToBytes } from '@ethereumjs/util'
import { beforeAll, describe, expect, test } from 'vitest'
import { haltCodeOf } from '../../evm-ext/errors.ts'
import type { InstructionTrace } from '../../evm-ext/execute.ts'
import type { TensorEVM } from '../../evm-ext/tensorEVM.ts'
import { schedule } from '../../gas-model/index.ts'
import { byteLength, encodeType, formatType, tensorBytes, tensorOf } from '../../isa/index.ts'
import { interpret } from '../../model/interpreter.ts'
import { lowerProgram, resolveOperands } from '../../model/machine.ts'
import type { Program } from '../../model/program.ts'
import { createMemoryStore } from '../../model/store.ts'
import { code, op } from '../bytecode.ts'
import { classifierModel, convolutionModel } from './models.ts'
import { call, putCode, register, setUp } from './setup.ts'

const PRECOMPILE = 0xae00
const ARENA_BYTES = 2 ** 20

type Registered = { readonly program: Program; readonly root: `0x${string}` }

const models = createMemoryStore()
let evm: TensorEVM
let state: MerkleStateManager
let classifier: Registered
let convolution: Registered

beforeAll(async () => {
  const store = models
  const set = await setUp({ store, genesis: { parameters: { tensorArenaBytes: ARENA_BYTES } } })
  evm = set.evm
  state = set.state
  const registerModel = async (program: Program): Promise<Registered> => {
    const root = await store.put(program)
    const bytes = program.constants.reduce((sum, tensor) => sum + byteLength(tensor), 0)
    await register(set.common, state, root, bytes)
    return { program, root }
  }
  classifier = await registerModel(classifierModel())
  convolution = await registerModel(convolutionModel())
})

function inputOf({ program }: Registered, seed: number) {
  return program.inputs.map(({ dtype, shape }, index) => {
    const count = byteLength({ dtype, shape })
    const values = Array.from({ length: count }, (_, at) => ((at * 31 + seed * 17 + index) % 256) - 128)
    return tensorOf(dtype, shape, values)
  })
}

function calldataOf(model: Registered, seed = 0): Uint8Array {
  return Buffer.concat([hexToBytes(model.root), ...inputOf(model, seed).map(tensorBytes)])
}

function expectedOutput(model: Registered, seed = 0): Uint8Array {
  return Buffer.concat(interpret(model.program, inputOf(model, seed)).map(tensorBytes))
}

/** Runs an action and collects the instructions that it ran. */
async function traced<T>(action: () => Promise<T>): Promise<{ result: T; traces: InstructionTrace[] }> {
  const traces: InstructionTrace[] = []
  evm.onInstruction = (trace) => traces.push(trace)
  try {
    return { result: await action(), traces }
  } finally {
    evm.onInstruction = undefined
    expect([evm.arena.depth, evm.arena.liveBytes]).toEqual([0, 0])
  }
}

test('a value may be several outputs', async () => {
  const { program } = classifier
  const [output] = program.outputs as [number]
  const repeated = { ...program, outputs: [output, output, output] }
  const root = await models.put(repeated)
  await register(evm.common, state, root, 1)
  const { execResult } = await call(evm, PRECOMPILE, { data: calldataOf({ program: repeated, root }) })
  expect(execResult.exceptionError).toBeUndefined()
  expect(Buffer.from(execResult.returnValue)).toEqual(Buffer.from(expectedOutput({ program: repeated, root })))
})

test('a call that could not pay the base price of every step is out of gas', async () => {
  const gasLimit = 2100n + BigInt(classifier.program.steps.length) * 100n - 1n
  const { execResult } = await call(evm, PRECOMPILE, { data: calldataOf(classifier), gasLimit })
  expect(execResult.exceptionError?.error).toBe('out of gas')
  expect(execResult.executionGasUsed).toBe(gasLimit)
})

test('a program is lowered only once that price is there', async () => {
  const { program } = classifier
  // No lowering gets past a step that uses a value of its own future.
  const [first, ...rest] = program.steps as [Program['steps'][number], ...Program['steps']]
  const broken = { ...program, steps: [{ ...first, operands: first.operands.map(() => 1000n) }, ...rest] }
  const root = `0x${'77'.repeat(32)}` as const
  const store = { put: models.put, get: async () => broken }
  const set = await setUp({ store })
  await register(set.common, set.state, root, 1)
  const data = calldataOf({ program: broken, root })
  const price = BigInt(broken.steps.length) * 100n
  const poor = await call(set.evm, PRECOMPILE, { data, gasLimit: 2100n + price - 1n })
  expect(poor.execResult.exceptionError?.error).toBe('out of gas')
  await expect(call(set.evm, PRECOMPILE, { data, gasLimit: 2100n + price })).rejects.toThrow()
})

describe.each([
  ['a classifier with two outputs', () => classifier],
  ['a convolution that frees tensors', () => convolution],
] as const)('%s', (_name, modelOf) => {
  test('gives the canonical bytes that the interpreter gives', async () => {
    for (const seed of [0, 1, 2]) {
      const { execResult } = await call(evm, PRECOMPILE, { data: calldataOf(modelOf(), seed), gasLimit: 10_000_000n })
      expect(execResult.exceptionError).toBeUndefined()
      expect(Buffer.from(execResult.returnValue)).toEqual(Buffer.from(expectedOutput(modelOf(), seed)))
    }
  })

  test('runs the instructions of the same program in bytecode, at the same prices', async () => {
    const model = modelOf()
    const bases = { input: 32n, output: 0n, modelRoot: BigInt(model.root) }
    const steps = lowerProgram(model.program, { weights: 'model' })
    const bytecode = code(
      ...steps.map((step) => op(step.instruction.mnemonic, ...resolveOperands(step, bases))),
      op('RETURN', 0, expectedOutput(model).length),
    )
    await putCode(state, 0xb7e, bytecode)
    const data = calldataOf(model)
    const options = { data, gasLimit: 10_000_000n }
    const inBytecode = await traced(() => call(evm, 0xb7e, options))
    const inPrecompile = await traced(() => call(evm, PRECOMPILE, options))
    expect(inPrecompile.result.execResult.returnValue).toEqual(inBytecode.result.execResult.returnValue)

    // Bytecode reads the registry cold in its first TMODELLOAD; the precompile did so to find the program.
    const firstLoad = inBytecode.traces.findIndex(({ instruction }) => instruction.mnemonic === 'TMODELLOAD')
    const show = ({ instruction, gas, type, operandIds, resultId }: InstructionTrace, warmer = 0n) =>
      `${instruction.mnemonic} [${operandIds}] ${resultId} ${type && formatType(type)} ${gas - warmer}`
    const bytecodeLines = inBytecode.traces.map((trace, index) => show(trace, index === firstLoad ? 2000n : 0n))
    expect(inPrecompile.traces.map((trace) => show(trace))).toEqual(bytecodeLines)
    expect(inPrecompile.traces.map(({ depth, sequence }) => [depth, sequence])).toEqual(
      inBytecode.traces.map((_, index) => [0, index]),
    )

    const paid = inPrecompile.traces.reduce((sum, { gas }) => sum + gas, 2100n)
    expect(inPrecompile.result.execResult.executionGasUsed).toBe(paid)
    expect((await call(evm, PRECOMPILE, { data, gasLimit: paid })).execResult.exceptionError).toBeUndefined()
    const { execResult: short } = await call(evm, PRECOMPILE, { data, gasLimit: paid - 1n })
    expect([short.exceptionError?.error, short.executionGasUsed]).toEqual(['out of gas', paid - 1n])
    expect(short.returnValue).toHaveLength(0)
  })
})

describe('failures take all gas of the call', () => {
  const gasLimit = 500_000n
  const ask = async (data: Uint8Array) => {
    const { execResult } = await call(evm, PRECOMPILE, { data, gasLimit })
    expect(execResult.executionGasUsed).toBe(gasLimit)
    expect(execResult.returnValue).toHaveLength(0)
    expect(evm.arena.liveBytes).toBe(0)
    return execResult.exceptionError
  }

  test('a root that is not registered', async () => {
    expect(haltCodeOf(await ask(new Uint8Array(48)))).toBe('UnknownModel')
  })

  test.each([0, 31, 32, 47, 49, 80])('%d bytes where 48 are expected', async (length) => {
    const data = new Uint8Array(length)
    data.set(calldataOf(classifier).subarray(0, length))
    expect((await ask(data))?.error).toBe('invalid input length')
  })

  test('the registry is not read for gas that is not there', async () => {
    for (const [gas, expected] of [
      [2099n, 'out of gas'],
      [2100n, 'tensor halt: UnknownModel'],
    ] as const) {
      const { execResult } = await call(evm, PRECOMPILE, { data: new Uint8Array(48), gasLimit: gas })
      expect(execResult.exceptionError?.error).toBe(expected)
    }
  })
})

describe('called by a contract', () => {
  const TENSOR = (bytes: number) => encodeType({ dtype: 'int8', shape: [bytes] })

  /** Copies calldata to memory, holds a tensor of some bytes, calls the precompile by this opcode, returns success. */
  const caller = (kind: string, held: number, gas: bigint, ...after: Uint8Array[]) => {
    const { length } = calldataOf(classifier)
    const value = kind === 'CALL' || kind === 'CALLCODE' ? [0] : []
    return code(
      op('TCALLDATALOAD', TENSOR(held), 0),
      op('CALLDATACOPY', 0, 0, length),
      op(kind, gas, PRECOMPILE, ...value, 0, length, 64, 7),
      ...after,
      ...[32, op('MSTORE'), op('TMSTORE', 1, 128), op('RETURN', 32, 96 + held)],
    )
  }

  test.each(['CALL', 'CALLCODE', 'DELEGATECALL', 'STATICCALL'])('by %s, its own tensors stay', async (kind) => {
    await putCode(state, 0xca11, caller(kind, 8, 100_000n))
    const data = calldataOf(classifier)
    const { execResult } = await call(evm, 0xca11, { data })
    const out = Buffer.from(execResult.returnValue)
    expect(out[31]).toBe(1)
    expect(out.subarray(32, 39)).toEqual(Buffer.from(expectedOutput(classifier)))
    expect(out.subarray(96, 104)).toEqual(Buffer.from(data.subarray(0, 8)))
  })

  test("the caller's tensors count: a full arena stops the precompile", async () => {
    // The program needs four granules and more; three are left.
    await putCode(state, 0xca11, caller('STATICCALL', ARENA_BYTES - 3 * 64, 100_000n))
    const { execResult } = await call(evm, 0xca11, { data: calldataOf(classifier), gasLimit: 10_000_000n })
    expect(execResult.exceptionError).toBeUndefined()
    expect(execResult.returnValue[31]).toBe(0)
  })

  test('depth and numbers of tensors go on from the caller', async () => {
    await putCode(state, 0xca11, caller('STATICCALL', 8, 100_000n))
    const { traces } = await traced(() => call(evm, 0xca11, { data: calldataOf(classifier) }))
    expect(traces.map(({ sequence }) => sequence)).toEqual(traces.map((_, index) => index))
    expect(traces[0]).toMatchObject({ depth: 0, resultId: 1 })
    expect(traces[1]).toMatchObject({ depth: 1, resultId: 2 })
    expect(traces.at(-1)).toMatchObject({ depth: 0, operandIds: [1] })
  })

  test('a call that fails leaves no chunk and no registry slot warm, one that succeeds does', async () => {
    const chunkGas = async (gas: bigint) => {
      const load = op('TMODELLOAD', BigInt(classifier.root), 0, 0, 3)
      await putCode(state, 0xca11, caller('STATICCALL', 8, gas, load, op('POP')))
      const { traces } = await traced(() => call(evm, 0xca11, { data: calldataOf(classifier) }))
      return traces.findLast(({ instruction }) => instruction.mnemonic === 'TMODELLOAD')?.gas as bigint
    }
    const { execResult } = await call(evm, PRECOMPILE, { data: calldataOf(classifier) })
    // With so much less the call still loads its constants, and can't pay for its last instructions. The caller's tensor has
    // paid for the page.
    const enough = execResult.executionGasUsed
    const [warm, cold] = [await chunkGas(enough), await chunkGas(enough - 200n - BigInt(schedule.tensorPageGas))]
    expect(cold - warm).toBe(2000n + 6500n)
  })
})
