import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type GasTableOptions, showGasTable } from '../../cli/actions/gasTable.ts'
import { instructionGas, parameterNames, schedule } from '../../gas-model/index.ts'
import { repository, tensorEVM } from './bins.ts'

const genesis = join(repository, 'examples/customChain/genesis.json')
let folder: string
let byBlock: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'gas-'))
  byBlock = join(folder, 'blocks.json')
  const { config, ...rest } = JSON.parse(readFileSync(genesis, 'utf8'))
  const { tensorTime: _, tensor: __, ...forks } = config
  writeFileSync(byBlock, JSON.stringify({ ...rest, config: { ...forks, tensorBlock: 3 } }))
})
afterAll(() => rmSync(folder, { recursive: true }))

function printed(options: GasTableOptions): string {
  const parts: string[] = []
  const log = vi.spyOn(console, 'log').mockImplementation((text = '') => parts.push(`${text}\n`))
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => parts.push(String(text)) > 0)
  try {
    showGasTable(options)
  } finally {
    log.mockRestore()
    write.mockRestore()
  }
  return parts.join('')
}

const json = (options: GasTableOptions) => JSON.parse(printed({ ...options, json: true }))

describe('gas table', () => {
  test('without a chain shows the schedule, what a gas buys, and examples', () => {
    const text = printed({})
    expect(text.startsWith('default schedule\n')).toBe(true)
    for (const name of parameterNames) expect(text).toMatch(new RegExp(`^  ${name} +${schedule[name]}\\b`, 'm'))
    const macs = (65536 / schedule.tensorTileMacsQ16).toPrecision(4)
    expect(text).toContain(`${macs} a gas`)
    const { forks } = json({})
    expect(forks).toHaveLength(1)
    const [{ parameters, examples }] = forks
    const mac = parameters.find(({ name }: { name: string }) => name === 'tensorTileMacsQ16')
    expect(mac).toMatchObject({
      value: schedule.tensorTileMacsQ16,
      gas: schedule.tensorTileMacsQ16 / 65536,
      unit: 'MAC',
    })
    expect('default' in mac).toBe(false)
    const digits = examples.find(({ name }: { name: string }) => name.includes('MNIST'))
    const [a, b] = [1, 10].map((rows) => ({ dtype: 'int8' as const, shape: [rows, 784] })) as never as [never, never]
    const attributes = { zeroPointA: 0, zeroPointB: 0 }
    expect(digits).toMatchObject({
      mnemonic: 'MATMUL',
      macs: 7840,
      gas: instructionGas('MATMUL', { attributes, a, b }, { parameters: schedule }),
    })
  })

  test('of a chain shows each fork with all its prices, and what differs from the default', () => {
    const { chainId, forks } = json({ genesis })
    expect(chainId).toBe(90210)
    expect(forks.map(({ name, start, changes }: Record<string, unknown>) => ({ name, start, changes }))).toEqual([
      { name: 'tensor', start: { time: 1000 }, changes: { tensorArenaBytes: 16777216 } },
      { name: 'cheaper', start: { time: 2000 }, changes: { tensorBaseGas: 50 } },
    ])
    const [first, second] = forks.map(({ parameters }: { parameters: { name: string }[] }) => parameters)
    const named = (list: { name: string }[], wanted: string) => list.find(({ name }) => name === wanted)
    expect(named(first, 'tensorBaseGas')).not.toHaveProperty('default')
    expect(named(second, 'tensorBaseGas')).toMatchObject({ value: 50, default: schedule.tensorBaseGas })
    expect(named(second, 'tensorArenaBytes')).toMatchObject({ value: 16777216 })
    const text = printed({ genesis })
    expect(text).toContain('fork tensor, from time 1000\n')
    expect(text).toContain('fork cheaper, from time 2000\n  sets tensorBaseGas 50\n')
    expect(text).toMatch(new RegExp(`tensorBaseGas +50 +50 gas a instruction +default ${schedule.tensorBaseGas} `))
  })

  test('shows one fork by its name, or the one at a time', () => {
    const names = (options: GasTableOptions) => json(options).forks.map(({ name }: { name: string }) => name)
    expect(names({ genesis, fork: 'tensor' })).toEqual(['tensor'])
    expect(names({ genesis, timestamp: 1000 })).toEqual(['tensor'])
    expect(names({ genesis, timestamp: 1999 })).toEqual(['tensor'])
    expect(names({ genesis, timestamp: 2000 })).toEqual(['cheaper'])
    expect(json({ genesis: byBlock }).forks[0].start).toEqual({ block: 3 })
  })

  test('prints a library in Solidity', () => {
    const text = printed({ genesis, solidity: true })
    expect(text).toContain('if (block.timestamp >= 2000) return cheaperPrices();')
    expect(text).toContain('prices.baseGas = 50;')
    expect(text).toContain('prices.arenaBytes = 16777216;')
    expect(printed({ genesis: byBlock, solidity: true })).toContain('from block 3 on')
    expect(printed({ solidity: true })).toContain('a chain with the default schedule')
  })
})

describe('a mistake ends with one line and exit code 1', () => {
  const mistakes: [name: string, args: string[], message: string | RegExp][] = [
    ['no such genesis', ['--genesis', 'none.json'], 'none.json: no such file'],
    ['no such fork', ['--genesis', genesis, '--fork', 'x'], '--fork x: expected tensor or cheaper'],
    ['a time too early', ['--genesis', genesis, '--timestamp', '9'], /^--timestamp 9: expected at least 1000, when/],
    ['a fork of no chain', ['--fork', 'tensor'], '--fork: needs --genesis, the default schedule has no forks'],
    ['a time in words', ['--timestamp', 'now'], /^option '--timestamp <seconds>' .* expected a nonnegative integer$/],
    ['a time and a fork', ['--timestamp', '1', '--fork', 'x'], /'--timestamp <seconds>' cannot be used with .*--fork/],
    ['two formats', ['--json', '--solidity'], /'--solidity' cannot be used with option '--json'$/],
    [
      'a time where blocks count',
      ['--genesis', 'blocks.json', '--timestamp', '5'],
      '--timestamp: blocks.json counts its forks by block number, name one with --fork',
    ],
  ]
  test.each(mistakes)('%s', (_, args, message) => {
    const { status, stdout, stderr } = tensorEVM(folder, ['gas', 'table', ...args])
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' })
    const line = /^tensor-evm: ([^\n]+)\n$/.exec(stderr)?.[1]
    if (typeof message === 'string') expect(line, stderr).toBe(message)
    else expect(line, stderr).toMatch(message)
  })

  test('gas alone shows its commands', () => {
    const { stderr, stdout } = tensorEVM(folder, ['gas'])
    expect(stderr + stdout).toContain('table [options]')
  })
})
