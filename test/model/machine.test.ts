import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ModelTensors, type Tensor, tensorBytes, tensorOf } from '../../isa/index.ts'
import {
  createProgramBuilder,
  interpret,
  lowerProgram,
  type MachineStep,
  modelRoot,
  type Program,
  resolveOperands,
  runReferenceMachine,
  summarize,
  valueTypes,
  type WeightsPlace,
  weightsCode,
} from '../../model/index.ts'
import { randomProgram } from './randomProgram.ts'

const WEIGHTS = 0xabcdn

function models(program: Program): ReadonlyMap<bigint, ModelTensors> {
  const root = BigInt(modelRoot(program))
  const bytes = (index: number) => tensorBytes(program.constants[index] as Tensor)
  return new Map([[root, { root, types: program.constants, bytes }]])
}

/** Runs a lowered program on the reference machine, inputs from byte 7 of calldata, outputs from byte 64 of memory. */
function run(program: Program, inputs: readonly Tensor[], weights: WeightsPlace) {
  const calldata = Buffer.concat([new Uint8Array(7), ...inputs.map(tensorBytes)])
  const bases = { input: 7n, output: 64n, modelRoot: BigInt(modelRoot(program)), weightsAddress: WEIGHTS }
  const steps = lowerProgram(program, { weights }).map((step) => ({
    instruction: step.instruction,
    words: resolveOperands(step, bases),
  }))
  return runReferenceMachine(steps, {
    gasLimit: 1e9,
    calldata,
    code: new Map([[WEIGHTS, weightsCode(program)]]),
    models: models(program),
  })
}

function mnemonics(steps: readonly MachineStep[]): string[] {
  return steps.map(({ instruction, operands }) => {
    const literals = instruction.mnemonic === 'TFREE' ? ` ${operands.join(' ')}` : ''
    return instruction.mnemonic + literals
  })
}

const big = { dtype: 'int8', shape: [4096] } as const
const small = { dtype: 'int8', shape: [4095] } as const
const clamp = { low: -3, high: 3 }

describe('lowerProgram', () => {
  it('frees small dead tensors too before a long program runs out of handles', () => {
    const builder = createProgramBuilder()
    const one = builder.input({ dtype: 'int32', shape: [1] })
    let sum = one
    for (let step = 0; step < 1500; step++) sum = builder.emit('TADD', { a: sum, b: one })
    builder.output(sum)
    const program = builder.build()
    const input = tensorOf('int32', [1], [3])
    const { halt, memory } = run(program, [input], 'model')
    expect(halt).toBeUndefined()
    expect(new DataView(memory.buffer, memory.byteOffset).getInt32(64, true)).toBe(3 * 1501)
    // Sums 1..256 are handles 2..257: the input is handle 1 and stays alive.
    const frees = mnemonics(lowerProgram(program, { weights: 'model' })).filter((step) => step.startsWith('TFREE'))
    expect(frees.slice(0, 2)).toEqual(['TFREE 2 256', 'TFREE 258 256'])
  })

  it.each(['model', 'code'] as const)('gives what the interpreter gives, with weights in %s', (weights) => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const { program, inputs } = randomProgram(seed)
        const { halt, memory } = run(program, inputs, weights)
        expect(halt).toBeUndefined()
        const outputs = Buffer.concat(interpret(program, inputs).map(tensorBytes))
        expect(Buffer.from(memory.subarray(64, 64 + outputs.length))).toEqual(outputs)
      }),
    )
  })

  it('loads inputs and constants right before their first use, once, and only if they are used', () => {
    const builder = createProgramBuilder()
    const [first, , last] = [small, small, small].map((type) => builder.input(type)) as [number, number, number]
    const table = builder.constant({ dtype: 'int8', shape: [256], data: new Int8Array(256) })
    const clamped = builder.emit('CLAMP', { attributes: clamp, x: first })
    const looked = builder.emit('TABLE', { x: clamped, table })
    builder.output(builder.emit('TABLE', { x: looked, table }))
    builder.output(last)
    const steps = lowerProgram(builder.build(), { weights: 'model' })
    expect(mnemonics(steps)).toEqual([
      'TCALLDATALOAD',
      'CLAMP',
      'TMODELLOAD',
      'TABLE',
      'TABLE',
      'TCALLDATALOAD',
      'TMSTORE',
      'TMSTORE',
    ])
    expect(steps.map(({ operands }) => operands.at(-1))).toEqual([
      { base: 'input', offset: 0n },
      1n,
      256n,
      3n,
      3n,
      { base: 'input', offset: 8190n },
      { base: 'output', offset: 0n },
      { base: 'output', offset: 4095n },
    ])
    expect(steps[2]?.operands).toEqual([{ base: 'modelRoot', offset: 0n }, 0n, 0n, 256n])
    expect(steps.map(({ operands }) => operands[0]).slice(3, 5)).toEqual([2n, 4n])
    expect([steps[6]?.operands[0], steps[7]?.operands[0]]).toEqual([5n, 6n])
  })

  it('reads weights from code one after the other behind the STOP', () => {
    const builder = createProgramBuilder()
    const x = builder.input(small)
    const tables = [1, 2].map((value) =>
      builder.constant({ dtype: 'int8', shape: [256], data: new Int8Array(256).fill(value) }),
    ) as [number, number]
    // The second constant is used first: offsets follow the numbers, not the order of use.
    const y = builder.emit('TABLE', { x, table: tables[1] })
    builder.output(builder.emit('TABLE', { x: y, table: tables[0] }))
    const program = builder.build()
    const loads = lowerProgram(program, { weights: 'code' }).filter((step) => step.instruction.mnemonic === 'TCODELOAD')
    expect(loads.map(({ operands }) => operands)).toEqual([
      [0x1000101n, { base: 'weightsAddress', offset: 0n }, 257n],
      [0x1000101n, { base: 'weightsAddress', offset: 0n }, 1n],
    ])
    const code = weightsCode(program)
    expect([code.length, code[0], code[1], code[257]]).toEqual([513, 0, 1, 2])
  })

  it('frees dead tensors of 4096 bytes, and not smaller ones, right after their last use', () => {
    for (const [type, free] of [
      [big, ['TFREE 1 1']],
      [small, []],
    ] as const) {
      const builder = createProgramBuilder()
      const x = builder.input(type)
      const y = builder.emit('CLAMP', { attributes: clamp, x })
      builder.output(builder.emit('MAXIMUM', { a: y, b: y }))
      const steps = lowerProgram(builder.build(), { weights: 'model' })
      expect(mnemonics(steps)).toEqual(['TCALLDATALOAD', 'CLAMP', ...free, 'MAXIMUM', 'TMSTORE'])
    }
  })

  it('frees adjacent handles together, a result that nothing uses at once, and nothing at the end', () => {
    const builder = createProgramBuilder()
    const [a, b] = [builder.input(big), builder.input(big)]
    const sum = builder.emit('MAXIMUM', { a, b })
    builder.output(builder.emit('CLAMP', { attributes: clamp, x: sum }))
    const built = builder.build()
    const [maximum, clamped] = built.steps as [Program['steps'][number], Program['steps'][number]]
    expect(mnemonics(lowerProgram(built, { weights: 'model' }))).toEqual([
      'TCALLDATALOAD',
      'TCALLDATALOAD',
      'MAXIMUM',
      'TFREE 1 2',
      'CLAMP',
      'TMSTORE',
    ])
    const unused: Program = {
      ...built,
      steps: [maximum, maximum, { ...clamped, operands: [clamped.operands[0] as bigint, 4n] }],
    }
    expect(mnemonics(lowerProgram({ ...unused, outputs: [4] }, { weights: 'model' }))).toEqual([
      'TCALLDATALOAD',
      'TCALLDATALOAD',
      'MAXIMUM',
      'TFREE 3 1',
      'MAXIMUM',
      'TFREE 1 2',
      'CLAMP',
      'TMSTORE',
    ])
  })

  it('asks for the bases that it needs', () => {
    const [load] = lowerProgram(randomProgram(3).program, { weights: 'model' })
    expect(() => resolveOperands(load as MachineStep, {})).toThrow('missing')
  })
})

