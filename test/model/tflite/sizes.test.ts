import { describe, expect, it } from 'vitest'
import { importSpec, ints, mnemonics, runSpec } from './reference.ts'
import type { ModelSpec, TensorSpec } from './writer.ts'

const quantized = { scale: 0.5, zeroPoint: -4 }
/** A tensor of the common quantization. */
const q = (...shape: number[]): TensorSpec => ({ shape, ...quantized })
const count = (n: number) => Array.from({ length: n }, (_, index) => index)

describe('sizes that the graph computes', () => {
  it('are worked out, and only the reshape is left', () => {
    const model: ModelSpec = {
      tensors: {
        x: q(2, 3, 4),
        shape: { type: 'INT32', shape: [3] },
        begin: ints(0),
        end: ints(1),
        step: ints(1),
        batch: { type: 'INT32', shape: [] },
        rest: { type: 'INT32', shape: [], data: [12] },
        to: { type: 'INT32', shape: [2] },
        y: { ...q(2, 12), signature: [-1, 12] },
      },
      operators: [
        { name: 'SHAPE', inputs: ['x'], outputs: ['shape'] },
        {
          name: 'STRIDED_SLICE',
          inputs: ['shape', 'begin', 'end', 'step'],
          outputs: ['batch'],
          options: { shrinkAxisMask: 1 },
        },
        { name: 'PACK', inputs: ['batch', 'rest'], outputs: ['to'], options: { count: 2, axis: 0 } },
        { name: 'RESHAPE', inputs: ['x', 'to'], outputs: ['y'] },
      ],
      inputs: ['x'],
      outputs: ['y'],
    }
    const { program, operators } = importSpec(model)
    expect(mnemonics(program)).toEqual(['RESHAPE'])
    expect(program.constants).toEqual([])
    expect(operators.map(({ outputs }) => outputs[0]?.value)).toEqual([undefined, undefined, undefined, 1])
    expect(runSpec(model, [count(24)])).toEqual([count(24)])
  })

  it('may use arithmetic on integers', () => {
    const word: TensorSpec = { type: 'INT32', shape: [] }
    const model: ModelSpec = {
      tensors: {
        x: q(2, 6),
        shape: { type: 'INT32', shape: [2] },
        axis: ints(0),
        total: word,
        two: { ...word, data: [2] },
        twice: word,
        rank: word,
        wide: { type: 'INT64', shape: [] },
        to: { type: 'INT32', shape: [2] },
        half: word,
        y: q(24, 2),
        tiled: q(4, 12),
        times: { type: 'INT32', shape: [2] },
      },
      operators: [
        { name: 'SHAPE', inputs: ['x'], outputs: ['shape'] },
        { name: 'REDUCE_PROD', inputs: ['shape', 'axis'], outputs: ['total'] },
        { name: 'MUL', inputs: ['total', 'two'], outputs: ['twice'] },
        { name: 'RANK', inputs: ['x'], outputs: ['rank'] },
        { name: 'CAST', inputs: ['rank'], outputs: ['wide'] },
        { name: 'CAST', inputs: ['wide'], outputs: ['half'] },
        { name: 'PACK', inputs: ['twice', 'half'], outputs: ['to'], options: { axis: 0 } },
        { name: 'FILL', inputs: ['axisTwo', 'two'], outputs: ['times'] },
        { name: 'TILE', inputs: ['x', 'times'], outputs: ['tiled'] },
        { name: 'RESHAPE', inputs: ['tiled', 'to'], outputs: ['y'] },
      ],
      inputs: ['x'],
      outputs: ['y'],
    }
    const complete = { ...model, tensors: { ...model.tensors, axisTwo: ints(2) } }
    expect(mnemonics(importSpec(complete).program)).toEqual(['TILE', 'RESHAPE'])
  })
})
