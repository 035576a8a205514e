import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { encodeModel, modelRoot } from '../../model/index.ts'
import { smallProgram } from './bins.ts'
import { type Ended, runCommand } from './command.ts'
import { type NodeProcess, startNodeProcess } from './nodeProcess.ts'

const FIRST = '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266'
const FIRST_KEY = '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80'
const SECOND_KEY = '0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d'

let folder: string
let node: NodeProcess
const run = (...args: string[]) => runCommand(folder, args)
const rpc = (...args: string[]) => run(...args, '--rpc-url', node.url)

function printed({ status, stdout, stderr }: Ended): string {
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  return stdout
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tensor-evm-node-'))
  writeFileSync(join(folder, 'small.tensor'), encodeModel(smallProgram()))
  writeFileSync(join(folder, 'rows.bin'), Int8Array.of(4, 5, 6, 1, 2, 3))
  node = await startNodeProcess(folder)
}, 60_000)
afterAll(async () => {
  await node.end()
  rmSync(folder, { recursive: true, force: true })
})

test('node tells what one needs to use it', () => {
  const lines = node.stdout()
  for (const text of [FIRST, FIRST_KEY, '10000.0 ether', 'chain id   816363', 'fork       tensor'])
    expect(lines).toContain(text)
  expect(lines).toMatch(/^Listening on http:\/\/127\.0\.0\.1:\d+$/m)
  expect(node.stderr()).toBe('')
})

test('publish gives a model once, and registers it', async () => {
  const root = modelRoot(smallProgram())
  const size = encodeModel(smallProgram()).length
  const report = JSON.parse(printed(await rpc('publish', 'small.tensor', '--private-key', FIRST_KEY, '--json')))
  expect(report).toMatchObject({ root, byteLength: size, sentBytes: size, isRegistered: true })
  expect(await node.ask('tensor_listModels')).toEqual([{ root, byteLength: size, isRegistered: true }])
  const again = printed(await rpc('publish', 'small.tensor'))
  expect(again).toBe(`root ${root}\nthe node has its bytes already\nit is registered already\n`)
})

test('publish goes on where an upload was left', async () => {
  // Other weights than those of the model above.
  const file = encodeModel(smallProgram())
  file[file.length - 1] = 99
  writeFileSync(join(folder, 'other.tensor'), file)
  const { stdout } = await run('import', 'other.tensor', '--out', 'imported', '--json')
  const { root } = JSON.parse(stdout)
  await node.ask('tensor_publishModel', root, file.length, 0, `0x${Buffer.from(file.subarray(0, 64)).toString('hex')}`)
  const report = JSON.parse(printed(await rpc('publish', 'other.tensor', '--no-register', '--json')))
  expect(report).toMatchObject({ root, sentBytes: file.length - 64, isRegistered: false })
})

test('deploy and call', async () => {
  const { address, weights } = JSON.parse(printed(await rpc('deploy', 'small.tensor', '--from', FIRST, '--json')))
  expect(await node.ask('eth_getCode', weights, 'latest')).toMatch(/^0x00/)
  const call = ['call', address, '--model', 'small.tensor', '--input', 'rows.bin']
  const shown = printed(await rpc(...call, '--output', 'out.bin'))
  expect(shown).toMatch(
    /^row 0 {2}class 0 {2}[\d,]+ gas {2}outputs 32 -27\nrow 1 {2}class 0 {2}[\d,]+ gas {2}outputs 14 -12\n/m,
  )
  expect([...new Int8Array(readFileSync(join(folder, 'out.bin')))]).toEqual([32, -27, 14, -12])
  const sent = JSON.parse(printed(await rpc(...call, '--send', '--limit', '1', '--json', '--private-key', SECOND_KEY)))
  expect(sent.rows).toMatchObject([{ class: 0, outputs: [32, -27], transaction: expect.stringMatching(/^0x\w{64}$/) }])
  const receipt = await node.ask<{ gasUsed: string }>('eth_getTransactionReceipt', sent.rows[0].transaction)
  expect(Number(receipt.gasUsed)).toBe(sent.rows[0].gas)
})

test('node --state goes on after its end, --quiet says nothing, and a second signal does not wait', async () => {
  const first = await startNodeProcess(folder, '--state', 'state', '--block-time', '0.2')
  expect(first.stdout()).toContain('mining     a block every 0.2 seconds')
  await first.ask('anvil_setBalance', FIRST, '0x42')
  await first.ask('evm_mine')
  const { hash, number } = await first.ask<{ hash: string; number: string }>('eth_getBlockByNumber', '0x1', false)
  expect(await first.end('SIGINT')).toBe(0)
  expect(existsSync(join(folder, 'state'))).toBe(true)
  const again = await startNodeProcess(folder, '--state', 'state', '--no-mining')
  expect(again.stdout()).toContain('mining     blocks on demand')
  expect(await again.ask('eth_getBlockByNumber', number, false)).toMatchObject({ hash })
  expect(await again.ask('eth_getBalance', FIRST, 'latest')).toBe('0x42')
  expect(await again.end()).toBe(0)
  const warned = await startNodeProcess(
    folder,
    '--host',
    '0.0.0.0',
    '--mnemonic',
    `${'abandon '.repeat(11)}about`,
    '--accounts',
    '2',
  )
  expect(warned.stderr()).toMatch(/^warning: --host 0\.0\.0\.0: whoever reaches this machine/)
  expect(warned.stdout()).toContain('0x9858EfFD232B4033E47d90003D41EC34EcaEda94  10000.0 ether')
  expect(await warned.end()).toBe(0)
})

