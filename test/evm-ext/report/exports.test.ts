import { beforeAll, describe, expect, test } from 'vitest'
import { createChain, type Receipt } from '../../../evm-ext/index.ts'
import {
  type GasReport,
  gasReportFolded,
  gasReportSpeedscope,
  gasReportTable,
  leavesOf,
  reportGas,
} from '../../../evm-ext/report/index.ts'
import { encodeType } from '../../../isa/index.ts'
import { code, op } from '../../bytecode.ts'
import { creating } from '../creation.ts'

let report: GasReport
let receipt: Receipt

beforeAll(async () => {
  const chain = await createChain()
  const row = encodeType({ dtype: 'int8', shape: [1, 20] })
  const weights = encodeType({ dtype: 'int8', shape: [3, 20] })
  const runtime = code(
    ...[op('TCALLDATALOAD', row, 0), op('TCALLDATALOAD', weights, 0), op('MATMUL', 0, 1, 2, 0)],
    // A precompile, a slot that is cleared for a refund, and a value that is sent with a stipend.
    ...[op('STATICCALL', 5000, 4, 0, 64, 0, 0), op('SSTORE', 0, 1), op('SSTORE', 0, 0)],
    ...[op('CALL', 0, 0xdead, 1, 0, 0, 0, 0), op('STOP')],
  )
  const { contractAddress } = await chain.deploy(creating(runtime))
  const result = await reportGas(chain.vm, () =>
    chain.sendTransaction({ to: contractAddress, data: '01020304', value: 1n }),
  )
  receipt = result.value
  report = result.reports[0] as GasReport
})

test('a report is plain data: JSON gives it back', () => {
  expect(report).toMatchObject({ version: 1, kind: 'transaction', transactionHash: receipt.transactionHash })
  expect(BigInt(report.gasUsed)).toBe(receipt.gasUsed)
  // What is undefined is absent in JSON, which is the same to this comparison.
  expect(JSON.parse(JSON.stringify(report))).toEqual(report)
})

test('leaves have all gas, and none is negative', () => {
  const leaves = [...leavesOf(report)]
  const gas = leaves.reduce((sum, leaf) => sum + leaf.gas, 0)
  expect(report.refund?.granted).toBeGreaterThan(0)
  expect(gas).toBe(report.gasUsed + (report.refund?.granted ?? 0))
  expect(leaves.filter((leaf) => leaf.gas < 0)).toEqual([])
  expect(report.summary.stipends).toBe(-2300)
})

test('folded stacks are lines of names and gas', () => {
  const lines = gasReportFolded(report).trimEnd().split('\n')
  const address = report.frame.name
  const product = report.frame.instructions[2]
  expect(lines).toContain(`${address};MATMUL[1x3x20] ${product?.gas}`)
  expect(lines).toContain('intrinsic gas;base 21000')
  expect(lines).toContain(`${address};IDENTITY 21`)
  for (const line of lines) expect(line).toMatch(/^[^;\n]+(;[^;\n]+)* [1-9]\d*$/)
  expect(new Set(lines.map((line) => line.replace(/ \d+$/, ''))).size).toBe(lines.length)
})

test('no name ends a stack or a line', () => {
  const strange = { ...report, frame: { ...report.frame, name: 'a;b\nc' } }
  expect(gasReportFolded(strange)).toContain('a b c;MATMUL[1x3x20] ')
})

describe('a file for speedscope', () => {
  // The rules of https://www.speedscope.app/file-format-schema.json, and those that its reader adds to them.
  const units = ['bytes', 'microseconds', 'milliseconds', 'nanoseconds', 'none', 'seconds']

  test('follows the schema of its format', () => {
    const file = JSON.parse(JSON.stringify(gasReportSpeedscope(report)))
    expect(file.$schema).toBe('https://www.speedscope.app/file-format-schema.json')
    expect(Object.keys(file).sort()).toEqual(
      ['$schema', 'activeProfileIndex', 'exporter', 'name', 'profiles', 'shared'].sort(),
    )
    expect([typeof file.name, typeof file.exporter, typeof file.activeProfileIndex]).toEqual([
      ...['string', 'string', 'number'],
    ])
    for (const frame of file.shared.frames) {
      expect(typeof frame.name).toBe('string')
      expect(['undefined', 'string']).toContain(typeof frame.file)
      expect(['undefined', 'number']).toContain(typeof frame.line)
      expect(Object.keys(frame).filter((key) => !['name', 'file', 'line', 'col'].includes(key))).toEqual([])
    }
    for (const profile of file.profiles) {
      const { type, name, unit, startValue, endValue, samples, weights } = profile
      expect(Object.keys(profile).length).toBe(7)
      expect([type, typeof name, startValue]).toEqual(['sampled', 'string', 0])
      expect(units).toContain(unit)
      expect(samples.length).toBe(weights.length)
      for (const frame of samples.flat()) expect(file.shared.frames[frame]).toBeDefined()
      for (const weight of weights) expect(weight).toBeGreaterThan(0)
      expect(weights.reduce((sum: number, weight: number) => sum + weight, 0)).toBe(endValue)
    }
  })

  test('has gas, time and bytes', () => {
    const { profiles, shared } = gasReportSpeedscope(report)
    expect(profiles.map(({ unit }) => unit)).toEqual(['none', 'nanoseconds', 'bytes'])
    expect(profiles[0]?.endValue).toBe(report.gasUsed + (report.refund?.granted ?? 0))
    expect(profiles[2]?.endValue).toBe(report.tensors.outputBytes)
    // Only what can be timed has time.
    const timed = profiles[1]?.samples.map((stack) => shared.frames[stack.at(-1) as number]?.name)
    expect(timed).toEqual(['TCALLDATALOAD[1x20]', 'TCALLDATALOAD[3x20]', 'MATMUL[1x3x20]', 'IDENTITY'])
    const names = shared.frames.map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
  })
})

test('the table shows the sum, the instructions, the frames and the opcodes', () => {
  const table = gasReportTable(report)
  const row = (start: string) => table.split('\n').find((line) => line.startsWith(start))
  expect(row('gas of the transaction')).toContain(report.gasUsed.toLocaleString('en'))
  expect(row('refund')).toContain(`-${report.refund?.granted.toLocaleString('en')}`)
  const used = (100 * (report.frame.instructions[2]?.utilisation ?? 0)).toFixed(1)
  expect(table.split('\n').find((line) => line.includes('MATMUL[1x3x20]'))).toContain(` 60  ${used} %  `)
  expect(table.split('\n').find((line) => line.includes('together'))).toContain(report.tensors.gas.toLocaleString('en'))
  expect(row('  IDENTITY')).toMatch(/STATICCALL +21 /)
  expect(row('SSTORE')).toMatch(/^SSTORE +2 /)
  expect(table.split('\n').filter((line) => / $/.test(line))).toEqual([])
})
