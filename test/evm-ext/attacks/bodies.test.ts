import { expect, test } from 'vitest'
import { dtypeRange, evaluateElement, type Tensor, tensorBytes } from '../../../isa/index.ts'
import { createReferenceKernel, createWasmKernel } from '../../../kernel/index.ts'
import { createRandom, type Random } from '../../kernel/random.ts'
import { computeInstructions, isTensor, type RandomCall, randomCase } from '../../kernel/randomCase.ts'
import { createWorkbench } from '../../kernel/workbench.ts'

/** Random calls of each instruction. */
const CALLS = 30

/** Fills a tensor with what a type rule does not look at and a body might not expect. */
function fillWorst(random: Random, { dtype, data }: Tensor): void {
  const [low, high] = dtypeRange[dtype]
  const style = random.below(6)
  const ends = [low, high, 0, -1, 1]
  for (let index = 0; index < data.length; index++)
    data[index] =
      style === 0 ? low : style === 1 ? high : style === 2 ? 0 : style === 3 ? random.pick(ends) : random.bits()
}

/** The call with the worst data in each of its tensors. */
function worsened(random: Random, call: RandomCall): RandomCall {
  for (const value of Object.values(call.operands)) if (isTensor(value)) fillWorst(random, value)
  return call
}

// What passed the checks never fails: bodies saturate or wrap, and read nothing outside their operands.
test.each(computeInstructions)('$mnemonic: no body fails on any data, and all agree', (instruction) => {
  const benches = [createWorkbench(createWasmKernel()), createWorkbench(createReferenceKernel())]
  for (let seed = 1; seed <= CALLS; seed++) {
    const random = createRandom(seed * 7919)
    for (const call of randomCase(instruction, seed).map((made) => worsened(random, made))) {
      const [wasm, plain] = benches.map((bench) => bench.run(call, random))
      expect(wasm?.trespass ?? plain?.trespass).toBeUndefined()
      const bytes = tensorBytes(wasm?.output as Tensor)
      expect(Buffer.compare(bytes, tensorBytes(plain?.output as Tensor))).toBe(0)
      const index = random.below(plain?.output.data.length as number)
      expect(evaluateElement(call.instruction, call.operands, call.output, index)).toBe(plain?.output.data[index])
    }
  }
})
