import {
  type AnyDataOperands,
  type ComputeInstruction,
  type Tensor,
  type TensorType,
  tensorBytes,
} from '../../isa/index.ts'
import { type Kernel, uncheckedBody } from '../../kernel/index.ts'
import { bindOperands, usedValues } from '../../model/binding.ts'
import { lastUses, type Program, valueTypes } from '../../model/index.ts'
import type { BenchMemory } from './memory.ts'

/** A program whose operands are all in place: what is left to do is the work of the kernel. */
export type BoundProgram = {
  /** @param sample - canonical bytes of the only input @returns canonical bytes of the only output */
  run(sample: Uint8Array): Uint8Array
}

/** Lays the tensors of a program out in a kernel's memory. A tensor that is dead makes room for a later one. */
export function bindProgram(program: Program, kernel: Kernel, memory: BenchMemory): BoundProgram {
  const types = valueTypes(program)
  const last = lastUses(program)
  const constants = program.constants.map((tensor) => ({
    ...memory.of(tensor.dtype, tensor.shape, tensor.data),
    source: tensor,
  }))
  const tensors: Tensor[] = [...program.inputs.map(memory.allocate), ...constants]
  const first = tensors.length
  const calls = program.steps.map((step, index) => {
    const output = memory.allocate(types[first + index] as TensorType)
    tensors.push(output)
    const operands = bindOperands(step, (value) => tensors[value] as Tensor) as unknown as AnyDataOperands
    const dead = new Set(usedValues(step).filter((value) => value >= first && last[value] === index))
    for (const value of dead) memory.free(tensors[value] as Tensor)
    const instruction = step.instruction as ComputeInstruction
    return { body: uncheckedBody(kernel, instruction), operands, output }
  })
  const input = tensorBytes(tensors[0] as Tensor)
  const output = tensorBytes(tensors[program.outputs[0] as number] as Tensor)
  return {
    run(sample) {
      input.set(sample)
      for (const { body, operands, output } of calls) body(operands, output)
      return output.slice()
    },
  }
}
