import { describe, expect, it } from 'vitest'
import { type Bytecode, compile, compilerVersion } from '../../../compiler-ext/index.ts'
import { metadataHash } from '../../../compiler-ext/metadata.ts'
import { openSolc } from '../../../compiler-ext/solc.ts'
import type { Settings } from '../../../compiler-ext/standardJson.ts'
import { contractOf, errorsOf, PREAMBLE } from '../setup.ts'

const source = `${PREAMBLE}
/// @custom:evm-opcode TSPACE
function space() view returns (uint256 r) { r = gasleft(); }
contract Child { uint256 immutable x = 1; function f() external view returns (uint256) { return space() + x; } }
contract Parent { Child immutable child = new Child(); function f() external view returns (uint256) { return child.f(); } }
contract Plain { function f() external pure returns (uint256) { return 1; } }`

/** With a comment that makes the metadata larger than one block of IPFS, and more than 64 of Swarm. */
const long = `${source}\n// ${'0123456789abcdef'.repeat(19_200)}é`

const names = ['Child', 'Parent', 'Plain']

function compileWith(text: string, metadata: Settings['metadata']) {
  const outputs = ['metadata', 'evm.bytecode.object', 'evm.deployedBytecode.object']
  const output = compile({
    language: 'Solidity',
    sources: { 'A.sol': { content: text } },
    settings: { metadata: metadata ?? {}, outputSelection: { 'A.sol': { '*': outputs } } },
  })
  expect(errorsOf(output)).toEqual([])
  return Object.fromEntries(
    names.map((name) => {
      const { metadata: json = '', evm } = contractOf(output, name)
      const [creation, runtime] = [evm?.bytecode as Bytecode, evm?.deployedBytecode as Bytecode]
      return [name, { json, creation: creation.object, runtime: runtime.object }]
    }),
  ) as Record<string, { json: string; creation: string; runtime: string }>
}

/** The map at the end of code: its last two bytes are its length. Its keys are strings, its values byte strings. */
function cborOf(code: string): Record<string, string> {
  const length = Number.parseInt(code.slice(-4), 16)
  const bytes = Buffer.from(code.slice(-4 - 2 * length, -4), 'hex')
  const fields: Record<string, string> = {}
  let at = 1
  const take = (): Buffer => {
    let size = (bytes[at++] as number) & 0x1f
    if (size === 24) size = bytes[at++] as number
    at += size
    return bytes.subarray(at - size, at)
  }
  for (let left = (bytes[0] as number) & 0x1f; left > 0; left--) fields[take().toString()] = take().toString('hex')
  expect(at).toBe(length)
  return fields
}

const version = openSolc().version.split(/[.+]/).slice(0, 3)
const solc = version.map((part) => Number(part).toString(16).padStart(2, '0')).join('')

describe('16: appendCBOR false, bytecodeHash none/ipfs/bzzr1, 300 KiB metadata', () => {
  it.each(['ipfs', 'bzzr1'] as const)('the hash in the code is that of the metadata: %s', (bytecodeHash) => {
    const contracts = compileWith(long, { bytecodeHash, useLiteralContent: true })
    for (const [name, { json, creation, runtime }] of Object.entries(contracts)) {
      expect(json.length).toBeGreaterThan(300 * 1024)
      // The code of Plain is solc's own, so it says that the hash is computed as it should be.
      expect(JSON.parse(json).compiler.version).toBe(name === 'Plain' ? openSolc().version : compilerVersion())
      const hash = metadataHash(json, bytecodeHash)
      expect(cborOf(runtime), name).toEqual({ [bytecodeHash]: hash, solc })
      expect(creation.includes(hash as string), name).toBe(true)
    }
    expect(contracts.Parent?.creation).toContain(contracts.Child?.creation)
  })

  it('without a hash, the code names the version only', () => {
    const contracts = compileWith(source, { bytecodeHash: 'none' })
    for (const name of names) expect(cborOf(contracts[name]?.runtime as string)).toEqual({ solc })
  })

  it('without CBOR, the code is that with it but for the CBOR', () => {
    const bare = compileWith(source, { appendCBOR: false })
    const full = compileWith(source, { bytecodeHash: 'none' })
    const cbor = `a164736f6c6343${solc}000a`
    // The CBOR stands behind an INVALID.
    for (const name of names) expect(`${bare[name]?.runtime}fe${cbor}`).toBe(full[name]?.runtime)
    expect(JSON.parse(bare.Child?.json as string).settings.metadata.appendCBOR).toBe(false)
  })
})
