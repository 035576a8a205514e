import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createTensor, referenceBody, type Tensor, type TensorType, tensorOf } from '../../isa/index.ts'
import { createProgramBuilder, interpret, type Program, valueTypes, withRounding } from '../../model/index.ts'
import { randomProgram } from './randomProgram.ts'

function halving(rounding: number): Program {
  const builder = createProgramBuilder()
  const x = builder.input({ dtype: 'int32', shape: [3] })
  const attributes = { dtype: 3, rounding, low: -100, high: 100 }
  const y = builder.emit('RESCALE', { attributes, x, multiplier: 2 ** 30, shift: 0 })
  builder.output(builder.emit('RESCALE', { attributes, x: y, multiplier: 2 ** 30, shift: -1 }))
  return builder.build()
}

describe('interpret', () => {
  it('evaluates a program', () => {
    const builder = createProgramBuilder()
    const a = builder.input({ dtype: 'int8', shape: [1, 2] })
    const b = builder.constant(tensorOf('int8', [2, 2], [1, 2, -3, 4]))
    const sum = builder.emit('MATMUL', { attributes: {}, a, b })
    builder.output(builder.emit('TADD', { a: sum, b: sum }))
    builder.output(a)
    builder.output(b)
    const input = tensorOf('int8', [1, 2], [5, 6])
    expect(interpret(builder.build(), [input])).toEqual([
      tensorOf('int32', [1, 2], [34, 18]),
      input,
      tensorOf('int8', [2, 2], [1, 2, -3, 4]),
    ])
  })

  it('gives outputs that share no memory with inputs or each other', () => {
    const builder = createProgramBuilder()
    const x = builder.input({ dtype: 'int8', shape: [2] })
    for (const value of [x, x]) builder.output(value)
    const input = tensorOf('int8', [2], [1, 2])
    const [first, second] = interpret(builder.build(), [input]) as [Tensor, Tensor]
    first.data[0] = 9
    expect([input.data[0], second.data[0]]).toEqual([1, 1])
  })

  it('shows each step with its value number', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const { program, inputs } = randomProgram(seed)
        const seen: number[] = []
        interpret(program, inputs, {
          onStep({ index, value, result }) {
            expect(value).toBe(program.inputs.length + program.constants.length + index)
            expect(result).toMatchObject(valueTypes(program)[value] as TensorType)
            seen.push(index)
          },
        })
        expect(seen).toEqual([...program.steps.keys()])
      }),
    )
  })

  it('runs other bodies, on tensors of another memory, freed once each', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const { program, inputs } = randomProgram(seed)
        const live = new Set<Tensor>()
        const outputs = interpret(program, inputs, {
          memory: {
            allocate(type) {
              const tensor = createTensor(type)
              // Freshly given memory may hold anything, and freed memory is overwritten.
              tensor.data.fill(85)
              live.add(tensor)
              return tensor
            },
            free(tensor) {
              expect(live.delete(tensor)).toBe(true)
              tensor.data.fill(-86)
            },
          },
          bodyOf: (instruction) => (operands, output) => {
            const tensors = Object.values(operands).filter((operand) => operand instanceof Object && 'data' in operand)
            for (const tensor of [...tensors, output]) expect(live.has(tensor as Tensor)).toBe(true)
            referenceBody(instruction)(operands, output)
          },
        })
        expect(outputs).toEqual(interpret(program, inputs))
        expect(live.size).toBeLessThanOrEqual(program.outputs.length)
      }),
    )
  })

  it('refuses inputs of other types', () => {
    const program = halving(0)
    expect(() => interpret(program, [])).toThrow('inputs: 0 tensors, not 1')
    expect(() => interpret(program, [tensorOf('int8', [3], [1, 2, 3])])).toThrow(
      'inputs[0]: int8[3] given, int32[3] expected',
    )
  })
})

describe('withRounding', () => {
  // -1 * 2^-2: double rounding first moves it away from zero by half a unit of the wider result.
  const input = tensorOf('int32', [3], [-1, 1, -6])

  it('sets the rounding of every RESCALE and nothing else', () => {
    expect(withRounding(halving(0), 'single')).toEqual(halving(1))
    expect(withRounding(halving(1), 'double')).toEqual(halving(0))
    expect(withRounding(halving(1), 'single')).toEqual(halving(1))
    const { program } = randomProgram(4)
    expect(valueTypes(withRounding(program, 'single'))).toEqual(valueTypes(program))
  })

  it('changes results where the two modes differ', () => {
    const doubled = interpret(halving(0), [input])
    expect(interpret(withRounding(halving(1), 'double'), [input])).toEqual(doubled)
    expect(interpret(withRounding(halving(0), 'single'), [input])).not.toEqual(doubled)
  })
})
