import { beforeAll, expect, test } from 'vitest'
import { type Chain, createChain } from '../../../evm-ext/index.ts'
import { encodeType } from '../../../isa/index.ts'
import { code, op } from '../../bytecode.ts'
import { creating } from '../creation.ts'
import { bytesType, POP, repeat } from './programs.ts'

const TRANSACTION_GAS = 21_000n
/** EIP-7623: a byte of calldata that is not zero counts as four tokens. */
const TOKEN_GAS = 4n
const FLOOR_TOKEN_GAS = 10n
const WEIGHT_BYTES = 64 * 512

let chain: Chain
beforeAll(async () => {
  chain = await createChain()
})

/** Weights in calldata: one in `zeroEvery` is zero. */
function weights(zeroEvery: number): Uint8Array {
  return Uint8Array.from({ length: WEIGHT_BYTES }, (_, index) => (index % zeroEvery === 0 ? 0 : (index % 255) + 1))
}

const load = code(op('TCALLDATALOAD', encodeType({ dtype: 'int8', shape: [512, 64] }), 0), POP)
/** A layer whose weights come from calldata, so many times. */
function layers(times: number): Uint8Array {
  const product = code(op('MATMUL', 0, 1, 1, 0), POP, op('TFREE', 2, times + 1))
  return creating(load, repeat(times, code(op('MATMUL', 0, 1, 1, 0), POP)), times > 0 ? product : new Uint8Array(0))
}

test.each([
  ['nothing but loads', 0, 'floor'],
  ['uses them hardly', 1, 'floor'],
  ['computes for more than the floor', 12, 'execution'],
] as const)(
  'a transaction that brings weights and %s pays the greater of execution and floor',
  async (_, times, pays) => {
    const { contractAddress: to } = await chain.deploy(layers(times))
    for (const zeroEvery of [2, 3, WEIGHT_BYTES]) {
      const data = weights(zeroEvery)
      const zeros = BigInt(data.filter((byte) => byte === 0).length)
      const tokens = zeros + 4n * (BigInt(data.length) - zeros)
      const { gasUsed: execution, status } = await chain.call({ to, data })
      const receipt = await chain.sendTransaction({ to, data })
      const [full, floor] = [
        TRANSACTION_GAS + TOKEN_GAS * tokens + execution,
        TRANSACTION_GAS + FLOOR_TOKEN_GAS * tokens,
      ]
      expect([status, receipt.status]).toEqual([1, 1])
      expect(receipt.gasUsed).toBe(full > floor ? full : floor)
      expect(full > floor).toBe(pays === 'execution')
    }
  },
)

test('tensors far longer than the calldata are paid by their length, not by the calldata', async () => {
  const { contractAddress: to } = await chain.deploy(
    creating(op('TCALLDATALOAD', encodeType(bytesType(2 ** 22)), 0), POP),
  )
  const { gasUsed: none } = await chain.call({ to })
  const { gasUsed: all } = await chain.call({ to, data: new Uint8Array(2 ** 16).fill(1) })
  expect(all).toBe(none)
  expect(none).toBeGreaterThan(100_000n)
})
