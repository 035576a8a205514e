import { describe, expect, it } from 'vitest'
import {
  type AnyDataOperands,
  type AnyTypedOperands,
  createTensor,
  type Environment,
  type EnvironmentInstruction,
  instructionByMnemonic,
  type Tensor,
  type TensorType,
  tensorBytes,
} from '../../isa/index.ts'

function environmentInstruction(mnemonic: string): EnvironmentInstruction {
  const instruction = instructionByMnemonic.get(mnemonic)
  if (instruction?.family !== 'environment') throw new RangeError(`${mnemonic}: no such environment instruction`)
  return instruction
}

const source = Uint8Array.from([1, 2, 3, 4, 5])

const surroundings: Environment = {
  calldata: source,
  memory: new Uint8Array(64),
  freeBytes: 0,
  free() {
    throw new Error('frees nothing')
  },
}

describe('loads fill a tensor whose memory was used before', () => {
  const type: TensorType = { dtype: 'int16', shape: [4] }
  const root = 1n
  const model = { root, types: [{ dtype: 'int8', shape: [1, 8] }], bytes: () => new Uint8Array(8) }

  const dirty = (): Tensor => {
    const tensor = createTensor(type)
    tensor.data.fill(-1)
    return tensor
  }

  it.each([
    ['TMLOAD', { type, offset: 0n }, [0, 0, 0, 0, 0, 0, 0, 0]],
    ['TCALLDATALOAD', { type, offset: 2n }, [3, 4, 5, 0, 0, 0, 0, 0]],
    ['TCALLDATALOAD', { type, offset: 5n }, [0, 0, 0, 0, 0, 0, 0, 0]],
    ['TCODELOAD', { type, account: source, offset: 4n }, [5, 0, 0, 0, 0, 0, 0, 0]],
    ['TCODELOAD', { type, account: new Uint8Array(), offset: 0n }, [0, 0, 0, 0, 0, 0, 0, 0]],
    ['TMODELLOAD', { model, index: 0n, firstRow: 0n, rowCount: 1n }, [0, 0, 0, 0, 0, 0, 0, 0]],
  ])('%s', (mnemonic, operands, bytes) => {
    const output = dirty()
    environmentInstruction(mnemonic).execute(operands as unknown as AnyDataOperands, surroundings, output)
    expect([...tensorBytes(output)]).toEqual(bytes)
  })

  it('and say so when they are given none', () => {
    const operands = { type, offset: 0n } as unknown as AnyDataOperands
    expect(() => environmentInstruction('TMLOAD').execute(operands, surroundings, undefined)).toThrow(
      'output: this instruction fills a tensor, none was given',
    )
  })
})

describe('TFREE', () => {
  it.each([
    [0n, 0],
    [1n, 1],
    [1023n, 1023],
    [1024n, 1024],
    [1025n, 1024],
    [2n ** 32n - 1n, 1024],
  ])('of %i handles is priced as %i: no more are alive at once', (count, handles) => {
    const operands = { handle: 1n, count } as unknown as AnyTypedOperands
    expect(environmentInstruction('TFREE').work(operands, undefined as unknown as TensorType)).toEqual({ handles })
  })
})

describe('TMODELLOAD', () => {
  const types: TensorType[] = [
    { dtype: 'int8', shape: [3] },
    { dtype: 'int32', shape: [2 ** 20, 3, 5] },
  ]

  it.each([
    [0, 1, 2, { firstByte: 1, length: 2 }],
    [1, 0, 1, { firstByte: 3, length: 60 }],
    [1, 2 ** 20 - 1, 1, { firstByte: 3 + 60 * (2 ** 20 - 1), length: 60 }],
    [1, 7, 2 ** 20 - 7, { firstByte: 423, length: 60 * (2 ** 20 - 7) }],
  ])(
    'of tensor %i, rows %i and %i on, reads the bytes of these rows after those of the tensors before',
    (index, firstRow, rowCount, range) => {
      const model = { root: 1n, types }
      const words = { index: BigInt(index), firstRow: BigInt(firstRow), rowCount: BigInt(rowCount) }
      const operands = { model, ...words } as unknown as AnyTypedOperands
      expect(environmentInstruction('TMODELLOAD').modelRange?.(operands)).toEqual(range)
    },
  )
})
