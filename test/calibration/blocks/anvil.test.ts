import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { startAnvil } from '../../../calibration/blocks/anvil.ts'
import { findAnvil } from '../../../calibration/blocks/anvilNode.ts'
import { blockCases } from '../../../calibration/blocks/cases.ts'

const empty = mkdtempSync(join(tmpdir(), 'tensor-evm-anvil-'))
afterAll(() => rmSync(empty, { recursive: true }))

describe('anvil', () => {
  it('is not found where it is not installed', () => {
    vi.stubEnv('PATH', empty)
    expect(findAnvil(empty)).toBeUndefined()
    vi.unstubAllEnvs()
  })

  it('does not start from what is no program', async () => {
    await expect(startAnvil(join(empty, 'nope'))).rejects.toThrow('ENOENT')
  })

  const installed = findAnvil()
  describe.skipIf(installed === undefined)('where it is installed', () => {
    it('runs bytecode of blocks', async () => {
      const anvil = await startAnvil(installed as string)
      try {
        for (const name of ['MULMOD', 'SLOAD warm', 'ECRECOVER']) {
          const blockCase = blockCases.find((found) => found.name === name)
          expect(blockCase && (await anvil.run(blockCase, 2))).toBeGreaterThan(0)
        }
      } finally {
        anvil.close()
      }
    })
  })
})
