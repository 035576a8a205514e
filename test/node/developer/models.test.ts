import { bytesToHex } from '@ethereumjs/util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { encodeRegistration, type GasReport, instructionsOf, registryBytecode } from '../../../evm-ext/index.ts'
import { type Tensor, tensorBytes, tensorOf } from '../../../isa/index.ts'
import {
  createProgramBuilder,
  decodeModel,
  encodeModel,
  interpret,
  modelRoot,
  registrationOf,
} from '../../../model/index.ts'
import { smallProgram } from '../../cli/bins.ts'
import { first, second, startTestNode, type TestNode } from './testNode.ts'

/** A model with a constant of so many elements. */
function modelOf(length: number, seed: number) {
  const builder = createProgramBuilder()
  const x = builder.input({ dtype: 'int32', shape: [length] })
  const data = Array.from({ length }, (_, index) => index * 7 + seed)
  builder.output(builder.emit('TADD', { a: x, b: builder.constant(tensorOf('int32', [length], data)) }))
  return builder.build()
}

type Progress = {
  readonly received: number
  readonly chunkBytes: number
  readonly isStored: boolean
  readonly isRegistered: boolean
  readonly registration?: { readonly to: string; readonly data: string }
}

const program = smallProgram()
const file = encodeModel(program)
const root = modelRoot(program)
let node: TestNode
const publish = (...params: readonly unknown[]) => node.ask<Progress>('tensor_publishModel', ...params)
const hex = (from: number, to: number, of = file) => bytesToHex(of.subarray(from, to))

beforeAll(async () => {
  node = await startTestNode()
})
afterAll(() => node.close())

test('a model goes over the wire in parts, and what was sent counts after a reconnect', async () => {
  expect(await publish(root, file.length)).toMatchObject({ received: 0, isStored: false, isRegistered: false })
  expect(await publish(root, file.length, 0, hex(0, 100))).toMatchObject({ received: 100, isStored: false })
  // The answer was lost, say: the same part again, and one that overlaps.
  expect(await publish(root, file.length, 0, hex(0, 100))).toMatchObject({ received: 100 })
  expect(await publish(root, file.length, 50, hex(50, 150))).toMatchObject({ received: 150 })
  expect(await publish(root, file.length)).toMatchObject({ received: 150 })
  const done = await publish(root, file.length, 150, hex(150, file.length))
  expect(done).toMatchObject({ received: file.length, isStored: true, isRegistered: false })
  expect(done.registration).toEqual({
    to: node.services.chain.genesis.registry,
    data: bytesToHex(encodeRegistration(registrationOf(program))),
  })
  expect(await publish(root, file.length)).toEqual(done)
})

test('the transaction in the answer registers it, and contracts may load it', async () => {
  const { registration } = await publish(root, file.length)
  const refused = node.ask('eth_estimateGas', { from: second, ...registration })
  await expect(refused).rejects.toThrow(/^3: execution reverted/)
  await node.ask('eth_sendTransaction', { from: first, ...registration })
  expect(await publish(root, file.length)).toMatchObject({ isRegistered: true })
  expect(await node.ask('tensor_listModels')).toEqual([{ root, byteLength: file.length, isRegistered: true }])
  const x = tensorOf('int8', [1, 3], [4, 5, 6])
  const to = node.services.chain.genesis.precompile
  const data = `${root}${Buffer.from(new Uint8Array(x.data.buffer)).toString('hex')}`
  const [expected] = interpret(program, [x])
  expect(await node.ask('eth_call', { to, data }, 'latest')).toBe(bytesToHex(tensorBytes(expected as Tensor)))

  const hash = await node.ask<string>('eth_sendTransaction', { from: first, to, data })
  const report = await node.ask<GasReport>('tensor_gasBreakdown', hash)
  expect(instructionsOf(report.frame).map(({ mnemonic }) => mnemonic)).toContain('MATMUL')
  await expect(node.ask('tensor_gasBreakdown', root)).rejects.toThrow('-32000: transaction not found')
})

test('a model comes back in parts', async () => {
  type Part = { readonly byteLength: number; readonly data: string }
  const parts: string[] = []
  for (let offset = 0; offset < file.length; offset += 100) {
    const { byteLength, data } = await node.ask<Part>('tensor_getModel', root, offset, 100)
    expect(byteLength).toBe(file.length)
    parts.push(data.slice(2))
  }
  const bytes = Buffer.from(parts.join(''), 'hex')
  expect(modelRoot(decodeModel(bytes))).toBe(root)
  expect(await node.ask('tensor_getModel', root, file.length)).toMatchObject({ data: '0x' })
  await expect(node.ask('tensor_getModel', root, file.length + 1)).rejects.toThrow(/^-32602: .* has \d+ bytes$/)
  await expect(node.ask('tensor_getModel', `0x${'0'.repeat(64)}`)).rejects.toThrow(/^-32001: the node has no model/)
})

describe('what is refused', () => {
  const other = encodeModel(modelOf(64, 1))
  const otherRoot = modelRoot(modelOf(64, 1))

  test('a part that leaves a gap, goes beyond the end, or is too long', async () => {
    await expect(publish(otherRoot, other.length, 10, '0x00')).rejects.toThrow('-32602: offset: expected at most 0')
    await expect(publish(otherRoot, 4, 0, '0x0000000000')).rejects.toThrow(/^-32602: data: the part ends at 5, after/)
    await expect(publish(otherRoot, 2 ** 21, 0, `0x${'00'.repeat(524289)}`)).rejects.toThrow(/^-32602: .* 524288 bytes/)
    await expect(publish(otherRoot, 2 ** 40)).rejects.toThrow(/^-32602: invalid argument 1: expected the bytes of a/)
  })

  test('a file of another root, or that is none; the upload begins anew then', async () => {
    const wrong = encodeModel(modelOf(64, 2))
    await expect(publish(otherRoot, wrong.length, 0, bytesToHex(wrong))).rejects.toThrow(
      `-32602: the file has another root than ${otherRoot}: ${modelRoot(modelOf(64, 2))}`,
    )
    await expect(publish(otherRoot, 3, 0, '0x000000')).rejects.toThrow(/^-32602: model file: 3 bytes are too few/)
    expect(await publish(otherRoot, other.length)).toMatchObject({ received: 0 })
    expect(await publish(otherRoot, other.length, 0, bytesToHex(other))).toMatchObject({ isStored: true })
  })

  test('more uploads than the node has room for', async () => {
    const start = (index: number) => publish(`0x${String(index).padStart(64, '0')}`, 1000, 0, '0x00')
    for (let index = 0; index < 16; index++) await start(index)
    await expect(start(16)).rejects.toThrow('-32005: too many models are being published')
    expect(await start(3)).toMatchObject({ received: 1 })
  })
})

test('the chain is described: forks, prices, limits and addresses', async () => {
  const spec = await node.ask<Record<string, unknown>>('tensor_chainSpec')
  expect(spec).toMatchObject({
    chainId: 816363,
    registrar: first,
    hardfork: 'tensor',
    isTensorActive: true,
    parameters: { tensorBaseGas: 100 },
    limits: { blockGas: 60_000_000, transactionGas: 16_777_216, modelChunkBytes: 524288 },
  })
  expect(spec.tensorForks).toMatchObject([
    {
      name: 'tensor',
      start: { time: 0 },
      parameters: expect.arrayContaining([expect.objectContaining({ unit: 'MAC' })]),
    },
  ])
  expect(registryBytecode).toBe(await node.ask('eth_getCode', spec.registry, 'latest'))
})
