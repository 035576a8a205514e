import { type ComputeBody, type ComputeInstruction, referenceBody, type Tensor } from '../isa/index.ts'

/** Bytes of a page of WebAssembly memory. */
export const WASM_PAGE_BYTES = 65536

/** A linear memory that grows by pages; growing it detaches every view of its buffer. */
export type LinearMemory = { readonly buffer: ArrayBuffer; grow(pages: number): number }

/**
 * Where tensors live and what runs on them.
 *
 * `bodies` are slots: each holds a faster body that is bit-identical to the reference, by the instruction's opcode. An
 * instruction without one runs its reference. Tensors handed to a body are views of `memory`, so that a WebAssembly body
 * takes addresses (`data.byteOffset`) and copies nothing.
 */
export type Kernel = {
  readonly name: string
  readonly memory: LinearMemory
  readonly bodies: ReadonlyMap<number, ComputeBody>
  /** A faster equal of the commitment of a tensor, for TROOT. */
  readonly tensorCommitment?: ((tensor: Tensor) => Uint8Array) | undefined
}

/** A kernel with every slot empty: each instruction runs its normative reference. */
export function createReferenceKernel(): Kernel {
  return { name: 'reference', memory: new WebAssembly.Memory({ initial: 1, maximum: 65536 }), bodies: new Map() }
}

/** The body that `kernel` runs for an instruction, for tensors that are known to lie in the kernel's memory. */
export function uncheckedBody(kernel: Kernel, instruction: ComputeInstruction): ComputeBody {
  return kernel.bodies.get(instruction.opcode) ?? referenceBody(instruction)
}

/**
 * The body that `kernel` runs for an instruction.
 *
 * A body from a slot takes addresses, so it is checked that all tensors lie in the kernel's memory; the reference takes
 * tensors from anywhere.
 *
 * @throws {TypeError} from the body, naming a tensor that lies elsewhere
 */
export function kernelBody(kernel: Kernel, instruction: ComputeInstruction): ComputeBody {
  const body = kernel.bodies.get(instruction.opcode)
  if (body === undefined) return referenceBody(instruction)
  const check = (name: string, value: unknown) => {
    const buffer = (value as Partial<Tensor> | undefined)?.data?.buffer
    if (buffer !== undefined && buffer !== kernel.memory.buffer)
      throw new TypeError(
        `${name}: ${instruction.mnemonic} expected a tensor in the memory of the kernel ${kernel.name}`,
      )
  }
  return (operands, output) => {
    const named: Readonly<Record<string, unknown>> = operands
    for (const { name } of instruction.inputs) check(name, named[name])
    check('output', output)
    body(operands, output)
  }
}
