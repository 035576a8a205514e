import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Interface } from 'ethers'
import { expect, test } from 'vitest'
import { compileSources } from '../compiler-ext/index.ts'
import { createChain } from '../evm-ext/index.ts'

const readme = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8')

test("README's contract compiles and gives the scores", async () => {
  const source = /```solidity\n(.*?)```/s.exec(readme)?.[1] as string
  const contract = compileSources({ 'Scorer.sol': source })['Scorer.sol']?.Scorer
  const chain = await createChain()
  const { contractAddress: to } = await chain.deploy(`0x${contract?.evm.bytecode.object}`)
  const abi = new Interface(JSON.stringify(contract?.abi))
  const features = Int8Array.from({ length: 64 }, (_, index) => index - 32)
  const weights = Int8Array.from({ length: 512 }, (_, index) => (index * 7) % 11)
  const bytes = (data: Int8Array) => new Uint8Array(data.buffer)
  const data = abi.encodeFunctionData('score', [bytes(features), bytes(weights)])
  const { status, returnValue } = await chain.sendTransaction({ to, data })
  expect(status).toBe(1)
  const view = new DataView(returnValue.buffer, returnValue.byteOffset)
  for (let row = 0; row < 8; row++) {
    const score = features.reduce((sum, feature, index) => sum + feature * (weights[row * 64 + index] as number), 0)
    expect(view.getInt32(4 * row, true)).toBe(score)
  }
})