describe('a mistake ends with one line and exit code 1', () => {
  const nowhere = 'http://127.0.0.1:9'
  const call = ['call', FIRST, '--model', 'small.tensor', '--input', 'rows.bin']
  const mistakes: [name: string, args: (url: string) => string[], message: string | RegExp][] = [
    ['no node', () => ['publish', 'small.tensor', '--rpc-url', nowhere], `${nowhere}: no node answers there`],
    ['no URL', () => ['deploy', 'small.tensor', '--rpc-url', 'here'], /^--rpc-url here: expected a URL of http/],
    [
      'another path of the server',
      (url) => ['publish', 'small.tensor', '--rpc-url', `${url}/no`],
      /^http:\/\/127\.0\.0\.1:\d+\/no: not found; post to \/$/,
    ],
    ['no such model', (url) => ['publish', 'none.tensor', '--rpc-url', url], 'model none.tensor: no such file'],
    [
      'not the registrar',
      (url) => ['publish', 'open.tensor', '--rpc-url', url, '--private-key', SECOND_KEY],
      /^only the registrar 0xf39f\w{36} may register models, not 0x70997970C51812dc3A010C7d01b50e0d17dc79C8$/,
    ],
    [
      'a key that is none',
      (url) => ['deploy', 'small.tensor', '--rpc-url', url, '--private-key', '0x12'],
      '--private-key: expected 32 bytes in hex',
    ],
    [
      'an account without funds',
      (url) => ['deploy', 'small.tensor', '--rpc-url', url, '--private-key', `0x${'77'.repeat(32)}`],
      /^the account with the weights was not created: .*funds/,
    ],
    [
      'an account of someone else',
      (url) => ['deploy', 'small.tensor', '--rpc-url', url, '--from', `0x${'77'.repeat(20)}`],
      /^the account with the weights was not created: /,
    ],
    ['no contract there', (url) => [...call, '--rpc-url', url], /there is no contract on chain 816363 of http/],
    [
      'no address',
      (url) => ['call', '0x12', ...call.slice(2), '--rpc-url', url],
      /^address 0x12: expected 0x and 40 hex digits/,
    ],
    [
      'an export of blocks to come',
      (url) => ['export', 'x', '--to', '999', '--rpc-url', url],
      /^--to 999: the newest block is \d+$/,
    ],
    ['a port in words', () => ['node', '--port', 'http'], /expected an integer in 0\.\.65535$/],
    ['no time between blocks', () => ['node', '--block-time', '0'], /expected seconds above 0, at most 86400$/],
    ['two ways of keeping', () => ['node', '--state', 'a', '--datadir', 'b'], /cannot be used with/],
    ['a mnemonic that is none', () => ['node', '--port', '0', '--mnemonic', 'one two'], /^mnemonic: expected 12/],
    [
      'a state that is none',
      () => ['node', '--port', '0', '--state', 'rows.bin'],
      'rows.bin: not a state that a node wrote, or damaged',
    ],
    ['no such genesis', () => ['node', '--genesis', 'none.json'], 'none.json: no such file'],
    ['no blocks', () => ['import-blocks', 'none', '--datadir', 'data'], 'blocks none: no such file'],
    [
      'blocks that are none',
      () => ['import-blocks', 'rows.bin', '--datadir', 'data'],
      'blocks rows.bin: expected a block in RLP at byte 0',
    ],
  ]
  beforeAll(() => {
    const file = encodeModel(smallProgram())
    file[file.length - 1] = 98
    writeFileSync(join(folder, 'open.tensor'), file)
  })
  test.each(mistakes)('%s', async (_, args, message) => {
    const { status, stdout, stderr } = await run(...args(node.url))
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' })
    const line = /^tensor-evm: ([^\n]+)\n$/.exec(stderr)?.[1]
    if (typeof message === 'string') expect(line, stderr).toBe(message)
    else expect(line, stderr).toMatch(message)
  })

  test('the port of another node', async () => {
    const { status, stderr } = await run('node', '--port', new URL(node.url).port)
    expect(status).toBe(1)
    expect(stderr).toMatch(/^tensor-evm: port \d+ of 127\.0\.0\.1 is in use[^\n]*\n$/)
  })
})
