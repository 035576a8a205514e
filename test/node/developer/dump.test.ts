import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { defaultGenesis } from '../../../evm-ext/index.ts'
import { encodeModel, modelRoot } from '../../../model/index.ts'
import { smallProgram } from '../../cli/bins.ts'
import { first, second, startTestNode, stranger, type TestNode } from './testNode.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tensor-evm-dump-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** What a node says of everything that it has. */
async function everything({ ask }: TestNode) {
  const number = Number(await ask<string>('eth_blockNumber'))
  const blocks: unknown[] = []
  for (let at = 0; at <= number; at++) {
    const tag = `0x${at.toString(16)}`
    blocks.push(await ask('eth_getBlockByNumber', tag, true), await ask('eth_getBlockReceipts', tag))
    blocks.push(await ask('eth_getBalance', stranger, tag), await ask('eth_getBalance', second, tag))
  }
  return { blocks, models: await ask('tensor_listModels') }
}

/** Gives a node blocks, an edited state and a model. */
async function fill({ ask }: TestNode) {
  await ask('eth_sendTransaction', { from: first, to: second, value: '0x5' })
  await ask('anvil_setBalance', stranger, '0x77')
  await ask('eth_sendTransaction', { from: second, to: stranger, value: '0x5' })
  await ask('anvil_setBalance', second, '0x8888888888888888')
  const file = encodeModel(smallProgram())
  await ask('tensor_publishModel', modelRoot(smallProgram()), file.length, 0, `0x${Buffer.from(file).toString('hex')}`)
}

test('a state file has all of the past: blocks, receipts, states, edits, models', async () => {
  const stateFile = join(folder, 'state')
  const node = await startTestNode({ stateFile })
  await fill(node)
  const before = await everything(node)
  await node.close()
  const again = await startTestNode({ stateFile })
  expect(await everything(again)).toEqual(before)
  await again.ask('eth_sendTransaction', { from: first, to: stranger, value: '0x1' })
  expect(await again.ask('eth_getBalance', stranger, 'latest')).toBe('0x7d')
  await again.close()

  const elsewhere = { stateFile, genesis: defaultGenesis({ chainId: 5 }) }
  await expect(startTestNode(elsewhere)).rejects.toThrow(`${stateFile}: of chain 816363, not of chain 5`)
  const sameId = { stateFile, genesis: defaultGenesis({ gasLimit: 40_000_000 }) }
  await expect(startTestNode(sameId)).rejects.toThrow(/genesis/)
})

test('a damaged state file is refused as a whole, and stays as it is', async () => {
  const stateFile = join(folder, 'whole')
  const node = await startTestNode({ stateFile })
  await fill(node)
  await node.close()
  const bytes = readFileSync(stateFile)
  const lines = gunzipSync(bytes).toString().split('\n')
  const cases: readonly [Uint8Array | string, string][] = [
    [bytes.subarray(0, bytes.length - 20), 'a state that was cut off'],
    ['{}', 'not a state that a node wrote, or damaged'],
    ['', 'a state that was cut off'],
    [gzipSync(''), 'not a state that a node wrote'],
    [gzipSync(lines.slice(0, -2).join('\n')), 'a state that was cut off'],
    [gzipSync([...lines.slice(0, 3), ...lines.slice(4)].join('\n')), /^damaged: \d+ of \d+ entries$/.source],
    [
      gzipSync(lines.join('\n').replace('"version":1', '"version":2')),
      'version 2 of a state; this program reads version 1',
    ],
    [gzipSync([lines[0], '["state",', ...lines.slice(2)].join('\n')), 'damaged: entry 1 is none'],
  ]
  for (const [content, message] of cases) {
    const damaged = join(folder, 'damaged')
    writeFileSync(damaged, content)
    await expect(startTestNode({ stateFile: damaged }), message).rejects.toThrow(new RegExp(message.replace('^', '')))
    expect(readFileSync(damaged)).toEqual(Buffer.from(content))
  }
})

test("anvil_loadState gives the head the state of a dump's head, on another node too", async () => {
  const [from, to] = [await startTestNode(), await startTestNode()]
  await fill(from)
  const dump = await from.ask<string>('anvil_dumpState')
  await to.ask('evm_mine')
  const head = await to.ask('eth_getBlockByNumber', 'latest', false)
  expect(await to.ask('anvil_loadState', dump)).toBe(true)
  expect(await to.ask('eth_getBlockByNumber', 'latest', false)).toEqual(head)
  for (const account of [first, second, stranger])
    expect(await to.ask('eth_getBalance', account, 'latest')).toBe(await from.ask('eth_getBalance', account, 'latest'))
  expect(await to.ask('tensor_listModels')).toEqual(await from.ask('tensor_listModels'))
  expect(await to.ask('eth_getTransactionCount', first, 'latest')).toBe('0x1')
  await to.ask('eth_sendTransaction', { from: second, to: stranger, value: '0x1' })

  const lines = gunzipSync(Buffer.from(dump.slice(2), 'hex'))
    .toString()
    .split('\n')
  const poisoned = lines.map((line) => line.replace(/^(\["state","[^"]*",)"[^"]*"/, '$1"AAAA"')).join('\n')
  const load = to.ask('anvil_loadState', `0x${gzipSync(poisoned).toString('hex')}`)
  await expect(load).rejects.toThrow(/^-32602: damaged: state \w+ has another hash$/)
  await expect(to.ask('anvil_loadState', '0x1234')).rejects.toThrow(/^-32602: not a state/)
  // A megabyte of it would take a gigabyte of the node.
  const bomb = Array.from({ length: 150 }, () => gzipSync(Buffer.alloc(2 ** 20, ' ')))
  const loadBomb = to.ask('anvil_loadState', `0x${Buffer.concat(bomb).toString('hex')}`)
  await expect(loadBomb).rejects.toThrow('-32602: a state of more than 134217728 bytes')
  await from.close()
  await to.close()
})
