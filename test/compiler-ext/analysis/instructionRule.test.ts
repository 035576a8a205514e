import { describe, expect, it } from 'vitest'
import { emptyFrame, type Frame, makeTensor, type Value } from '../../../compiler-ext/analysis/frame.ts'
import { applyInstruction, type Outcome } from '../../../compiler-ext/analysis/instructionRule.ts'
import { encodeAxisWord, encodeType, type Instruction, instructions, type TensorType } from '../../../isa/index.ts'
import { type Random, randomFrom } from '../../model/randomProgram.ts'

const types: readonly TensorType[] = [
  { dtype: 'int8', shape: [2, 4] },
  { dtype: 'int8', shape: [4, 4] },
  { dtype: 'int8', shape: [256] },
  { dtype: 'int8', shape: [1, 4, 4, 2] },
  { dtype: 'int8', shape: [2, 2, 2, 2] },
  { dtype: 'int8', shape: [2, 2, 4] },
  { dtype: 'int16', shape: [2, 4] },
  { dtype: 'int16', shape: [513] },
  { dtype: 'int32', shape: [2] },
  { dtype: 'int32', shape: [4] },
  { dtype: 'int32', shape: [2, 4] },
  { dtype: 'int32', shape: [256] },
]

/** A frame that has made a tensor of each type. */
const frame: Frame = types.reduce((made, type) => makeTensor(made, type).frame, emptyFrame)

function randomWords(random: Random, { inputs, attributes: layout }: Instruction): bigint[] {
  const handle = () => BigInt(random(20) === 0 ? random(15) : 1 + random(types.length))
  return inputs.map(({ kind }) => {
    switch (kind) {
      case 'tensor':
        return handle()
      case 'optionalTensor':
        return random(2) === 0 ? 0n : handle()
      case 'tensorOrWord':
        return random(2) === 0 ? handle() : BigInt(random(40))
      case 'attributes': {
        if (random(20) === 0) return BigInt(random(2 ** 30)) << BigInt(random(220))
        const fields = layout?.fields ?? []
        const few = (bits: number, bias: number) => bias + (random(4) === 0 ? random(Math.min(4, 2 ** (bits - 1))) : 0)
        const values = fields.map(({ name, bits, bias = 0 }) => [name, few(bits, bias)])
        if (fields.some(({ name }) => name === 'dtype')) values.push(['dtype', 1 + random(3)])
        return layout?.encode(Object.fromEntries(values)) ?? 0n
      }
      case 'type':
        return random(10) === 0 ? BigInt(random(2 ** 30)) : encodeType(types[random(types.length)] as TensorType)
      default:
        return random(2) === 0 ? BigInt(random(4)) : encodeAxisWord([random(3), random(5)])
    }
  })
}

/** What an outcome says: how it halts, the type of the tensor that was made, or the word that results. */
function claimOf({ halt, frame: after, result }: Outcome): unknown {
  if (halt !== undefined) return halt
  return after.count === frame.count ? result : after.tensors.get(types.length + 1)?.type
}

describe('what is known without an operand holds for every operand', () => {
  it.each(instructions.map((instruction) => [instruction.mnemonic, instruction] as const))('%s', (_, instruction) => {
    const random = randomFrom(instruction.opcode)
    let found = 0
    for (let round = 0; round < 600; round++) {
      const words = randomWords(random, instruction)
      const whole = applyInstruction(instruction, words, frame)
      // Of a word it may also be known that it is a handle, of this type.
      const partial = words.map((word): Value => {
        const isHandle = word >= 1n && word <= BigInt(types.length) && random(2) === 0
        return random(2) === 0 ? word : isHandle ? types[Number(word) - 1] : undefined
      })
      const part = applyInstruction(instruction, partial, frame)
      const text = `${words} ${JSON.stringify(partial, (_key, value) => (typeof value === 'bigint' ? `${value}` : value))}`
      const claim = claimOf(part)
      if (claim !== undefined) found++
      if (part.halt !== undefined) expect(whole.halt, text).toBeDefined()
      else if (whole.halt === undefined && claim !== undefined) expect(claim, text).toEqual(claimOf(whole))
    }
    if (instruction.inputs.length > 0 && !['TROOT', 'TMODELLOAD'].includes(instruction.mnemonic))
      expect(found).toBeGreaterThan(0)
  })
})

describe('a tensor whose handle is not known', () => {
  const unknownCount: Frame = { count: undefined, tensors: frame.tensors }
  const tadd = instructions.find(({ mnemonic }) => mnemonic === 'TADD') as Instruction
  const vector: TensorType = { dtype: 'int32', shape: [4] }

  it('is known by its type, and so are results', () => {
    expect(applyInstruction(tadd, [vector, 11n], unknownCount)).toEqual({
      frame: unknownCount,
      result: { dtype: 'int32', shape: [2, 4] },
    })
  })

  it('may have any handle: none beyond those that are known is wrong', () => {
    expect(applyInstruction(tadd, [vector, 99n], unknownCount)).toEqual({ frame: unknownCount, result: undefined })
    expect(applyInstruction(tadd, [vector, 0n], unknownCount).halt?.error.code).toBe('BadHandle')
    expect(applyInstruction(tadd, [vector, 1n << 32n], unknownCount).halt?.error.code).toBe('BadHandle')
  })
})
