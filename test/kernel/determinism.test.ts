import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { createReferenceKernel } from '../../kernel/index.ts'
import { printed, TIERS } from '../../scripts/engines.ts'
import { digestOf } from './digest.ts'

const CASES = 30
const script = fileURLToPath(new URL('../../scripts/kernelDeterminism.ts', import.meta.url))

describe('results do not depend on how WebAssembly is compiled', () => {
  const expected = digestOf(createReferenceKernel(), CASES)

  for (const [tier, options] of Object.entries(TIERS))
    it(`${tier}: the hash of the reference`, async () => {
      const hash = await printed(process.execPath, [...options, '--import', 'tsx'], [script, '--cases', String(CASES)])
      expect(hash).toBe(expected)
    })
})
