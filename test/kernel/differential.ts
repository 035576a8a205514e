import {
  type ComputeInstruction,
  createTensor,
  formatType,
  referenceBody,
  type Tensor,
  type TensorType,
  tensorBytes,
} from '../../isa/index.ts'
import type { Kernel } from '../../kernel/index.ts'
import { createRandom } from './random.ts'
import { isTensor, type RandomCall, randomCase } from './randomCase.ts'
import { createWorkbench, type PlacedResult, type Workbench } from './workbench.ts'

/** Kernels that the cases of a run take turns on. */
export type Workbenches = readonly Workbench[]

/** Room for packed weights of one of the kernels: so little that they evict each other. */
const TIGHT_PACKED_BYTES = 24 * 1024

/**
 * One kernel that keeps no packed weights, one that evicts them all the time and one that keeps them all, whose memory is 4
 * GiB.
 */
export function createWorkbenches(create: (packedBytes?: number) => Kernel): Workbenches {
  return [createWorkbench(create(0)), createWorkbench(create(TIGHT_PACKED_BYTES)), createWorkbench(create(), true)]
}

/** Row-major position of an element, as indices. */
function indices({ shape }: TensorType, index: number): number[] {
  const position: number[] = []
  let rest = index
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const size = shape[axis] as number
    position.unshift(rest % size)
    rest = Math.floor(rest / size)
  }
  return position
}

function describeTensor({ data, source }: Tensor, address: number | undefined): string {
  const values = `${data.subarray(0, 8).join()}${data.length > 8 ? ',..' : ''}`
  return ` at ${address} = ${values}${source === undefined ? '' : ', a constant'}`
}

function describeOperand(value: unknown, { instruction }: RandomCall, address: number | undefined): string {
  if (typeof value === 'bigint') return `0x${value.toString(16)}`
  if (typeof value !== 'object' || value === null) return 'none'
  if (isTensor(value)) return formatType(value) + describeTensor(value, address)
  if ('dtype' in value && 'shape' in value) return formatType(value as TensorType)
  const word = instruction.attributes?.encode(value as never) ?? 0n
  return `${JSON.stringify(value)} = 0x${word.toString(16)}`
}

function describeCall(call: RandomCall, { addresses }: PlacedResult): string[] {
  const operands = Object.entries(call.operands).map(
    ([name, value]) => `  ${name}: ${describeOperand(value, call, addresses[name])}`,
  )
  return [`  ${call.instruction.mnemonic}`, ...operands, `  output: ${formatType(call.output)} at ${addresses.output}`]
}

/** What is wrong with a result; undefined when nothing. */
function mistake(call: RandomCall, { output, trespass }: PlacedResult): string | undefined {
  const expected = createTensor(call.output)
  referenceBody(call.instruction)(call.operands, expected)
  if (Buffer.compare(tensorBytes(output), tensorBytes(expected)) !== 0) {
    const first = expected.data.findIndex((value, index) => value !== output.data[index])
    let wrong = 0
    for (let index = first; index < expected.data.length; index++)
      if (expected.data[index] !== output.data[index]) wrong++
    const where = `element ${first} [${indices(call.output, first)}]`
    return `${where} is ${output.data[first]}, not ${expected.data[first]}; ${wrong} of ${expected.data.length} differ`
  }
  return trespass
}

/**
 * Runs the calls of one random case on a kernel and the reference.
 *
 * @returns a message that tells how to repeat the case; undefined when every byte is as it should be
 */
export function differenceOf(benches: Workbenches, instruction: ComputeInstruction, seed: number): string | undefined {
  const places = createRandom(~seed)
  const bench = places.pick(benches)
  const calls = randomCase(instruction, seed)
  for (const [index, call] of calls.entries()) {
    const result = bench.run(call, places)
    const wrong = mistake(call, result)
    if (wrong === undefined) continue
    return [
      `${instruction.mnemonic}, seed ${seed}, call ${index + 1} of ${calls.length} on ${bench.kernel.name}: ${wrong}`,
      ...describeCall(call, result),
      `  repeat: npm run fuzz:kernel -- --only ${instruction.mnemonic} --seed ${seed} --cases 1`,
    ].join('\n')
  }
  return undefined
}
