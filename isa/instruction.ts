import type { AttributeLayout, AttributeValues } from './attributes.ts'
import { ensureReach, type Read } from './reach.ts'
import { createTensor, type Tensor, type TensorType } from './tensor.ts'
import type { Work } from './work.ts'

/** First byte of every tensor instruction (EIP-8163's EXTENSION); the second byte is the instruction's `opcode`. */
export const EXTENSION = 0xae
export const MIN_OPCODE = 0x01
export const MAX_OPCODE = 0x4f

/**
 * How a stack word is read.
 *
 * - `tensor`: a live handle of this frame
 * - `optionalTensor`: a live handle, or 0 for none
 * - `tensorOrWord`: a live handle where the instruction's `isTensor` says so, else a plain word
 * - `attributes`: the instruction's attribute word
 * - `type`: a type word
 * - `word`: a plain word
 * - `memory`: an offset in EVM memory
 * - `account`: an address in the low 20 bytes; higher bytes are ignored, as EXTCODECOPY does
 * - `model`: a registered model root
 */
export type OperandKind =
  | 'tensor'
  | 'optionalTensor'
  | 'tensorOrWord'
  | 'attributes'
  | 'type'
  | 'word'
  | 'memory'
  | 'account'
  | 'model'

/** A stack input, in the order in which they are popped: the first is the top of the stack. */
export type Input = { readonly name: string; readonly kind: OperandKind; readonly doc: string }

export type Output = { readonly name: string; readonly kind: 'tensor' | 'word'; readonly doc: string }

/** The tensors of a registered model, by index. Only types are known before gas is charged. */
export type ModelTypes = { readonly root: bigint; readonly types: readonly TensorType[] }
/** The tensors of a registered model with their canonical bytes. */
export type ModelTensors = ModelTypes & {
  /** Canonical bytes of tensor `index`. */
  bytes(index: number): Uint8Array
  /** Identity of tensor `index`, which stays the same while the model is in memory. See {@link Tensor.source}. */
  readonly identity?: (index: number) => object | undefined
}

/** Operands as type rules, prices and access lists see them: no tensor data. */
type TypedOperand<K extends OperandKind, F> = {
  tensor: TensorType
  optionalTensor: TensorType | undefined
  tensorOrWord: TensorType | bigint
  attributes: F
  type: TensorType
  word: bigint
  memory: bigint
  account: bigint
  model: ModelTypes
}[K]

/** Operands as the operation sees them. */
type DataOperand<K extends OperandKind, F> = {
  tensor: Tensor
  optionalTensor: Tensor | undefined
  tensorOrWord: Tensor | bigint
  attributes: F
  type: TensorType
  word: bigint
  memory: bigint
  account: Uint8Array
  model: ModelTensors
}[K]

type FieldsOf<L> = L extends AttributeLayout<infer F> ? AttributeValues<F> : never

export type TypedOperands<I extends readonly Input[], L> = {
  readonly [N in I[number] as N['name']]: TypedOperand<N['kind'], FieldsOf<L>>
}
export type DataOperands<I extends readonly Input[], L> = {
  readonly [N in I[number] as N['name']]: DataOperand<N['kind'], FieldsOf<L>>
}

/** What an environment instruction can reach besides its operands. */
export type Environment = {
  readonly calldata: Uint8Array
  /** EVM memory, already grown to cover the instruction's {@link MemoryRange}. */
  readonly memory: Uint8Array
  /** Bytes of arena that are still free. */
  readonly freeBytes: number
  /** A faster equal of {@link tensorCommitment}, where the machine has one. */
  readonly tensorCommitment?: ((tensor: Tensor) => Uint8Array) | undefined
  /** Frees the tensors of this frame that are alive in `[handle, handle + count)`. */
  free(handle: number, count: number): void
}

/** EVM memory that an instruction reads or writes; growing it is priced by the EVM's own rule. */
export type MemoryRange = { readonly offset: bigint; readonly length: number }

/**
 * Bytes of a model that an instruction reads, counted from the start of its first tensor when the canonical forms of all
 * its tensors lie one after another; priced by the 32 KiB chunks that they touch.
 */
export type ModelRange = { readonly firstByte: number; readonly length: number }

