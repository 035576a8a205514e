import { describe, expect, it } from 'vitest'
import { type Instruction, instructionByMnemonic, tensorOf } from '../../isa/index.ts'
import { type Program, valueTypes } from '../../model/index.ts'

function instruction(mnemonic: string): Instruction {
  const found = instructionByMnemonic.get(mnemonic)
  if (!found) throw new Error(`${mnemonic} is not an instruction`)
  return found
}

const program: Program = {
  inputs: [{ dtype: 'int8', shape: [1, 3] }],
  constants: [tensorOf('int8', [2, 3], [1, 2, 3, 4, 5, 6])],
  steps: [
    { instruction: instruction('MATMUL'), operands: [0n, 1n, 2n, 0n] },
    { instruction: instruction('TADD'), operands: [3n, 3n] },
  ],
  outputs: [3, 0],
}

function withStep(mnemonic: string, operands: readonly bigint[]): Program {
  return { ...program, steps: [{ instruction: instruction(mnemonic), operands }, ...program.steps.slice(1)] }
}

describe('valueTypes', () => {
  it('gives the type of inputs, constants and results', () => {
    expect(valueTypes(program).map(({ dtype, shape }) => `${dtype}[${shape}]`)).toEqual([
      'int8[1,3]',
      'int8[2,3]',
      'int32[1,2]',
      'int32[1,2]',
    ])
  })

  const broken: [string, Program][] = [
    ['step 0 MATMUL: 3 operands, not 4', withStep('MATMUL', [0n, 1n, 2n])],
    ['step 0 MATMUL: a: value 2 is not one of the 2 before it', withStep('MATMUL', [0n, 3n, 2n, 0n])],
    ['step 0 MATMUL: a: value -1 is not one of the 2 before it', withStep('MATMUL', [0n, 0n, 2n, 0n])],
    ['step 0 MATMUL: bias: value', withStep('MATMUL', [0n, 1n, 2n, 2n ** 255n])],
    ['step 0 MATMUL: -1 is not a word', withStep('MATMUL', [-1n, 1n, 2n, 0n])],
    ['step 0 MATMUL: BadAttribute: unused bits are set', withStep('MATMUL', [2n ** 32n, 1n, 2n, 0n])],
    ['step 0 MATMUL: TypeMismatch: bias is int8[1,3]', withStep('MATMUL', [0n, 1n, 2n, 1n])],
    ['step 0 TFREE: not a compute instruction', withStep('TFREE', [1n, 1n])],
    ['step 0 RESHAPE: BadTypeWord', withStep('RESHAPE', [0n, 1n])],
    ['step 0 RESCALE: multiplier: value', withStep('RESCALE', [0x101n, 1n, 9n, 1n])],
    ['input 0: ShapeMismatch: dimension 0', { ...program, inputs: [{ dtype: 'int8', shape: [0] }] }],
    [
      'constant 0: int8[3] has 3 elements, not 2',
      { ...program, constants: [{ dtype: 'int8', shape: [3], data: new Int8Array(2) }] },
    ],
    ['outputs: a program needs at least one', { ...program, outputs: [] }],
    ['output 1: value 4 is not one of the 4 before it', { ...program, outputs: [3, 4] }],
    ['output 0: value 1.5', { ...program, outputs: [1.5] }],
  ]
  it.each(broken)('refuses a program with %s', (message, wrong) => {
    expect(() => valueTypes(wrong)).toThrow(RangeError)
    expect(() => valueTypes(wrong)).toThrow(message)
  })
})
