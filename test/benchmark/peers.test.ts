import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type BenchModel, runBenchmark, sweepModels } from '../../benchmark/index.ts'
import { fillPeer, plainPorts, readPeer, splitInputs } from '../../benchmark/paths/peerData.ts'
import { importTflite, type Port } from '../../model/index.ts'
import { writeTflite } from '../model/tflite/writer.ts'

const port: Port = { name: 'x', type: { dtype: 'int8', shape: [1, 3] }, scale: 0.5, zeroPoint: -3 }
const bytes = Uint8Array.from([-128, 0, 127])

describe('data of other runtimes', () => {
  test('int8 is taken as it is, uint8 with its offset, and floats are what integers stand for', () => {
    const [signed, unsigned, real] = [new Int8Array(3), new Uint8Array(3), new Float32Array(3)]
    for (const target of [signed, unsigned, real]) {
      fillPeer(target, bytes, port)
      expect([...readPeer(target, port)]).toEqual([...bytes])
    }
    expect([...signed]).toEqual([-128, 0, 127])
    expect([...unsigned]).toEqual([0, 128, 255])
    expect([...real]).toEqual([-62.5, 1.5, 65])
  })

  test('floats beyond the range saturate', () => {
    expect([...new Int8Array(readPeer(Float32Array.of(-1e9, 0.24, 1e9), port))]).toEqual([-128, -3, 127])
  })

  test('words keep their bytes', () => {
    const [words] = plainPorts([{ dtype: 'int32', shape: [2] }]) as [Port]
    const target = new Int32Array(2)
    const given = new Uint8Array(Int32Array.of(-1, 70_000).buffer)
    fillPeer(target, given, words)
    expect([...target]).toEqual([-1, 70_000])
    expect([...readPeer(target, words)]).toEqual([...given])
  })

  test('a sample is divided among inputs, and sizes must agree', () => {
    const ports = plainPorts([port.type, { dtype: 'int16', shape: [2] }])
    const parts = splitInputs(Uint8Array.of(1, 2, 3, 4, 5, 6, 7), ports)
    expect(parts.map((part) => [...part])).toEqual([
      [1, 2, 3],
      [4, 5, 6, 7],
    ])
    expect(() => fillPeer(new Int8Array(2), bytes, port)).toThrow('x: the runtime takes 2 elements, not 3')
  })
})

const peers = join(import.meta.dirname, '../../bench/peers')
const isInstalled = existsSync(join(peers, 'node_modules/@tensorflow/tfjs-tflite'))

describe.skipIf(!isInstalled)('TensorFlow Lite, skipped where bench/peers is not installed', () => {
  test('gives the same bytes for the sweep and for a file of uint8', async () => {
    const unsignedScale = { scale: 0.5, zeroPoint: 128, type: 'UINT8' }
    const scale = { scale: 0.5, zeroPoint: 0 }
    const file = writeTflite({
      tensors: {
        x: { shape: [1, 4, 4, 2], ...unsignedScale },
        a: { shape: [1, 4, 4, 2], ...scale },
        b: { shape: [1, 2, 2, 2], ...scale },
        y: { shape: [1, 2, 2, 2], ...unsignedScale },
      },
      operators: [
        { name: 'QUANTIZE', inputs: ['x'], outputs: ['a'] },
        {
          ...{ name: 'MAX_POOL_2D', inputs: ['a'], outputs: ['b'] },
          options: { padding: 1, strideW: 2, strideH: 2, windowW: 2, windowH: 2 },
        },
        { name: 'QUANTIZE', inputs: ['b'], outputs: ['y'] },
      ],
      inputs: ['x'],
      outputs: ['y'],
    })
    const { program, inputs, outputs } = importTflite(file)
    const samples = [Uint8Array.from({ length: 32 }, (_, index) => (index * 37) % 256)]
    const unsigned: BenchModel = {
      ...{ name: 'uint8', source: { kind: 'file' }, program, samples },
      file: { kind: 'tflite', bytes: file, inputs, outputs },
    }
    const { models } = await runBenchmark([unsigned, ...sweepModels({ from: 1e3, to: 1e4, perDecade: 1, seed: 1 })], {
      ...{ paths: ['tflite'], command: ['tensor-evm', 'bench'], peers, maxGas: 1e7 },
      timing: { rounds: 1, turnMilliseconds: 1, budgetMilliseconds: 50 },
      sampleMilliseconds: { file: 100, sweep: 100 },
    })
    for (const { name, paths } of models) {
      expect(paths[0]?.refused, name).toBeUndefined()
      expect(paths[0]?.equal?.same, name).toBe(paths[0]?.equal?.samples)
    }
  })
})