type Common<I extends readonly Input[], L> = {
  /** Second byte of the instruction, 0x01..0x4f. */
  readonly opcode: number
  readonly mnemonic: string
  /** One formula or phrase: what the output is. */
  readonly summary: string
  /** Prose for SPEC.md: semantics, rounding, ranges, and the halts of this instruction with their conditions. */
  readonly description: string
  readonly inputs: I
  readonly attributes?: L
  readonly output?: Output
  /** Whether the `tensorOrWord` operand `name` is a tensor under these attributes. */
  isTensor?(attributes: FieldsOf<L>, name: string): boolean
  /** What is done, for the gas model. Runs after the type rule, so it may rely on it. */
  work(operands: TypedOperands<I, L>, output: TensorType): Work
}

/**
 * An instruction that maps tensors to a new tensor. Pure: the result is a function of its operands alone.
 */
export type ComputeInstruction<I extends readonly Input[] = readonly Input[], L = AttributeLayout | undefined> = Common<
  I,
  L
> & {
  readonly family: 'compute'
  readonly output: Output
  /** Type rule: checks operands and gives the output's type. @throws {HaltError} */
  infer(operands: TypedOperands<I, L>): TensorType
  /**
   * What one output element reads of its operands, at most. Left out where that is a handful of elements whatever the
   * types are. Runs after the type rule, which includes the limit on it.
   */
  reads?(operands: TypedOperands<I, L>): readonly Read[]
  /**
   * Normative operation, an element at a time: gives a function from the row-major index of an output element to its
   * value. Anything computed before the function is returned depends on types and attributes only.
   */
  element(operands: DataOperands<I, L>, output: TensorType): (index: number) => number
}

/** An instruction that moves data between tensors and the EVM, or asks about tensors. */
export type EnvironmentInstruction<
  I extends readonly Input[] = readonly Input[],
  L = AttributeLayout | undefined,
> = Common<I, L> & {
  readonly family: 'environment'
  /** Type rule: checks operands; gives the output's type where the output is a tensor. @throws {HaltError} */
  infer(operands: TypedOperands<I, L>): TensorType | undefined
  memoryRange?(operands: TypedOperands<I, L>): MemoryRange
  modelRange?(operands: TypedOperands<I, L>): ModelRange
  /** Identity of the constant that the output is a whole copy of, where it is one. */
  source?(operands: DataOperands<I, L>): object | undefined
  /** Fills the output tensor, or returns the output word. */
  execute(operands: DataOperands<I, L>, environment: Environment, output: Tensor | undefined): bigint | undefined
}

export type Instruction = ComputeInstruction | EnvironmentInstruction

// Operands are typed by each declaration and erased here: a list of instructions is bound to operands by name at run
// time, in evm-ext/execute.ts, model/binding.ts and model/referenceMachine.ts, which alone build operand records.

/** Declares a compute instruction; operand names and types follow from `inputs` and `attributes`. */
export function defineCompute<const I extends readonly Input[], L extends AttributeLayout | undefined = undefined>(
  declaration: Omit<ComputeInstruction<I, L>, 'family'>,
): ComputeInstruction {
  const { reads } = declaration
  const infer = (operands: TypedOperands<I, L>) => {
    const output = declaration.infer(operands)
    if (reads) ensureReach(reads(operands))
    return output
  }
  return { family: 'compute', ...declaration, infer } as unknown as ComputeInstruction
}

/** Declares an environment instruction; operand names and types follow from `inputs` and `attributes`. */
export function defineEnvironment<const I extends readonly Input[], L extends AttributeLayout | undefined = undefined>(
  declaration: Omit<EnvironmentInstruction<I, L>, 'family'>,
): EnvironmentInstruction {
  return { family: 'environment', ...declaration } as unknown as EnvironmentInstruction
}

/** Operand records after their types were erased. */
export type AnyTypedOperands = Parameters<Instruction['infer']>[0]
export type AnyDataOperands = Parameters<ComputeInstruction['element']>[0]

/** A body that fills the output of a compute instruction: the reference, or a kernel's faster equal. */
export type ComputeBody = (operands: AnyDataOperands, output: Tensor) => void

/** The normative body of a compute instruction: every element in turn. */
export function referenceBody(instruction: ComputeInstruction): ComputeBody {
  return (operands, output) => {
    const element = instruction.element(operands, output)
    const { data } = output
    for (let index = 0; index < data.length; index++) data[index] = element(index)
  }
}

/** Computes one output element and nothing else: what a dispute recomputes. */
export function evaluateElement(
  instruction: ComputeInstruction,
  operands: AnyDataOperands,
  output: TensorType,
  index: number,
): number {
  const one = createTensor({ dtype: output.dtype, shape: [1] })
  one.data[0] = instruction.element(operands, output)(index)
  return one.data[0] as number
}
