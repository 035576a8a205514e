import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readTensorGenesis } from '../../evm-ext/index.ts'
import { runCommand } from './command.ts'
import { type NodeProcess, startNodeProcess } from './nodeProcess.ts'

const FIRST = '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266'
// PUSH1 8, DUP1, PUSH1 9, PUSH0, CODECOPY, PUSH0, RETURN; then TSPACE, PUSH0, MSTORE, PUSH1 32, PUSH0, RETURN.
const CREATE_SPACE = '0x60088060095f395ff3ae085f5260205ff3'

let folder: string
const run = (...args: string[]) => runCommand(folder, args)

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tensor-evm-chain-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('init writes a genesis with comments, which genesis checks, and leaves a file alone that is there', async () => {
  expect((await run('init', '--genesis', 'first.json', '--chain-id', '77')).status).toBe(0)
  const text = readFileSync(join(folder, 'first.json'), 'utf8')
  expect(readTensorGenesis(text)).toMatchObject({ chainId: 77, registrar: FIRST })
  expect(text).toContain('"//": ')
  expect((await run('genesis', 'first.json')).stdout).toMatch(/^chain id +77\n/)
  const again = await run('init', '--genesis', 'first.json')
  expect(again).toMatchObject({
    status: 1,
    stderr: 'tensor-evm: output first.json: is there already, and stays as it is\n',
  })
  expect(readFileSync(join(folder, 'first.json'), 'utf8')).toBe(text)
})

describe('two nodes run the blocks of each other', () => {
  const TENSOR = 2_000_000_000
  const CHEAPER = TENSOR + 1000

  /** Sends to a contract with TSPACE at a time. @returns gas, whether it went well */
  async function sendAt(node: NodeProcess, to: string, time: number) {
    await node.ask('evm_setNextBlockTimestamp', time)
    const hash = await node.ask<string>('eth_sendTransaction', { from: FIRST, to, gas: '0x186a0' })
    const receipt = await node.ask<{ status: string; gasUsed: string }>('eth_getTransactionReceipt', hash)
    return { status: Number(receipt.status), gas: Number(receipt.gasUsed) }
  }

  const rootsOf = async (node: NodeProcess) => {
    const height = Number(await node.ask<string>('eth_blockNumber'))
    const blocks = Array.from({ length: height + 1 }, (_, number) =>
      node.ask<{ hash: string; stateRoot: string }>('eth_getBlockByNumber', `0x${number.toString(16)}`, false),
    )
    return (await Promise.all(blocks)).map(({ hash, stateRoot }) => `${hash} ${stateRoot}`)
  }

  beforeAll(async () => {
    await run('init', '--genesis', 'genesis.json')
    const genesis = JSON.parse(readFileSync(join(folder, 'genesis.json'), 'utf8'))
    genesis.config.tensorTime = TENSOR
    genesis.config.tensor.forks = [{ name: 'cheaper', time: CHEAPER, parameters: { tensorBaseGas: 50 } }]
    writeFileSync(join(folder, 'genesis.json'), JSON.stringify(genesis))
  })

  test('with the tensor fork and a repricing fork among them, to the same roots', async () => {
    const start = (directory: string) => startNodeProcess(folder, '--genesis', 'genesis.json', '--datadir', directory)
    const a = await start('a')
    await a.ask('evm_setNextBlockTimestamp', TENSOR - 10)
    const created = await a.ask<string>('eth_sendTransaction', { from: FIRST, data: CREATE_SPACE, gas: '0x30d40' })
    const { contractAddress } = await a.ask<{ contractAddress: string }>('eth_getTransactionReceipt', created)
    // Before the fork the instruction is no opcode, and takes all gas.
    expect(await sendAt(a, contractAddress, TENSOR - 1)).toEqual({ status: 0, gas: 100_000 })
    const first = await sendAt(a, contractAddress, TENSOR)
    expect(first.status).toBe(1)
    const rootsA = await rootsOf(a)
    const exported = await run('export', 'a.rlp', '--rpc-url', a.url)
    expect(exported.stdout).toBe('wrote a.rlp: blocks 1 to 3 of chain 816363\n')
    expect(await a.end()).toBe(0)

    const imported = await run('import-blocks', 'a.rlp', '--genesis', 'genesis.json', '--datadir', 'b', '--json')
    expect(JSON.parse(imported.stdout)).toMatchObject({ imported: 3, known: 0, head: 3 })
    const b = await start('b')
    expect(await rootsOf(b)).toEqual(rootsA)
    const cheaper = await sendAt(b, contractAddress, CHEAPER)
    expect(cheaper).toEqual({ status: 1, gas: first.gas - 50 })
    await b.ask('anvil_mine', 2)
    const rootsB = await rootsOf(b)
    await run('export', 'b.rlp', '--rpc-url', b.url)
    await run('export', 'tail.rlp', '--from', '5', '--to', '6', '--rpc-url', b.url)
    expect(await b.end()).toBe(0)

    const gap = await run('import-blocks', 'tail.rlp', '--genesis', 'genesis.json', '--datadir', 'a')
    expect(gap.stderr).toMatch(
      /^tensor-evm: blocks tail\.rlp: block 5: expected one on the head, block 3 0x\w{64}, found/,
    )
    const back = await run('import-blocks', 'b.rlp', '--genesis', 'genesis.json', '--datadir', 'a')
    expect(back.stdout).toMatch(/^imported 3 blocks, 3 were there already\nhead 6 0x\w{64}\nstate root 0x\w{64}\n$/)
    const again = await start('a')
    expect(await rootsOf(again)).toEqual(rootsB)
    const taken = await run('import-blocks', 'b.rlp', '--genesis', 'genesis.json', '--datadir', 'a')
    expect(taken.stderr).toBe('tensor-evm: a: another process has this database open\n')
    expect(await again.end()).toBe(0)
  })

  test('a block with another result, and a file that was cut off, are refused; what was good stays', async () => {
    const other = JSON.parse(readFileSync(join(folder, 'genesis.json'), 'utf8'))
    other.config.tensor.forks[0].parameters.tensorBaseGas = 51
    writeFileSync(join(folder, 'other.json'), JSON.stringify(other))
    const wrong = await run('import-blocks', 'b.rlp', '--genesis', 'other.json', '--datadir', 'c')
    expect(wrong.stderr).toMatch(/^tensor-evm: blocks b\.rlp: block 4: invalid [^\n]*\n$/)
    truncateSync(join(folder, 'b.rlp'), readFileSync(join(folder, 'b.rlp')).length - 10)
    const cut = await run('import-blocks', 'b.rlp', '--genesis', 'genesis.json', '--datadir', 'd')
    expect(cut.stderr).toMatch(/^tensor-evm: blocks b\.rlp: ends in the middle of the block at byte \d+\n$/)
    const whole = await run('import-blocks', 'a.rlp', '--genesis', 'genesis.json', '--datadir', 'd', '--json')
    expect(JSON.parse(whole.stdout)).toMatchObject({ imported: 0, known: 3, head: 5 })
    // Forks are no part of the genesis block; its gas limit is.
    writeFileSync(join(folder, 'narrow.json'), JSON.stringify({ ...other, gasLimit: '0x1c9c380' }))
    const genesis = await run('import-blocks', 'a.rlp', '--genesis', 'narrow.json', '--datadir', 'd')
    expect(genesis.stderr).toMatch(/^tensor-evm: [^\n]*genesis[^\n]*\n$/)
  })
})
