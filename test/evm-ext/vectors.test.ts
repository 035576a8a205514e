import type { MerkleStateManager } from '@ethereumjs/statemanager'
import { beforeAll, describe, expect, test } from 'vitest'
import { haltCodeOf } from '../../evm-ext/errors.ts'
import type { TensorEVM } from '../../evm-ext/tensorEVM.ts'
import { allocationBytes, PAGE_BYTES, schedule } from '../../gas-model/index.ts'
import {
  byteLength,
  encodeType,
  type Instruction,
  instructionByMnemonic,
  type Tensor,
  tensorBytes,
} from '../../isa/index.ts'
import { createMemoryStore, type ModelStore } from '../../model/store.ts'
import { code, op } from '../bytecode.ts'
import { bytesOfHex, hexOfBytes, readVectorFiles, resolveOperands, tensorOfValue, type Vector } from '../vectorFile.ts'
import { address, putCode, register, setUp } from './setup.ts'

/** Accounts whose code holds what a vector puts in place. */
const TENSORS = 0x7e50
const MEMORY = 0x3e30
const CODE = 0xc0de
const GAS = 2n ** 40n

let evm: TensorEVM
let state: MerkleStateManager
let store: ModelStore

beforeAll(async () => {
  store = createMemoryStore()
  const set = await setUp({ store })
  evm = set.evm
  state = set.state
})

/** Registers a model with these constants and gives its root. */
async function registerModel(constants: readonly Tensor[]): Promise<bigint> {
  const root = await store.put({ inputs: [{ dtype: 'int8', shape: [1] }], constants, steps: [], outputs: [0] })
  await register(
    evm.common,
    state,
    root,
    constants.reduce((sum, tensor) => sum + byteLength(tensor), 0),
  )
  return BigInt(root)
}

type Prepared = {
  /** Puts memory and tensors in place, then runs the instruction. */
  readonly program: Uint8Array
  /** Tensors that lie there before the instruction. */
  readonly before: readonly Tensor[]
  /** Of a `model` operand. */
  readonly usesModel: boolean
}

async function prepare(instruction: Instruction, vector: Vector): Promise<Prepared> {
  const { memory, code: accountCode, model, tensors = [] } = vector.environment ?? {}
  const before = tensors.map(tensorOfValue)
  const resolved = resolveOperands(instruction, vector.operands)
  const words: bigint[] = []
  for (const operand of resolved) {
    if (operand.kind === 'tensor') words.push(BigInt(before.push(operand.tensor)))
    else if (operand.kind === 'word') words.push(operand.word)
    else if (operand.kind === 'code') words.push(BigInt(CODE))
    else words.push(await registerModel((model ?? []).map(tensorOfValue)))
  }
  await putCode(state, TENSORS, Buffer.concat(before.map(tensorBytes)))
  await putCode(state, MEMORY, bytesOfHex(memory))
  await putCode(state, CODE, bytesOfHex(accountCode))
  let offset = 0
  const loads = before.map((tensor) => {
    const load = op('TCODELOAD', encodeType(tensor), TENSORS, offset)
    offset += byteLength(tensor)
    return load
  })
  const fill = op('EXTCODECOPY', MEMORY, 0, 0, bytesOfHex(memory).length)
  return {
    program: code(fill, ...loads, op(instruction.mnemonic, ...words)),
    before,
    usesModel: resolved.some(({ kind }) => kind === 'model'),
  }
}

/** Runs a program and gives the price of its last step of this name as well. */
async function run(program: Uint8Array, mnemonic: string, calldata: string | undefined) {
  let gas: bigint | undefined
  const listener = ({ opcode }: { opcode: { name: string; dynamicFee?: bigint } }) => {
    if (opcode.name === mnemonic) gas = opcode.dynamicFee
  }
  evm.events.on('step', listener)
  evm.journal.cleanJournal()
  const result = await evm.runCode({ code: program, data: bytesOfHex(calldata), gasLimit: GAS, to: address(0x0f) })
  evm.events.off('step', listener)
  expect(evm.arena.liveBytes).toBe(0)
  return { ...result, gas }
}

