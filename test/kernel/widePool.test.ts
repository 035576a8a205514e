import { describe, expect, it } from 'vitest'
import { createTensor, referenceBody, tensorBytes } from '../../isa/index.ts'
import { createWasmKernel } from '../../kernel/index.ts'
import { createRandom, randomTensor } from './random.ts'
import { computeInstruction } from './randomCase.ts'
import { createWorkbench } from './workbench.ts'

const noPads = { padTop: 0, padLeft: 0, padBottom: 0, padRight: 0 }

// A folded row of them takes 1.4 MB and more, which the kernel's scratch does not hold.
const cases = [
  { shape: [1, 2, 46_000, 15], attributes: { ...noPads, windowH: 2, windowW: 1, strideH: 1, strideW: 1 } },
  {
    shape: [1, 1, 50_001, 14],
    attributes: { padTop: 1, padLeft: 2, padBottom: 0, padRight: 1, windowH: 2, windowW: 3, strideH: 1, strideW: 1 },
  },
  {
    shape: [1, 2, 47_003, 15],
    attributes: { padTop: 0, padLeft: 3, padBottom: 0, padRight: 4, windowH: 2, windowW: 5, strideH: 1, strideW: 3 },
  },
  {
    shape: [1, 1, 700_003, 1],
    attributes: { padTop: 0, padLeft: 1, padBottom: 0, padRight: 1, windowH: 1, windowW: 2, strideH: 1, strideW: 2 },
  },
]

describe('AVG_POOL2D of rows wider than the kernel folds at once', () => {
  const instruction = computeInstruction('AVG_POOL2D')
  const bench = createWorkbench(createWasmKernel())

  for (const { shape, attributes } of cases)
    it(`equals the reference on int8[${shape}]`, () => {
      const random = createRandom(shape[2] as number)
      const operands = { attributes, x: randomTensor(random, 'int8', shape) }
      const output = instruction.infer(operands as never)
      const expected = createTensor(output)
      referenceBody(instruction)(operands as never, expected)
      const result = bench.run({ instruction, operands: operands as never, output }, random)
      expect(Buffer.compare(tensorBytes(result.output), tensorBytes(expected))).toBe(0)
      expect(result.trespass).toBeUndefined()
    })
})
