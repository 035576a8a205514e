import { type InstructionPrice, instructionGas, type PriceContext, type PricedOperands } from '../gas-model/index.ts'
import {
  type AnyTypedOperands,
  type AttributeValues,
  contractionMacs,
  type Instruction,
  instructionByMnemonic,
  type TensorType,
} from '../isa/index.ts'

/** An instruction on shapes that people know, and what it costs. */
export type ExamplePrice = {
  readonly name: string
  readonly mnemonic: string
  /** Multiply-accumulates, padding of tiles not counted; 0 for an instruction that is no contraction. */
  readonly macs: number
  readonly gas: InstructionPrice
}

const int8 = (...shape: number[]): TensorType => ({ dtype: 'int8', shape })
const int32 = (...shape: number[]): TensorType => ({ dtype: 'int32', shape })
const same3x3 = { padTop: 1, padLeft: 1, padBottom: 1, padRight: 1 }

type Example = readonly [
  name: string,
  mnemonic: string,
  operands: Readonly<Record<string, TensorType | bigint>>,
  attributes?: Readonly<Record<string, number>>,
]

const examples: readonly Example[] = [
  ['MATMUL [1,1] x [1,1]: the smallest', 'MATMUL', { a: int8(1, 1), b: int8(1, 1) }],
  ['MATMUL [1,784] x [784,10]: digits of MNIST', 'MATMUL', { a: int8(1, 784), b: int8(10, 784) }],
  ['MATMUL [256,256] x [256,256]', 'MATMUL', { a: int8(256, 256), b: int8(256, 256) }],
  ['MATMUL [128,64] x [64,128]: scores of an attention head', 'MATMUL', { a: int8(128, 64), b: int8(128, 64) }],
  [
    'CONV2D [1,32,32,3], 3x3 to 16: first layer of a ResNet',
    'CONV2D',
    { x: int8(1, 32, 32, 3), weights: int8(16, 3, 3, 3) },
    same3x3,
  ],
  [
    'CONV2D [1,12,12,64], 1x1 to 64: pointwise of a MobileNet',
    'CONV2D',
    { x: int8(1, 12, 12, 64), weights: int8(64, 1, 1, 64) },
  ],
  [
    'DEPTHWISE_CONV2D [1,25,5,64], 3x3: keyword spotting',
    'DEPTHWISE_CONV2D',
    { x: int8(1, 25, 5, 64), weights: int8(3, 3, 64) },
    same3x3,
  ],
  [
    'RESCALE int32 [1,32,32,16] to int8',
    'RESCALE',
    { x: int32(1, 32, 32, 16), multiplier: 2n ** 30n, shift: 0n },
    { dtype: 1, low: -128, high: 127 },
  ],
  ['TADD int32 [1,32,32,16]', 'TADD', { a: int32(1, 32, 32, 16), b: int32(1, 32, 32, 16) }],
  [
    'MAX_POOL2D [1,28,28,32], 2x2',
    'MAX_POOL2D',
    { x: int8(1, 28, 28, 32) },
    { windowH: 2, windowW: 2, strideH: 2, strideW: 2 },
  ],
  ['SOFTMAX [1,10]', 'SOFTMAX', { x: int8(1, 10), table: int32(256) }],
  ['ARGMAX [1,10]', 'ARGMAX', { x: int8(1, 10) }, { axis: 1 }],
  ['TCALLDATALOAD int8 [1,784]', 'TCALLDATALOAD', { type: int8(1, 784), offset: 0n }],
  ['TCODELOAD int8 [10,784], account cold', 'TCODELOAD', { type: int8(10, 784), account: 0n, offset: 1n }],
]

/** Operands with every attribute, those left out as in a word of zeros. */
function operandsOf(instruction: Instruction, [, , operands, attributes = {}]: Example): PricedOperands {
  const layout = instruction.attributes
  if (layout === undefined) return operands
  const values: AttributeValues = layout.decode(layout.encode(attributes))
  return { ...operands, attributes: values }
}

/** What well-known shapes cost under these prices, as the first instruction of a transaction. */
export function examplePrices(context: PriceContext): ExamplePrice[] {
  return examples.map((example) => {
    const [name, mnemonic] = example
    const instruction = instructionByMnemonic.get(mnemonic) as Instruction
    const operands = operandsOf(instruction, example)
    const output = instruction.infer(operands as unknown as AnyTypedOperands) as TensorType
    const gas = instructionGas(mnemonic, operands, context)
    return { name, mnemonic, macs: contractionMacs(mnemonic, operands, output), gas }
  })
}
