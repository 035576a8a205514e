import { spawn, spawnSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadModel } from '../../cli/models.ts'
import { sampleBytes } from '../../inference/index.ts'
import { readPage } from '../interop/documents.ts'
import { repository } from './bins.ts'
import { type NodeProcess, startNodeProcess } from './nodeProcess.ts'

// The commands of docs/node.md and docs/chain.md, as they stand there.

const KEY = '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80'
const hasCast = spawnSync('sh', ['-c', 'command -v cast']).status === 0
const tensorEVM = `"${process.execPath}" --import ${import.meta.resolve('tsx')} ${join(repository, 'cli/main.ts')}`

let folder: string
let node: NodeProcess

/** Runs a command of a page on the node of the test. @returns what it printed */
function run(command: string, env: Readonly<Record<string, string>> = {}): Promise<string> {
  const line = command.replaceAll('npx tensor-evm', tensorEVM).replaceAll('http://127.0.0.1:8545', node.url)
  const child = spawn('bash', ['-euo', 'pipefail', '-c', line], {
    ...{ cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] },
    env: { ...process.env, NODE_OPTIONS: '', TENSOR_RPC_URL: node.url, KEY, ...env },
  })
  let printed = ''
  let complaints = ''
  child.stdout?.on('data', (chunk) => {
    printed += chunk
  })
  child.stderr?.on('data', (chunk) => {
    complaints += chunk
  })
  return new Promise((resolve, reject) => {
    child.on('close', (code) =>
      code === 0 ? resolve(printed) : reject(new Error(`${command}\n${printed}${complaints}`)),
    )
  })
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tensor-evm-documents-'))
  copyFileSync(join(repository, 'examples/importTflite/lines.tflite'), join(folder, 'model.tflite'))
  const { program } = loadModel(join(folder, 'model.tflite'))
  writeFileSync(join(folder, 'rows.bin'), new Uint8Array(sampleBytes(program)).fill(7))
  node = await startNodeProcess(folder)
}, 60_000)
afterAll(async () => {
  await node.end()
  rmSync(folder, { recursive: true, force: true })
})

/** The only address that something printed says to have made. */
function addressIn(printed: string): string {
  return /^(?:address|contractAddress) +(0x\w{40})$/m.exec(printed)?.[1] ?? expect.fail(printed)
}

describe('docs/node.md', () => {
  const page = readPage('node.md')

  test('a model is published, deployed and asked', async () => {
    expect(page.command('npx tensor-evm node')).toBe('npx tensor-evm node')
    expect(await run(page.command('npx tensor-evm publish'))).toMatch(
      /^root 0x\w{64}\nsent [\d,]+ bytes\nregistered by /,
    )
    const ADDRESS = addressIn(await run(page.command('npx tensor-evm deploy')))
    expect(await run(page.command('npx tensor-evm call'), { ADDRESS })).toMatch(/^row 0 .* gas {2}outputs /m)
  })

  test.skipIf(!hasCast)('cast alone does the same (skipped where there is no cast)', async () => {
    await node.ask('anvil_reset')
    await run(page.command('npx tensor-evm import'))
    const published = await run(page.block('ROOT='))
    expect(published).toMatch(/^status +1 \(success\)$/m)
    const { root } = JSON.parse(readFileSync(join(folder, 'build/Digits.summary.json'), 'utf8'))
    expect(await node.ask('tensor_listModels')).toMatchObject([{ root, isRegistered: true }])
    const [first, second, third] = page
      .block('cast send --rpc-url $TENSOR_RPC_URL --private-key $KEY --create')
      .trim()
      .split('\n')
    const WEIGHTS = addressIn(await run(first as string))
    const ADDRESS = addressIn(await run(second as string, { WEIGHTS }))
    const byTool = await run(`${page.command('npx tensor-evm call')} --output out.bin`, { ADDRESS })
    expect(byTool).toContain('row 0')
    const byCast = await run(third as string, { ADDRESS })
    expect(byCast.trim()).toBe(`0x${readFileSync(join(folder, 'out.bin')).toString('hex')}`)
  })

  test('the methods that it names are there', () => {
    const text = readFileSync(join(repository, 'docs/node.md'), 'utf8')
    const named = new Set(
      text.match(/`(?:eth|evm|anvil|hardhat|tensor|debug|personal)_\w+/g)?.map((name) => name.slice(1)),
    )
    named.delete('anvil_set')
    expect(named.size).toBeGreaterThan(40)
    return Promise.all(
      [...named].map(async (method) => {
        const reason = await node.ask(method, 'x', 'x', 'x', 'x', 'x', 'x').catch((error: Error) => error.message)
        expect(`${method}: ${reason}`).not.toMatch(/does not exist|not supported$/)
      }),
    )
  })
})

describe('docs/chain.md', () => {
  const page = readPage('chain.md')

  test('a configuration is written, checked, and its prices shown', async () => {
    await run(page.command('npx tensor-evm init'))
    expect(await run(page.command('npx tensor-evm genesis'))).toMatch(/^chain id +90210$/m)
    expect(await run(page.command('npx tensor-evm gas table'))).toContain('fork tensor, from time 0')
  })

  test('blocks go from one node to another', async () => {
    await node.end()
    node = await startNodeProcess(folder, '--genesis', 'genesis.json')
    await node.ask('anvil_mine', 3)
    await run(page.command('npx tensor-evm export'))
    expect(await run(page.command('npx tensor-evm import-blocks'))).toMatch(/^imported 3 blocks\nhead 3 /)
    const [, options] = /^npx tensor-evm node (.*) --port 8546$/.exec(page.command('npx tensor-evm node')) ?? []
    const copy = await startNodeProcess(folder, ...(options ?? '').split(' '))
    const hashOf = async ({ ask }: NodeProcess) =>
      (await ask<{ hash: string }>('eth_getBlockByNumber', 'latest', false)).hash
    expect(await hashOf(copy)).toBe(await hashOf(node))
    await copy.end()
  })
})
