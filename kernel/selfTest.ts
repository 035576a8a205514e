import {
  type AnyDataOperands,
  type AnyTypedOperands,
  byteLength,
  type ComputeInstruction,
  createTensor,
  instructionByMnemonic,
  referenceBody,
  roundUp,
  type Tensor,
  tensorBytes,
  tensorView,
} from '../isa/index.ts'
import { type Kernel, WASM_PAGE_BYTES } from './kernel.ts'
import { GRANULE_BYTES } from './layout.ts'
import { type Attributes, type SelfTestCase, selfTestCases } from './selfTestCases.ts'

/** What an output holds before the call. */
const DIRT = 0x5a

function computeInstruction(mnemonic: string): ComputeInstruction {
  const instruction = instructionByMnemonic.get(mnemonic)
  if (instruction?.family !== 'compute') throw new RangeError(`${mnemonic}: no such compute instruction`)
  return instruction
}

function bindOperands({ attributes }: ComputeInstruction, { operands }: SelfTestCase): AnyDataOperands {
  if (attributes === undefined) return operands as unknown as AnyDataOperands
  const given = operands.attributes as Attributes
  const values = attributes.fields.map(({ name, bias }) => [name, given[name] ?? bias ?? 0])
  return { ...operands, attributes: Object.fromEntries(values) } as unknown as AnyDataOperands
}

function isTensor(value: unknown): value is Tensor {
  return typeof value === 'object' && value !== null && 'data' in value
}

/** What the kernel's body gives wrongly in one case; undefined when nothing. */
function mistakeIn(kernel: Kernel, test: SelfTestCase, firstByte: number): string | undefined {
  const instruction = computeInstruction(test.mnemonic)
  const body = kernel.bodies.get(instruction.opcode)
  if (body === undefined) return undefined
  const operands = bindOperands(instruction, test)
  const type = instruction.infer(operands as unknown as AnyTypedOperands)

  const { buffer } = kernel.memory
  let free = firstByte
  const place = (tensor: Tensor) => {
    const view = tensorView(tensor, buffer, free)
    free += roundUp(byteLength(tensor), GRANULE_BYTES)
    return view
  }
  const placed: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(operands)) {
    placed[name] = isTensor(value) ? place(value) : value
    if (isTensor(value)) tensorBytes(placed[name] as Tensor).set(tensorBytes(value))
  }
  const expected = createTensor(type)
  const output = place(expected)
  tensorBytes(output).fill(DIRT)

  if (test.answer) expected.data.set(test.answer)
  else referenceBody(instruction)(operands, expected)
  try {
    body(placed as unknown as AnyDataOperands, output)
  } catch (error) {
    return `${test.mnemonic} stops with ${error}`
  }
  for (let i = 0; i < expected.data.length; i++)
    if (output.data[i] !== expected.data[i])
      return `${test.mnemonic} gives ${output.data[i]} for element ${i}, not ${expected.data[i]}`
  return undefined
}

/**
 * Tries every body of a kernel on small cases: against answers worked out by hand and against the reference.
 *
 * Grows the kernel's memory by one page, in which the tensors lie.
 *
 * @returns the first instruction whose result is wrong and what it gives; undefined when all are right
 */
export function selfTest(kernel: Kernel): string | undefined {
  const firstByte = kernel.memory.buffer.byteLength
  kernel.memory.grow(1)
  if (kernel.memory.buffer.byteLength !== firstByte + WASM_PAGE_BYTES)
    throw new Error('the memory did not grow by a page')
  for (const test of selfTestCases()) {
    const mistake = mistakeIn(kernel, test, firstByte)
    if (mistake !== undefined) return mistake
  }
  return undefined
}
