import { getActivePrecompiles, type PrecompileInput } from '@ethereumjs/evm'
import { describe, expect, it } from 'vitest'
import type { BlockCase } from '../../../calibration/blocks/blockCase.ts'
import { createCaseWorld } from '../../../calibration/blocks/caseWorld.ts'
import { createKZG } from '../../../calibration/blocks/kzg.ts'
import { precompileCases } from '../../../calibration/blocks/precompileCases.ts'
import { createWasmKernel } from '../../../kernel/index.ts'

const { vm } = await createCaseWorld(undefined, createWasmKernel())
const precompiles = getActivePrecompiles(vm.common)

const GENERATOR_G1 =
  '0x97f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bb'
/** The secret of EIP-4844's ceremony times the generator, from its published setup. */
const SECRET_G1 = '0xad3eb50121139aa34db1d545093ac9374ab7bca2c0f3bf28e27c8dcd8fc7cb42d25926fc0c97b336e9f0fb35e5a04c81'
const INFINITY = `0xc0${'00'.repeat(47)}`
const word = (value: bigint | number) => `0x${value.toString(16).padStart(64, '0')}`

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

describe('the KZG verifier', () => {
  const { verifyProof } = createKZG()

  it('takes the value of p(X) = X at any point, and no other', () => {
    for (const z of [0n, 1n, 0x53eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000000n]) {
      expect(verifyProof(SECRET_G1, word(z), word(z), GENERATOR_G1)).toBe(true)
      expect(verifyProof(SECRET_G1, word(z), word(z + 1n), GENERATOR_G1)).toBe(false)
    }
  })

  it('takes the value of a constant polynomial, whose quotient is zero', () => {
    expect(verifyProof(GENERATOR_G1, word(5), word(1), INFINITY)).toBe(true)
    expect(verifyProof(GENERATOR_G1, word(5), word(2), INFINITY)).toBe(false)
  })

  it('refuses what is no point and no number below the order', () => {
    expect(() => verifyProof(`0x80${'00'.repeat(46)}07`, word(0), word(0), INFINITY)).toThrow('C_KZG_BADARGS')
    expect(() => verifyProof(GENERATOR_G1, word(2n ** 256n - 1n), word(0), INFINITY)).toThrow('C_KZG_BADARGS')
  })
})
