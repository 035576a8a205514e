import { beforeAll, describe, expect, test } from 'vitest'
import type { TensorEVM } from '../../evm-ext/tensorEVM.ts'
import { byteLength, encodeType, tensorBytes } from '../../isa/index.ts'
import { code, op } from '../bytecode.ts'
import { cmsisNnCases, hasCmsisNn } from '../cmsisNn.ts'
import type { InstructionCase } from '../instructionCase.ts'
import { hasOnnx } from '../onnx.ts'
import { onnxCases } from '../onnxCases.ts'
import { address, setUp } from './setup.ts'

let evm: TensorEVM

beforeAll(async () => {
  evm = (await setUp()).evm
})

/** Runs a case as bytecode: every tensor given comes from calldata, the last result is returned. */
async function runInEVM({ calls, expected }: InstructionCase): Promise<Uint8Array> {
  const data: Uint8Array[] = []
  const pieces: Uint8Array[] = []
  const results: number[] = []
  let offset = 0
  let handle = 0
  for (const { instruction, operands } of calls) {
    const words = operands.map((operand) => {
      if (typeof operand === 'bigint') return operand
      if ('call' in operand) return results[operand.call] as number
      data.push(tensorBytes(operand))
      pieces.push(op('TCALLDATALOAD', encodeType(operand), offset), op('POP'))
      offset += byteLength(operand)
      return ++handle
    })
    pieces.push(op(instruction.mnemonic, ...words), op('POP'))
    results.push(++handle)
  }
  const store = op('TMSTORE', results.at(-1) as number, 0)
  const bytecode = code(...pieces, store, op('RETURN', 0, byteLength(expected)))
  const result = await evm.runCode({
    code: bytecode,
    data: Buffer.concat(data),
    gasLimit: 10n ** 9n,
    to: address(0x0f),
  })
  expect(result.exceptionError).toBeUndefined()
  return result.returnValue
}

describe.skipIf(!hasCmsisNn)('CMSIS-NN in the EVM (needs ../shared/vectors/cmsis-nn)', () => {
  test.each(cmsisNnCases())('$name', async (given) => {
    expect(Buffer.from(await runInEVM(given)).equals(tensorBytes(given.expected))).toBe(true)
  })
})

describe.skipIf(!hasOnnx)('ONNX node tests in the EVM (needs ../shared/vectors/onnx)', () => {
  test.each(onnxCases())('$name', async (given) => {
    expect(Buffer.from(await runInEVM(given)).equals(tensorBytes(given.expected))).toBe(true)
  })
})
