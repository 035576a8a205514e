import { encodeAxisWord, encodeType, type TensorType } from '../../../isa/index.ts'
import { code, op } from '../../bytecode.ts'
import { instructionOf, make, POP } from './programs.ts'

/** Operands of an instruction: the tensors of handles 1, 2, .., and its stack words, the first on top. */
export type Operands = { readonly tensors: readonly TensorType[]; readonly words: readonly bigint[] }

/** An instruction with the smallest operands that it takes. */
export type SmallestCase = Operands & {
  readonly mnemonic: string
  /** Operands that its type rule refuses; undefined where it takes any. */
  readonly refused: Operands | undefined
}

/** An account with code. */
export const CODE_ACCOUNT = 0xc0den
/** Stands for the root of the model that the test has registered; its tensor 1 is an int32 [4]. */
const MODEL_ROOT = -1n
const NO_SUCH_HANDLE = 99n
const ALL_BITS = 2n ** 256n - 1n

const tensor = (dtype: TensorType['dtype'], ...shape: readonly number[]): TensorType => ({ dtype, shape })
const byte = tensor('int8', 1)
const word = tensor('int32', 1)
const pixel = tensor('int8', 1, 1, 1, 1)

function attributes(mnemonic: string, values: Readonly<Record<string, number>>): bigint {
  return instructionOf(mnemonic).attributes?.encode(values) ?? 0n
}

function given(
  mnemonic: string,
  tensors: readonly TensorType[],
  words: readonly bigint[],
): Operands & { mnemonic: string } {
  return { mnemonic, tensors, words }
}

const type = encodeType(byte)
const oneStep = { strideH: 1, strideW: 1, outputH: 1, outputW: 1 }
const pairs = ['TADD', 'TSUB', 'ARITHMETIC_RIGHT_SHIFT']

