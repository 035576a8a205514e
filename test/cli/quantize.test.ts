import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { decodeModel, modelRoot } from '../../model/index.ts'
import { onnxModel } from '../model/onnx/writer.ts'
import { tensorEVM } from './bins.ts'

let folder: string
const run = (...args: string[]) => tensorEVM(folder, args)
const floats = (...values: number[]) => new Uint8Array(Float32Array.from(values).buffer)

/** A NumPy array of version 1. */
function npy(descr: string, shape: string, data: Uint8Array): Uint8Array {
  const header = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${shape}), }`.padEnd(117, ' ')
  return Buffer.concat([
    Buffer.from('\u0093NUMPY\u0001\u0000', 'latin1'),
    Buffer.from([118, 0]),
    Buffer.from(`${header}\n`),
    data,
  ])
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tensor-evm-quantize-'))
  const model = onnxModel({
    input: [0, 3],
    constants: { w: { shape: [3, 2], values: [1, -4, 2, 5, 3, -6] }, b: { shape: [2], values: [0.5, -0.5] } },
    nodes: [{ op: 'Gemm', inputs: ['x', 'w', 'b'] }],
  })
  const rows = [1, 0, 0, 0, 1, 0, 0, 0, 1, -1, 1, 1]
  const files: Readonly<Record<string, Uint8Array>> = {
    'dense.onnx': model,
    'rows.bin': floats(...rows),
    'rows.npy': npy('<f4', '4, 3', floats(...rows)),
    'bytes.bin': Uint8Array.from(rows.map((x) => x + 1)),
    'labels.bin': Uint8Array.of(0, 1, 0, 1),
    'short.bin': floats(1, 2),
    'einsum.onnx': onnxModel({ input: [1, 3], nodes: [{ op: 'Einsum', inputs: ['x'] }] }),
    'doubles.npy': npy('>f8', '1, 3', new Uint8Array(24)),
    'tail.npy': npy('<f4', '9, 3', floats(...rows)),
  }
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, name), bytes)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('quantize', () => {
  test('writes a model file that runs, and reports what is lost', () => {
    const { status, stdout, stderr } = run(
      ...['quantize', 'dense.onnx', '--calibration', 'rows.bin', '--labels', 'labels.bin', '--out', 'dense.tensor'],
      '--json',
    )
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    const report = JSON.parse(stdout)
    expect(report).toMatchObject({
      input: { type: 'int8[1,3]' },
      output: { type: 'int8[1,2]' },
      samples: 4,
      agreement: 1,
      accuracy: { float: 0.75, int8: 0.75 },
      macs: 6,
      notes: ['Input "x" has an open dimension in the file; it is 1x3 here.'],
    })
    expect(report.maxError).toBeLessThan(0.1)
    expect(report.layers).toHaveLength(1)
    expect(report.layers[0]).toMatchObject({ op: 'dense', shape: [1, 2], saturated: 0, seen: [-6.5, 4.5] })
    expect(report.layers[0].signalToNoise).toBeGreaterThan(35)
    const program = decodeModel(readFileSync(join(folder, 'dense.tensor')))
    expect(modelRoot(program)).toBe(report.root)
    const { scale, zeroPoint } = report.input
    writeFileSync(join(folder, 'q.bin'), Int8Array.from([0, 1, 0].map((x) => Math.round(x / scale) + zeroPoint)))
    expect(run('run', 'dense.tensor', '--input', 'q.bin', '--output', 'y.bin', '--path', 'precompile').status).toBe(0)
    const reals = [...new Int8Array(readFileSync(join(folder, 'y.bin')))].map(
      (q) => (q - report.output.zeroPoint) * report.output.scale,
    )
    expect(reals[0]).toBeCloseTo(2.5, 1)
    expect(reals[1]).toBeCloseTo(4.5, 1)
  })

  test('takes NumPy arrays and integers with a scale, with the same result', () => {
    const root = (...args: string[]) => {
      const { stdout } = run('quantize', 'dense.onnx', '--json', ...args)
      return JSON.parse(stdout).root
    }
    const expected = root('--calibration', 'rows.bin')
    expect(root('--calibration', 'rows.npy')).toBe(expected)
    const scaled = ['--input-type', 'uint8', '--input-scale', '1', '--input-zero-point', '1']
    expect(root('--calibration', 'bytes.bin', ...scaled)).toBe(expected)
  })

  test('prints a row for each layer', () => {
    const { stdout } = run('quantize', 'dense.onnx', '--calibration', 'rows.bin', '--range', 'percentile')
    expect(stdout).toMatch(/^layer +operation +seen +range +saturated +SQNR$/m)
    expect(stdout).toMatch(/^y +dense +-6\.5 \.\. 4\.5 .* dB$/m)
    expect(stdout).toMatch(/^top-1 agreement +100\.00% of float and int8$/m)
  })

  test.each<[string, string[], string]>([
    [
      'calibration of another size',
      ['dense.onnx', '--calibration', 'short.bin'],
      'short.bin: 2 numbers are no rows of 3',
    ],
    [
      'integers without a scale',
      ['dense.onnx', '--calibration', 'bytes.bin', '--input-type', 'uint8'],
      'its elements are integers, expected --input-scale',
    ],
    [
      'elements of another type',
      ['dense.onnx', '--calibration', 'doubles.npy'],
      'its elements are ">f8", expected one of <f4',
    ],
    ['an array cut short', ['dense.onnx', '--calibration', 'tail.npy'], '48 bytes of data do not fit the shape (9, 3)'],
    [
      'operators that are not supported',
      ['einsum.onnx', '--calibration', 'rows.bin'],
      'einsum.onnx: node 0 Einsum ("x" -> "y"): the operator is not supported',
    ],
    [
      'a file that is no model',
      ['rows.bin', '--calibration', 'rows.bin'],
      'expected a file whose name ends with .onnx or .tflite',
    ],
    ['a file that is not there', ['no.onnx', '--calibration', 'rows.bin'], 'model no.onnx: no such file'],
    [
      'too few labels',
      ['dense.onnx', '--calibration', 'rows.bin', '--labels', 'short.bin', '--input', 'tail.npy'],
      'tail.npy',
    ],
  ])('refuses %s', (_, args, message) => {
    const { status, stdout, stderr } = run('quantize', ...args)
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' })
    expect(stderr.trim().split('\n')).toHaveLength(1)
    expect(stderr).toContain(message)
  })
})

describe('run and import', () => {
  test('take a quantized .onnx file', () => {
    const scale = { x_s: { shape: [], values: [0.5] }, z: { type: 'int8', shape: [], values: [0] } } as const
    const bytes = onnxModel({
      input: [1, 3],
      constants: { ...scale, w: { type: 'int8', shape: [3, 2], values: [1, 2, 3, 4, 5, 6] } },
      nodes: [{ op: 'QLinearMatMul', inputs: ['x', 'x_s', 'z', 'w', 'x_s', 'z', 'x_s', 'z'] }],
      inputType: 'int8',
    })
    writeFileSync(join(folder, 'product.onnx'), bytes)
    writeFileSync(join(folder, 'x.bin'), Int8Array.of(1, 2, 3))
    const { stdout, stderr } = run(
      'run',
      'product.onnx',
      '--input',
      'x.bin',
      '--output',
      'p.bin',
      '--path',
      'precompile',
      '--json',
    )
    expect(stderr).toBe('')
    expect(JSON.parse(stdout)).toMatchObject({ model: 'product', rounding: 'single', macs: 6 })
    // Half of 22 and 28.
    expect([...new Int8Array(readFileSync(join(folder, 'p.bin')))]).toEqual([11, 14])
    expect(run('run', 'dense.onnx', '--input', 'x.bin').stderr).toContain('the input: it is not quantized')
  })
})
