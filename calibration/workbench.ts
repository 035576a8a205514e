import {
  type AnyDataOperands,
  byteLength,
  type ComputeBody,
  type DType,
  dtypeRange,
  type Environment,
  type EnvironmentInstruction,
  type Tensor,
  type TensorType,
  tensorView,
} from '../isa/index.ts'
import { type Kernel, uncheckedBody, WASM_PAGE_BYTES } from '../kernel/index.ts'
import { type Case, tensorOperands } from './case.ts'
import { fillRange } from './family.ts'
import { createRandom } from './random.ts'

/** Where the operands of one call after the other lie. */
export type Footprint = 'cached' | 'streamed'

/** A case on operands in the kernel's memory, ready to be timed. */
export type BoundCase = {
  readonly case: Case
  readonly footprint: Footprint
  /** Runs it so many times. */
  run(times: number): void
}

/** Binds cases to memory of a kernel. */
export type Workbench = {
  /** @throws {RangeError} when no room is left */
  bind(measured: Case, footprint: Footprint): BoundCase
  /** Gives all room back. */
  clear(): void
}

/** One of the places of a case's operands and result. */
type Copy = { readonly data: Record<string, unknown>; readonly output: Tensor | undefined }

const GRANULE_BYTES = 64
/** Environment instructions read from up to so many bytes after the start of what they read. */
const MAX_OFFSET = 32
const CAPACITY_BYTES = 512 * 2 ** 20
/** Streamed operands are spread over so many bytes: the arena's cap, and more than a core's own caches. */
const STREAMED_BYTES = 32 * 2 ** 20
const MAX_COPIES = 64

/** Takes room at the end of a kernel's memory. */
export function createWorkbench(kernel: Kernel): Workbench {
  const { memory } = kernel
  const start = memory.grow(CAPACITY_BYTES / WASM_PAGE_BYTES) * WASM_PAGE_BYTES
  const { buffer } = memory
  const random = createRandom(1)
  let end = start

  const allocate = (type: TensorType): Tensor => {
    const offset = end
    end += Math.ceil(byteLength(type) / GRANULE_BYTES) * GRANULE_BYTES
    if (end > start + CAPACITY_BYTES) throw new RangeError(`the operands take more than ${CAPACITY_BYTES} bytes`)
    return tensorView(type, buffer, offset)
  }

  const fillRandomly = ({ data }: Tensor, [low, high]: readonly [number, number]): void => {
    const span = high - low + 1
    for (let index = 0; index < data.length; index++) data[index] = low + (random.word() % span)
  }

  /** Operands as the instruction takes them, with random elements or those of another copy, and its result. */
  const makeCopy = ({ family, point, instruction, operands, output }: Case, other?: Copy): Copy => {
    const data: Record<string, unknown> = { ...operands }
    for (const [name, type] of tensorOperands(instruction, operands)) {
      const tensor = allocate(type)
      if (other) tensor.data.set((other.data[name] as Tensor).data)
      else fillRandomly(tensor, fillRange(family, point, name) ?? dtypeRange[type.dtype as DType])
      data[name] = tensor
    }
    const result = output && allocate(output)
    // Every page is there before time counts.
    result?.data.fill(0)
    return { data, output: result }
  }

  /** As many copies of the operands as a footprint asks for. */
  const makeCopies = (measured: Case, footprint: Footprint): readonly Copy[] => {
    const first = makeCopy(measured)
    if (footprint === 'cached') return [first]
    return [first, ...Array.from({ length: copyCount(measured.bytes) - 1 }, () => makeCopy(measured, first))]
  }

  const environmentRunner = (measured: Case, copies: readonly Copy[]): BoundCase['run'] => {
    const instruction = measured.instruction as EnvironmentInstruction
    // What lies outside the kernel is in one place, as calldata is.
    const bytes = new Uint8Array(measured.bytes + MAX_OFFSET).map(() => random.word())
    const { tensorCommitment } = kernel
    const environment: Environment = { calldata: bytes, memory: bytes, freeBytes: 0, tensorCommitment, free: () => {} }
    for (const { data } of copies) {
      if ('account' in data) data.account = bytes
      if ('model' in data) data.model = { ...(data.model as object), bytes: () => bytes.subarray(0, measured.bytes) }
    }
    return (times) => {
      for (let i = 0; i < times; i++) {
        const { data, output } = copies[i % copies.length] as Copy
        instruction.execute(data as AnyDataOperands, environment, output)
      }
    }
  }

  const bodyRunner = (body: ComputeBody, copies: readonly Copy[]): BoundCase['run'] => {
    return (times) => {
      for (let i = 0; i < times; i++) {
        const { data, output } = copies[i % copies.length] as Copy
        body(data as AnyDataOperands, output as Tensor)
      }
    }
  }

  return {
    bind(measured, footprint) {
      const { instruction } = measured
      const copies = makeCopies(measured, footprint)
      const run =
        instruction.family === 'environment'
          ? environmentRunner(measured, copies)
          : bodyRunner(uncheckedBody(kernel, instruction), copies)
      return { case: measured, footprint, run }
    },
    clear() {
      end = start
    },
  }
}

/** Copies of the operands of a streamed case. */
function copyCount(bytes: number): number {
  return Math.max(2, Math.min(MAX_COPIES, Math.floor(STREAMED_BYTES / bytes)))
}
