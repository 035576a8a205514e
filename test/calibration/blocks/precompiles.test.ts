import { getActivePrecompiles, type PrecompileInput } from '@ethereumjs/evm'
import { describe, expect, it } from 'vitest'
import type { BlockCase } from '../../../calibration/blocks/blockCase.ts'
import { createCaseWorld } from '../../../calibration/blocks/caseWorld.ts'
import { precompileCases } from '../../../calibration/blocks/precompileCases.ts'
import { loadKZG } from '../../../evm-ext/index.ts'
import { createWasmKernel } from '../../../kernel/index.ts'

const { vm } = await createCaseWorld(undefined, createWasmKernel())
const precompiles = getActivePrecompiles(vm.common)
await loadKZG()

/** The precompile's address in the code of a case: what is pushed before the gas of the call. */
function addressOf({ code }: BlockCase): string {
  const text = Buffer.from(code).toString('hex')
  const [, one, two] = /(?:60(..)|61(....))62e4e1c0fa50/.exec(text) ?? []
  return (one ?? (two as string)).padStart(40, '0')
}

async function output(blockCase: BlockCase) {
  const run = precompiles.get(addressOf(blockCase))
  if (run === undefined) throw new RangeError(`${blockCase.name}: no precompile at ${addressOf(blockCase)}`)
  const data = blockCase.accounts?.[0]?.code as Uint8Array
  const input = { data, gasLimit: 15_000_000n, common: vm.common, _EVM: vm.evm } as unknown as PrecompileInput
  return run(input)
}

describe('inputs of precompiles', () => {
  it('are there for every precompile of Osaka', () => {
    expect([...new Set(precompileCases.map(addressOf))].sort()).toEqual([...precompiles.keys()].sort())
  })

  it.each(precompileCases.map((blockCase) => [blockCase.name, blockCase] as const))('%s', async (name, blockCase) => {
    const { returnValue, exceptionError, executionGasUsed } = await output(blockCase)
    expect(exceptionError).toBeUndefined()
    expect(returnValue.length).toBe(name === 'IDENTITY 0 B' ? 0 : returnValue.length || Number.NaN)
    // What the runner keeps for EIP-150 covers the call.
    if (executionGasUsed > 20_000n)
      expect(Number(executionGasUsed) / 63).toBeLessThanOrEqual((blockCase.reserve as number) + 1)
  })

  it('are valid where they are signatures and proofs', async () => {
    const find = (name: string) => precompileCases.find((blockCase) => blockCase.name === name) as BlockCase
    expect((await output(find('P256VERIFY'))).returnValue.at(-1)).toBe(1)
    expect((await output(find('ECRECOVER'))).returnValue.some((byte) => byte !== 0)).toBe(true)
    expect((await output(find('POINT EVALUATION'))).returnValue.length).toBe(64)
  })
})
