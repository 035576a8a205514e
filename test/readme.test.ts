import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Interface } from 'ethers'
import { expect, test } from 'vitest'
import { compileSources } from '../compiler-ext/index.ts'
import { createChain } from '../evm-ext/index.ts'

const readme = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8')

test("README's contract compiles, and gives the class of the highest score", async () => {
  const source = /```solidity\n(.*?)```/s.exec(readme)?.[1] as string
  const contract = compileSources({ 'Scorer.sol': source })['Scorer.sol']?.Scorer
  const chain = await createChain()
  const weights = Int8Array.from({ length: 512 }, (_, index) => ((index * index * 7) % 201) - 100)
  const code = `00${Buffer.from(weights.buffer).toString('hex')}`
  // PUSH2 length, DUP1, PUSH1 10, PUSH0, CODECOPY, PUSH0, RETURN
  const account = await chain.deploy(`0x61020180600a5f395ff3${code}`)
  const abi = new Interface(JSON.stringify(contract?.abi))
  const constructorData = abi.encodeDeploy([account.contractAddress]).slice(2)
  const { contractAddress: to } = await chain.deploy(`0x${contract?.evm.bytecode.object}${constructorData}`)

  for (const sign of [1, -1]) {
    const features = Int8Array.from({ length: 64 }, (_, index) => sign * (((index * 5) % 97) - 40))
    const data = abi.encodeFunctionData('classify', [new Uint8Array(features.buffer)])
    const { status, returnValue } = await chain.sendTransaction({ to, data })
    expect(status).toBe(1)
    const scores = Array.from({ length: 8 }, (_, row) => {
      const sum = features.reduce((total, feature, i) => total + feature * (weights[row * 64 + i] as number), 0)
      return Math.max(-128, Math.min(127, Math.round((sum * 3) / 1000)))
    })
    expect(new Set(scores).size).toBeGreaterThan(4)
    expect(abi.decodeFunctionResult('classify', returnValue)[0]).toBe(BigInt(scores.indexOf(Math.max(...scores))))
  }
  const short = await chain.sendTransaction({ to, data: abi.encodeFunctionData('classify', [new Uint8Array(63)]) })
  expect(short.status).toBe(0)
})
