import {
  type AnyDataOperands,
  type AnyTypedOperands,
  type ComputeInstruction,
  instructionByMnemonic,
  type Tensor,
} from '../../isa/index.ts'
import { type Kernel, uncheckedBody } from '../../kernel/index.ts'
import type { BenchMemory } from './memory.ts'

/** An instruction on operands in a kernel's memory. */
export type BoundInstruction = {
  readonly output: Tensor
  readonly run: () => void
  /** Compares elements of the output with the instruction's definition. */
  readonly check: () => string | undefined
}

/** Elements of an output that are held against the definition; at most so many. */
const CHECKED_ELEMENTS = 500

/** Binds an instruction to operands by name; attributes are decoded. */
export function bindInstruction(
  kernel: Kernel,
  memory: BenchMemory,
  mnemonic: string,
  operands: Readonly<Record<string, unknown>>,
): BoundInstruction {
  const instruction = instructionByMnemonic.get(mnemonic) as ComputeInstruction
  const output = memory.allocate(instruction.infer(operands as AnyTypedOperands))
  const body = uncheckedBody(kernel, instruction)
  const bound = operands as AnyDataOperands
  return {
    output,
    run: () => body(bound, output),
    check() {
      const element = instruction.element(bound, output)
      const step = Math.max(1, Math.floor(output.data.length / CHECKED_ELEMENTS))
      for (let index = 0; index < output.data.length; index += step) {
        const [found, expected] = [output.data[index] as number, element(index)]
        if (found !== expected) return `${mnemonic} gives ${found} at ${index}, its definition ${expected}`
      }
      return undefined
    },
  }
}