function memoryGas(bytes: number): number {
  const words = Math.ceil(bytes / 32)
  return 3 * words + Math.floor((words * words) / 512)
}

function liveBytes(tensors: readonly Tensor[]): number {
  return tensors.reduce((sum, tensor) => sum + allocationBytes(byteLength(tensor)), 0)
}

/** What the EVM charges on top of a vector's own gas: fresh pages of the arena, memory, accounts, the registry. */
function surcharge(instruction: Instruction, vector: Vector, { before, usesModel }: Prepared): number {
  const pages = (bytes: number) => Math.ceil(bytes / PAGE_BYTES)
  const live = liveBytes(before)
  const output = vector.output === undefined ? [] : [tensorOfValue(vector.output)]
  let gas = (pages(live + liveBytes(output)) - pages(live)) * schedule.tensorPageGas
  if (instruction.inputs.some(({ kind }) => kind === 'account')) gas += 2600
  if (usesModel) gas += 2100
  const position = instruction.inputs.find(({ kind }) => kind === 'memory')
  if (position !== undefined) {
    const stored = before.at(-1)
    const bytes = output[0] ?? stored
    const start = Number(vector.operands[position.name] as string)
    const used = bytesOfHex(vector.environment?.memory).length
    const end = Math.max(used, start + byteLength(bytes as Tensor))
    gas += memoryGas(end) - memoryGas(used)
  }
  return gas
}

describe.each(readVectorFiles())('$mnemonic', ({ mnemonic, vectors }) => {
  const instruction = instructionByMnemonic.get(mnemonic) as Instruction

  test.each(vectors)('$name', async (vector) => {
    const prepared = await prepare(instruction, vector)
    const { program, before } = prepared
    const calldata = vector.environment?.calldata
    if (vector.halt !== undefined) {
      const result = await run(program, mnemonic, calldata)
      expect(haltCodeOf(result.exceptionError)).toBe(vector.halt)
      expect(result.executionGasUsed).toBe(GAS)
      return
    }
    const start = await run(program, mnemonic, calldata)
    expect(start.exceptionError).toBeUndefined()
    if (vector.gas !== undefined) expect(Number(start.gas)).toBe(vector.gas + surcharge(instruction, vector, prepared))
    const show = async (...pieces: Uint8Array[]) =>
      hexOfBytes((await run(code(program, ...pieces), '', calldata)).returnValue)
    if (vector.output !== undefined) {
      const expected = tensorOfValue(vector.output)
      const handle = before.length + 1
      const length = byteLength(expected)
      expect(await show(op('TMSTORE', handle, 0), op('RETURN', 0, length))).toBe(hexOfBytes(tensorBytes(expected)))
      const typeWord = await show(op('TTYPE', handle), code(0, op('MSTORE')), op('RETURN', 0, 32))
      expect(BigInt(typeWord)).toBe(encodeType(expected))
    }
    if (vector.word !== undefined)
      expect(BigInt(await show(code(0, op('MSTORE')), op('RETURN', 0, 32)))).toBe(BigInt(vector.word))
    if (vector.memory !== undefined)
      expect(await show(op('RETURN', 0, bytesOfHex(vector.memory).length))).toBe(vector.memory)
    if (vector.live !== undefined)
      for (let handle = 1; handle <= before.length; handle++) {
        const { exceptionError } = await run(code(program, op('TTYPE', handle)), '', calldata)
        expect(exceptionError === undefined, `handle ${handle}`).toBe(vector.live.includes(handle))
      }
  })
})

test('every instruction has vectors', () => {
  const covered = readVectorFiles().map(({ mnemonic }) => mnemonic)
  expect([...instructionByMnemonic.keys()].filter((mnemonic) => !covered.includes(mnemonic))).toEqual([])
})
