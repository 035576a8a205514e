import { beforeAll, describe, expect, test } from 'vitest'
import type { TensorEVM } from '../../evm-ext/tensorEVM.ts'
import { schedule } from '../../gas-model/index.ts'
import { encodeType, instructionByMnemonic } from '../../isa/index.ts'
import { code, op, type Piece } from '../bytecode.ts'
import { call, putCode, runCode, setUp } from './setup.ts'

const TENSOR = encodeType({ dtype: 'int8', shape: [2, 3] })

let evm: TensorEVM

beforeAll(async () => {
  evm = (await setUp()).evm
})

function run(pieces: readonly Piece[], gasLimit = 1_000_000n) {
  return runCode(evm, pieces, gasLimit)
}

describe('stack', () => {
  test.each(['TMLOAD', 'TTYPE', 'MATMUL', 'RESCALE', 'SLICE', 'TMODELLOAD'])('%s underflows', async (mnemonic) => {
    const { inputs } = instructionByMnemonic.get(mnemonic) as { inputs: readonly unknown[] }
    const result = await run([...inputs.slice(1).map(() => 1), op(mnemonic)])
    expect(result.exceptionError?.error).toBe('stack underflow')
    expect(result.executionGasUsed).toBe(1_000_000n)
  })

  test('TSPACE overflows a full stack and fills the last place', async () => {
    const zeros = new Uint8Array(1024).fill(0x5f)
    expect((await run([zeros, op('TSPACE')])).exceptionError?.error).toBe('stack overflow')
    expect((await run([zeros.subarray(1), op('TSPACE')])).exceptionError).toBeUndefined()
  })

  test('operands are popped and one word is pushed, at most', async () => {
    const sizes: number[] = []
    const listener = (step: { stack: bigint[] }) => sizes.push(step.stack.length)
    evm.events.on('step', listener)
    await run([op('TCALLDATALOAD', TENSOR, 0), op('MATMUL', 0, 1, 1, 0), op('TMSTORE', 2, 0), op('STOP')])
    evm.events.off('step', listener)
    expect(sizes).toEqual([0, 1, 2, 1, 2, 3, 4, 5, 2, 3, 4, 2])
  })
})

describe('state', () => {
  test('memory that TMLOAD grew can be read, and MSIZE shows it', async () => {
    const { returnValue } = await run([op('TMLOAD', TENSOR, 100), op('MSIZE'), 0, op('MSTORE'), op('RETURN', 0, 32)])
    expect(returnValue[31]).toBe(128)
  })

  test('TSPACE counts whole granules of every open frame', async () => {
    const result = await run([op('TCALLDATALOAD', TENSOR, 0), op('TSPACE'), 0, op('MSTORE'), op('RETURN', 0, 32)])
    const word = BigInt(`0x${Buffer.from(result.returnValue).toString('hex')}`)
    expect(word).toBe(BigInt(schedule.tensorArenaBytes - 64))
  })

  test('TCODELOAD reads code as it lies there, without following a delegation', async () => {
    const { evm: fresh, state } = await setUp()
    await putCode(state, 0xde1e, Uint8Array.of(0xef, 0x01, 0x00, ...new Uint8Array(18), 0xc0, 0xde))
    await putCode(state, 0xf00d, code(op('TCODELOAD', TENSOR, 0xde1e, 0), op('TMSTORE', 1, 0), op('RETURN', 0, 6)))
    const { execResult } = await call(fresh, 0xf00d)
    expect([...execResult.returnValue]).toEqual([0xef, 0x01, 0x00, 0, 0, 0])
  })

  test('jump destinations are where they were: the second byte is none', async () => {
    const jumpOver = code(op('JUMP', 4), op('TSPACE'), op('JUMPDEST'))
    expect(jumpOver[5]).toBe(0x5b)
    expect((await run([op('JUMP', 5), op('TSPACE'), op('JUMPDEST')])).exceptionError).toBeUndefined()
    expect((await run([jumpOver])).exceptionError?.error).toMatch(/^invalid JUMP/)
    // A JUMPDEST byte after AE stays one: AE 5b halts when run, and can be jumped to.
    const pieces = [op('JUMP', 4), Uint8Array.of(0xae, 0x5b), op('MSIZE'), op('STOP')]
    expect((await run(pieces)).exceptionError).toBeUndefined()
  })

  test('code that jumps runs instructions after the analysis as before', async () => {
    const pieces = [op('JUMP', 3), op('JUMPDEST'), op('TSPACE'), op('TSPACE')]
    expect((await run(pieces)).executionGasUsed).toBe(3n + 8n + 1n + 200n)
  })
})
