import {
  type AnyDataOperands,
  byteLength,
  type ComputeInstruction,
  type Tensor,
  type TensorType,
  tensorBytes,
  tensorView,
} from '../isa/index.ts'
import { type Kernel, uncheckedBody, WASM_PAGE_BYTES } from '../kernel/index.ts'
import { bindOperands, usedValues } from '../model/binding.ts'
import { lastUses, type Program, valueTypes } from '../model/index.ts'

/** A program whose operands are all in place: what is left to do is the work of the kernel. */
export type BoundProgram = {
  /**
   * @param sample - canonical bytes of the inputs, one after the other
   * @returns canonical bytes of the outputs, one after the other
   */
  run(sample: Uint8Array): Uint8Array
}

/** Tensors start at multiples of this, as in the arena of the EVM. */
const GRANULE_BYTES = 64

const roomOf = (type: TensorType) => Math.ceil(byteLength(type) / GRANULE_BYTES) * GRANULE_BYTES

/** Where each value lies, from 0 on. A result that is dead makes room for a later one of the same size. */
function layOut(program: Program): { readonly offsets: readonly number[]; readonly bytes: number } {
  const last = lastUses(program)
  const vacant = new Map<number, number[]>()
  let bytes = 0
  const first = program.inputs.length + program.constants.length
  const types = valueTypes(program)
  const offsets: number[] = []
  types.forEach((type, value) => {
    const room = roomOf(type)
    const reused = vacant.get(room)?.pop()
    offsets.push(reused ?? bytes)
    if (reused === undefined) bytes += room
    const step = program.steps[value - first]
    if (step === undefined) return
    for (const dead of new Set(usedValues(step)))
      if (dead >= first && last[dead] === value - first) {
        const size = roomOf(types[dead] as TensorType)
        vacant.set(size, [...(vacant.get(size) ?? []), offsets[dead] as number])
      }
  })
  return { offsets, bytes }
}

/**
 * Lays the tensors of a program out at the end of a kernel's memory. The kernel is to be used for nothing else: growing its
 * memory would detach them.
 *
 * @throws {RangeError} when the program is not valid, or the memory can't grow so far
 */
export function bindProgram(program: Program, kernel: Kernel): BoundProgram {
  const types = valueTypes(program)
  const { offsets, bytes } = layOut(program)
  const { memory } = kernel
  const start = memory.buffer.byteLength
  memory.grow(Math.ceil(bytes / WASM_PAGE_BYTES))
  const tensors = types.map((type, value): Tensor => {
    const tensor = tensorView(type, memory.buffer, start + (offsets[value] as number))
    const constant = program.constants[value - program.inputs.length]
    if (constant === undefined) return tensor
    tensor.data.set(constant.data)
    return { ...tensor, source: constant }
  })
  const first = program.inputs.length + program.constants.length
  const calls = program.steps.map((step, index) => ({
    body: uncheckedBody(kernel, step.instruction as ComputeInstruction),
    operands: bindOperands(step, (value) => tensors[value] as Tensor) as unknown as AnyDataOperands,
    output: tensors[first + index] as Tensor,
  }))
  const inputs = program.inputs.map((_, value) => tensorBytes(tensors[value] as Tensor))
  const outputs = program.outputs.map((value) => tensorBytes(tensors[value] as Tensor))
  const outputBytes = outputs.reduce((sum, { length }) => sum + length, 0)
  return {
    run(sample) {
      let offset = 0
      for (const input of inputs) {
        input.set(sample.subarray(offset, offset + input.length))
        offset += input.length
      }
      for (const { body, operands, output } of calls) body(operands, output)
      const result = new Uint8Array(outputBytes)
      let at = 0
      for (const output of outputs) {
        result.set(output, at)
        at += output.length
      }
      return result
    },
  }
}
