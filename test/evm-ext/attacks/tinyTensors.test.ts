import { beforeAll, describe, expect, test } from 'vitest'
import { haltCodeOf } from '../../../evm-ext/errors.ts'
import { tensorParameters } from '../../../evm-ext/parameters.ts'
import type { TensorEVM } from '../../../evm-ext/tensorEVM.ts'
import { PAGE_BYTES, type TensorParameters } from '../../../gas-model/index.ts'
import { encodeType, type TensorType } from '../../../isa/index.ts'
import { createWasmKernel, type Kernel } from '../../../kernel/index.ts'
import { code, op, pushGas } from '../../bytecode.ts'
import { runCode, setUp } from '../setup.ts'
import { bytesType, DUP1, endless, freeTop, make, POP, repeat, SWAP1, warmGas } from './programs.ts'

const BLOCK_GAS = 60_000_000n
const TINY: TensorType = { dtype: 'int8', shape: [1, 1] }
const PUSH = 3n
const SUB = Uint8Array.of(0x03)

let evm: TensorEVM
let kernel: Kernel
let parameters: TensorParameters
beforeAll(async () => {
  kernel = createWasmKernel()
  const set = await setUp({ kernel })
  evm = set.evm
  parameters = tensorParameters(set.common)
})

/** Gas of making a tensor of zeros on pages that were touched before, and of freeing it, with what stands around both. */
function makeGas(type: TensorType): bigint {
  return BigInt(warmGas('TCALLDATALOAD', { type, offset: 0n }, parameters)) + pushGas(encodeType(type), 2 ** 40)
}
function freeTopGas(): bigint {
  return BigInt(warmGas('TFREE', { handle: 1n, count: 1n }, parameters)) + 2n * PUSH
}

describe('tiny tensors by the million', () => {
  test('a block of nothing but 1x1 tensors, made and freed, is paid tensor by tensor', async () => {
    const [perTurn, unrolled] = [makeGas(TINY) + freeTopGas(), 64]
    // JUMPDEST, the body, then the counter less one, again, and back while it is not 0.
    const turnGas = BigInt(unrolled) * perTurn + 1n + 4n * PUSH + PUSH + 10n
    const turns = (BLOCK_GAS - 1000n) / turnGas
    const head = code(turns)
    const loop = code(
      ...[head, op('JUMPDEST'), repeat(unrolled, make(TINY), freeTop)],
      ...[1, SWAP1, SUB, DUP1, op('JUMPI', head.length)],
    )
    const memory = kernel.memory.buffer.byteLength
    const result = await runCode(evm, [loop], BLOCK_GAS)
    expect(result.exceptionError).toBeUndefined()
    const firstTouch = BigInt(parameters.tensorPageGas)
    expect(result.executionGasUsed).toBe(PUSH + turns * turnGas + firstTouch)
    expect(Number(turns) * unrolled).toBeGreaterThan(200_000)
    // One tensor lives at a time, so nothing grows beyond the first step.
    expect(kernel.memory.buffer.byteLength - memory).toBeLessThanOrEqual(4 * 2 ** 20)
  })

  test('no more than tensorMaxHandles live, in one frame or many', async () => {
    const most = parameters.tensorMaxHandles
    let live = 0
    evm.onInstruction = () => {
      live = Math.max(live, evm.arena.liveTensors)
    }
    try {
      const full = await runCode(evm, [repeat(most, make(TINY), POP)], BLOCK_GAS)
      expect(full.exceptionError).toBeUndefined()
      const over = await runCode(evm, [endless([make(TINY), POP])], BLOCK_GAS)
      expect(haltCodeOf(over.exceptionError)).toBe('TooManyHandles')
    } finally {
      evm.onInstruction = undefined
    }
    expect(live).toBe(most)
    expect(most).toBeLessThanOrEqual(1024)
  })
})

describe('making and freeing over and over', () => {
  test.each([1, 64, 65, 4096, 100_000, 2 ** 22])('%i bytes: zeroing is paid each time, pages once', async (bytes) => {
    const type = bytesType(bytes)
    const gas = async (times: number) =>
      (await runCode(evm, [repeat(times, make(type), freeTop)], BLOCK_GAS)).executionGasUsed
    const [one, ten] = [await gas(1), await gas(10)]
    const again = makeGas(type) + freeTopGas()
    expect(ten - one).toBe(9n * again)
    expect(one - again).toBe(BigInt(Math.ceil(bytes / PAGE_BYTES) * parameters.tensorPageGas))
  })

  test('freeing gives back room and no gas', async () => {
    const made = code(make(bytesType(1000)), POP)
    const [kept, freed] = [
      await runCode(evm, [made], BLOCK_GAS),
      await runCode(evm, [made, op('TFREE', 1, 1)], BLOCK_GAS),
    ]
    expect(freed.executionGasUsed - kept.executionGasUsed).toBe(freeTopGas())
    expect(freed.gasRefund ?? 0n).toBe(0n)
  })

  test('freeing nothing, many times over, is paid too', async () => {
    const body = code(op('TFREE', 1, 0))
    const result = await runCode(evm, [repeat(100, body)], BLOCK_GAS)
    const each = BigInt(warmGas('TFREE', { handle: 1n, count: 0n }, parameters)) + pushGas(1, 0)
    expect(result.executionGasUsed).toBe(100n * each)
  })
})
