import { describe, expect, it } from 'vitest'
import { type ContractOutput, compilerVersion } from '../../compiler-ext/index.ts'
import { type MetadataHash, metadataHash, swarmHash } from '../../compiler-ext/metadata.ts'
import { openSolc } from '../../compiler-ext/solc.ts'
import type { Settings } from '../../compiler-ext/standardJson.ts'
import { compileAll, compileWithSolc, contractOf, IMPORT, PREAMBLE } from './setup.ts'

const source = `${PREAMBLE}${IMPORT}
contract Child { function f() external view returns (uint256) { return TensorInstructions.tspace(); } }
contract Parent { function make() external returns (Child) { return new Child(); } }
contract Plain { function f() external pure returns (uint256) { return 1; } }`

const outputSelection = { 'A.sol': { '*': ['metadata', 'evm.bytecode.object', 'evm.deployedBytecode.object'] } }

const code = (contract: ContractOutput) => contract.evm?.bytecode?.object as string

function hashOf(contract: ContractOutput, kind: MetadataHash = 'ipfs'): string {
  return metadataHash(contract.metadata as string, kind) as string
}

describe('metadata', () => {
  const compileWith = (metadata: Settings['metadata']) =>
    compileAll(source, { metadata: metadata ?? {}, outputSelection })

  it('of marked contracts names this compiler, and its hash is in the code, also where it is embedded', () => {
    const output = compileWith({})
    const [child, parent, plain] = ['Child', 'Parent', 'Plain'].map((name) => contractOf(output, name)) as [
      ContractOutput,
      ContractOutput,
      ContractOutput,
    ]
    const version = (contract: ContractOutput) => JSON.parse(contract.metadata as string).compiler.version
    expect([child, parent, plain].map(version)).toEqual([compilerVersion(), compilerVersion(), openSolc().version])
    expect(compilerVersion()).toMatch(/^\d+\.\d+\.\d+\+commit\.[0-9a-f]{8}\.tsolc\.\d+\.\d+\.\d+$/)
    for (const contract of [child, parent, plain])
      expect(code(contract)).toContain(`64697066735822${hashOf(contract)}64736f6c6343`)
    expect(code(parent)).toContain(hashOf(child))
    const stock = compileWithSolc(source, { outputSelection })
    for (const name of ['Child', 'Parent']) {
      expect(code(contractOf(output, name))).not.toContain(hashOf(contractOf(stock, name)))
      const renamed = contractOf(output, name).metadata?.replace(compilerVersion(), openSolc().version)
      expect(renamed).toBe(contractOf(stock, name).metadata)
    }
  })

  it('has a hash of Swarm on demand', () => {
    const child = contractOf(compileWith({ bytecodeHash: 'bzzr1' }), 'Child')
    expect(code(child)).toContain(`65627a7a72315820${hashOf(child, 'bzzr1')}64736f6c6343`)
  })

  it.each([
    ['no hash', { bytecodeHash: 'none' as const }, /a164736f6c63430008[0-9a-f]{2}000a$/],
    ['no CBOR', { appendCBOR: false }, /^(?!.*64736f6c6343)/],
  ])('leaves code with %s alone', (_, metadata, pattern) => {
    const child = contractOf(compileWith(metadata), 'Child')
    expect(child.evm?.deployedBytecode?.object).toMatch(pattern)
    expect(child.metadata).toContain(compilerVersion())
  })
})

describe('hashes of metadata are those of solc', () => {
  const letters = (length: number) => 'x'.repeat(length)
  // A file of IPFS is one chunk up to 256 KiB; one of Swarm up to 4 KiB, two levels up to 512 KiB.
  it.each([0, 3000, 300_000, 600_000])('with %d bytes of literal content', (length) => {
    const text = `${PREAMBLE}// ${letters(length)}\ncontract C {}`
    for (const kind of ['ipfs', 'bzzr1'] as const) {
      const metadata = { bytecodeHash: kind, useLiteralContent: true }
      const contract = contractOf(compileWithSolc(text, { metadata, outputSelection }), 'C')
      expect(code(contract)).toContain(hashOf(contract, kind))
    }
  })

  it('at the boundaries of a chunk', () => {
    const sourceHashes = (length: number) => {
      const text = `// SPDX-License-Identifier: MIT\ncontract C {} // ${letters(length)}`.slice(0, length)
      const contract = contractOf(compileWithSolc(text, { outputSelection }), 'C')
      const urls = JSON.parse(contract.metadata as string).sources['A.sol'].urls as string[]
      return { text, urls }
    }
    for (const length of [4095, 4096, 4097, 8192, 4096 * 128, 4096 * 128 + 1, 4096 * 129]) {
      const { text, urls } = sourceHashes(length)
      const digest = Buffer.from(swarmHash(Buffer.from(text))).toString('hex')
      expect(urls, `${length} bytes`).toContain(`bzz-raw://${digest}`)
    }
  })
})
