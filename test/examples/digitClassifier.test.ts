import { readFileSync } from 'node:fs'
import { beforeAll, expect, test } from 'vitest'
import { type Chain, createChain, developmentAccounts } from '../../evm-ext/index.ts'
import { deployExample, type ExampleContract, int8Bytes } from '../../examples/exampleContract.ts'
import { type Digit, heldOutDigits } from '../../examples/mnist/digits.ts'
import { decodeModel, interpret } from '../../model/index.ts'
import { printedLines } from './printedLines.ts'

const program = decodeModel(readFileSync(new URL('../../examples/mnist/model.tensor', import.meta.url)))
const url = new URL('../../examples/digitClassifier/DigitClassifier.sol', import.meta.url)
const digits = heldOutDigits(30)

let chain: Chain
let contract: ExampleContract

beforeAll(async () => {
  chain = await createChain()
  const { root } = await chain.registerModel(program)
  contract = await deployExample(chain, url, [root], 2000n)
}, 120_000)

/** The scores by the program of the model that the trainer wrote, step by step on the reference. */
function scoresOf({ pixels }: Pick<Digit, 'pixels'>): number[] {
  const [output] = interpret(program, [{ dtype: 'int8', shape: [1, 28, 28, 1], data: pixels }])
  return [...(output?.data ?? [])]
}

function claim(index: number, digit: number, from = 0) {
  const key = developmentAccounts[from]?.privateKey as Uint8Array
  return contract.send({ from: key }, 'claim', digit, int8Bytes(digits[index]?.pixels ?? []))
}

test('scores are those of the model on the reference', async () => {
  const noise = Int8Array.from({ length: 784 }, (_, index) => ((index * 2654435761) >>> 5) & 0xff)
  for (const pixels of [...digits.slice(0, 10).map((digit) => digit.pixels), noise, noise.fill(127)]) {
    const expected = scoresOf({ pixels })
    const scores = (await contract.call('scores', int8Bytes(pixels))) as bigint[]
    expect(scores.map(Number)).toEqual(expected)
    const [digit, margin] = (await contract.call('read', int8Bytes(pixels))) as bigint[]
    const [first, second] = expected.toSorted((a, b) => b - a) as [number, number]
    expect([digit, margin]).toEqual([BigInt(expected.indexOf(first)), BigInt(first - second)])
  }
})

test('a drawing pays once, and each account once a digit', async () => {
  const before = await chain.balance(contract.address)
  expect((await claim(4, 4)).failure).toBeUndefined()
  expect(await chain.balance(contract.address)).toBe(before - 1000n)
  expect((await claim(4, 4)).failure).toBe('AlreadyPaid()')
  expect((await claim(14, 4)).failure).toBe('AlreadyPaid()')
  expect((await claim(4, 4, 1)).failure).toBe('AlreadyPaid()')
  expect((await claim(14, 4, 1)).failure).toBeUndefined()
  expect(await contract.call('paidDigits', developmentAccounts[1]?.address)).toBe(16n)
  expect(await chain.balance(contract.address)).toBe(0n)
  expect((await claim(5, 5)).failure).toBe('PaymentFailed()')
})

test('what is not read as the digit, or not clearly, does not pay', async () => {
  expect((await claim(28, 8)).failure).toBe('ReadAs(2)')
  expect((await claim(9, 9)).failure).toBe('Illegible(16, 20)')
  await expect(contract.call('read', new Uint8Array(783))).rejects.toThrow('LengthMismatch(783, 784)')
})

test('main', async () => {
  const lines = await printedLines('digitClassifier/main.ts')
  expect(lines).toMatch(/^model 0x[0-9a-f]{64}$/m)
  expect(lines).toMatch(/^a four .* read as 4 by 79: paid/m)
  expect(lines).toMatch(/^the same four .*: AlreadyPaid\(\)/m)
  expect(lines).toMatch(/^another four .* read as 4 by 32: AlreadyPaid\(\)/m)
  expect(lines).toMatch(/^a five .* read as 5 by 40: paid/m)
  expect(lines).toMatch(/^a six called a five .*: ReadAs\(6\)/m)
  expect(lines).toMatch(/^a nine like a four .*: Illegible\(16, 20\)/m)
  expect(lines).toMatch(/^an eight like a two .*: ReadAs\(2\)/m)
  expect(lines).toMatch(/8000 wei left/)
})