/** Each with what to change for its type rule to refuse it: words by position, or all tensors. */
const cases: readonly (Operands & {
  mnemonic: string
  bad?: Readonly<Record<number, bigint>> | readonly TensorType[]
})[] = [
  { ...given('TMLOAD', [], [type, 0n]), bad: { 0: 0n } },
  { ...given('TCALLDATALOAD', [], [type, 0n]), bad: { 0: 0n } },
  { ...given('TCODELOAD', [], [type, CODE_ACCOUNT, 0n]), bad: { 0: 0n } },
  { ...given('TMODELLOAD', [], [MODEL_ROOT, 1n, 0n, 1n]), bad: { 1: 99n } },
  given('TMSTORE', [byte], [1n, 0n]),
  given('TTYPE', [byte], [1n]),
  { ...given('TFREE', [byte], [1n, 0n]), bad: { 0: 0n } },
  given('TSPACE', [], []),
  given('TROOT', [byte], [1n]),
  { ...given('MATMUL', [tensor('int8', 1, 1)], [0n, 1n, 1n, 0n]), bad: { 0: ALL_BITS } },
  { ...given('CONV2D', [pixel], [0n, 1n, 1n, 0n]), bad: { 0: ALL_BITS } },
  { ...given('DEPTHWISE_CONV2D', [pixel, tensor('int8', 1, 1, 1)], [0n, 1n, 2n, 0n]), bad: { 0: ALL_BITS } },
  {
    ...given('TRANSPOSE_CONV2D', [pixel], [attributes('TRANSPOSE_CONV2D', oneStep), 1n, 1n, 0n]),
    bad: { 0: ALL_BITS },
  },
  { ...given('RESCALE', [byte], [attributes('RESCALE', { dtype: 1 }), 1n, 0n, 0n]), bad: { 0: 0n } },
  { ...given('CLAMP', [byte], [0n, 1n]), bad: { 0: ALL_BITS } },
  { ...given('TABLE', [byte, tensor('int8', 256)], [1n, 2n]), bad: [word, byte] },
  { ...given('SOFTMAX', [byte, tensor('int32', 256)], [0n, 1n, 2n]), bad: { 0: ALL_BITS } },
  ...pairs.map((mnemonic) => ({ ...given(mnemonic, [word], [1n, 1n]), bad: [byte] })),
  { ...given('TMUL', [word], [0n, 1n, 1n]), bad: { 0: ALL_BITS } },
  { ...given('MAXIMUM', [byte, byte], [1n, 2n]), bad: [tensor('int8', 2), tensor('int8', 3)] },
  { ...given('MINIMUM', [byte, byte], [1n, 2n]), bad: [tensor('int8', 2), tensor('int8', 3)] },
  { ...given('RSQRT', [word], [1n]), bad: [byte] },
  { ...given('REDUCE_SUM', [byte], [1n, 1n]), bad: { 0: 0n } },
  { ...given('REDUCE_MAX', [byte], [1n, 1n]), bad: { 0: 0n } },
  { ...given('REDUCE_MIN', [byte], [1n, 1n]), bad: { 0: 0n } },
  { ...given('ARGMAX', [byte], [0n, 1n]), bad: { 0: 7n } },
  { ...given('AVG_POOL2D', [pixel], [0n, 1n]), bad: { 0: ALL_BITS } },
  { ...given('MAX_POOL2D', [pixel], [0n, 1n]), bad: { 0: ALL_BITS } },
  { ...given('RESHAPE', [byte], [type, 1n]), bad: { 0: 0n } },
  { ...given('TRANSPOSE', [byte], [0n, 1n]), bad: { 0: ALL_BITS } },
  { ...given('SLICE', [byte], [0n, encodeAxisWord([1]), 0n, 1n]), bad: { 1: 0n } },
  { ...given('PAD', [byte], [0n, 1n]), bad: { 0: ALL_BITS } },
  { ...given('CONCAT', [byte], [0n, 1n, 1n]), bad: { 0: ALL_BITS } },
  { ...given('GATHER', [byte, byte], [1n, 2n]), bad: [tensor('int8', 1, 1, 1, 1), tensor('int8', 1, 1, 1, 1)] },
  { ...given('TILE', [byte], [encodeAxisWord([1]), 1n]), bad: { 0: 0n } },
]

/** Every instruction, in ascending order of opcode. */
export const smallestCases: readonly SmallestCase[] = cases
  .map(({ bad, ...smallest }) => {
    if (bad === undefined) return { ...smallest, refused: undefined }
    const { tensors, words } = smallest
    if (Array.isArray(bad)) return { ...smallest, refused: { tensors: bad as readonly TensorType[], words } }
    const changed = bad as Readonly<Record<number, bigint>>
    return { ...smallest, refused: { tensors, words: words.map((value, index) => changed[index] ?? value) } }
  })
  .toSorted((a, b) => instructionOf(a.mnemonic).opcode - instructionOf(b.mnemonic).opcode)

/** Positions of the stack words that are handles. */
export function handlePositions({ mnemonic, words }: SmallestCase): readonly number[] {
  return instructionOf(mnemonic).inputs.flatMap(({ kind }, index) =>
    kind === 'tensor' || (kind === 'optionalTensor' && words[index] !== 0n) ? [index] : [],
  )
}

/** Stack words in which every handle names no tensor. */
export function withoutHandles(smallest: SmallestCase, words: readonly bigint[]): readonly bigint[] {
  const positions = handlePositions(smallest)
  return words.map((value, index) => (positions.includes(index) ? NO_SUCH_HANDLE : value))
}

/** Code that makes tensors, which get the handles 1, 2, .. */
export function making(tensors: readonly TensorType[]): Uint8Array {
  return code(...tensors.map((made) => code(make(made), POP)))
}

/** Code of an instruction with these words. */
export function using(mnemonic: string, words: readonly bigint[], root: string): Uint8Array {
  return op(mnemonic, ...words.map((value) => (value === MODEL_ROOT ? BigInt(root) : value)))
}
