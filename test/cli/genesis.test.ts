import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { showGenesis } from '../../cli/actions/genesis.ts'
import { parameterNames } from '../../gas-model/index.ts'
import { repository } from './bins.ts'

const REGISTRAR = `0x${'0a'.repeat(20)}`
let folder: string
let file: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'genesis-'))
  file = join(folder, 'genesis.json')
  const { config, ...rest } = JSON.parse(readFileSync(join(repository, 'examples/customChain/genesis.json'), 'utf8'))
  const tensor = { ...config.tensor, registrar: REGISTRAR }
  writeFileSync(file, JSON.stringify({ ...rest, config: { ...config, tensor } }))
})
afterAll(() => rmSync(folder, { recursive: true }))

function printed(options: { json?: boolean }): string[] {
  const lines: string[] = []
  const log = vi.spyOn(console, 'log').mockImplementation((text: string) => lines.push(...text.split('\n')))
  try {
    showGenesis(file, options)
  } finally {
    log.mockRestore()
  }
  return lines
}

test('genesis prints addresses, forks with what they change, and parameters in one column', () => {
  const lines = printed({})
  const rows = lines.filter((line) => / {2}\S|\d$/.test(line.trimStart()))
  const width = Math.max(...parameterNames.map(({ length }) => length)) + 4
  for (const row of rows) expect(row).toMatch(new RegExp(`^.{${width}} \\S`))
  const at = (name: string) => lines.find((line) => line.trim().startsWith(`${name} `))?.slice(width + 1)
  expect(at('registrar')).toBe(REGISTRAR)
  expect(at('tensor')).toBe('time 1000')
  expect(at('tensorArenaBytes')).toBe('16777216')
  const cheaper = lines.findIndex((line) => line.startsWith('  cheaper '))
  expect(lines[cheaper]).toMatch(/ time 2000$/)
  expect(lines[cheaper + 1]).toMatch(/^ {4}tensorBaseGas +50$/)
  expect(lines.join()).not.toContain('mergeNetsplitBlock')
})

test('genesis --json prints the same as one object', () => {
  const [line, ...others] = printed({ json: true })
  expect(others).toEqual([])
  const shown = JSON.parse(line as string)
  expect(shown).toMatchObject({ chainId: 90210, registrar: REGISTRAR })
  expect(shown.forks.slice(-2)).toEqual([
    { name: 'tensor', time: 1000 },
    { name: 'cheaper', time: 2000, parameters: { tensorBaseGas: 50 } },
  ])
  expect(shown.parameters).toMatchObject({ tensorBaseGas: 100, tensorArenaBytes: 16777216 })
})