describe('summarize', () => {
  it('has the gas that the machine takes, but for EVM memory', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const { program, inputs } = randomProgram(seed)
        const { gasUsed, memory } = run(program, inputs, 'model')
        const words = memory.length / 32
        expect(summarize(program).gas).toBe(gasUsed - (3 * words + Math.floor(words ** 2 / 512)))
      }),
    )
  })

  it('counts multiply-accumulates, bytes and the peak of the arena', () => {
    const builder = createProgramBuilder()
    const int8 = (...shape: number[]) =>
      builder.constant({ dtype: 'int8', shape, data: new Int8Array(shape.reduce((a, b) => a * b)).fill(shape.length) })
    const x = builder.input({ dtype: 'int8', shape: [1, 8, 8, 4] })
    const conv = builder.emit('CONV2D', { attributes: { strideH: 2, groups: 2 }, x, weights: int8(6, 3, 3, 2) })
    const depth = builder.emit('DEPTHWISE_CONV2D', { attributes: {}, x, weights: int8(3, 2, 8) })
    const wide = builder.emit('TRANSPOSE_CONV2D', {
      attributes: { strideH: 2, strideW: 2, outputH: 16, outputW: 16 },
      x,
      weights: int8(5, 2, 2, 4),
    })
    const flat = builder.emit('RESHAPE', { type: { dtype: 'int8', shape: [2, 128] }, x })
    const product = builder.emit('MATMUL', { attributes: {}, a: flat, b: int8(3, 128) })
    for (const value of [conv, depth, wide, product]) builder.output(value)
    const program = builder.build()
    const { steps, macs, peakBytes, modelBytes, root, outputs } = summarize(program)
    expect(Object.fromEntries(steps.map((step) => [step.mnemonic, [step.macs, step.constantBytes]]))).toEqual({
      CONV2D: [3 * 6 * 6 * 3 * 3 * 2, 108],
      DEPTHWISE_CONV2D: [6 * 7 * 8 * 3 * 2, 48],
      TRANSPOSE_CONV2D: [8 * 8 * 4 * 2 * 2 * 5, 80],
      RESHAPE: [0, 0],
      MATMUL: [2 * 128 * 3, 384],
    })
    expect(macs).toBe(steps.reduce((sum, step) => sum + step.macs, 0))
    expect(modelBytes).toBe(108 + 48 + 80 + 384)
    // x 256, weights 128, conv 448, weights 64, depthwise 1344, weights 128, transposed 5120, flat 256, weights 384, product 64
    expect(peakBytes).toBe(256 + 128 + 448 + 64 + 1344 + 128 + 5120 + 256 + 384 + 64)
    expect(root).toBe(modelRoot(program))
    expect(outputs).toEqual(program.outputs.map((value) => valueTypes(program)[value]))
  })
})
