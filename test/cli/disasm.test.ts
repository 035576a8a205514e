import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { disasm } from '../../cli/actions/disasm.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'disasm-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

/** What is printed of a file with this content, or of the argument where there is none. */
function printed(given: string, content?: string | Uint8Array): string {
  const path = join(folder, given)
  if (content !== undefined) writeFileSync(path, content)
  const chunks: unknown[] = []
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => chunks.push(chunk) > 0)
  try {
    disasm(content === undefined ? given : path)
  } finally {
    write.mockRestore()
  }
  return chunks.join('')
}

const listing = '0000  ae08      TSPACE\n0002  00        STOP\n'

describe('disasm reads', () => {
  test('hex as an argument', () => {
    for (const given of ['ae0800', '0xae0800', '0xAE0800']) expect(printed(given)).toBe(listing)
  })

  test('a file with hex, on several lines and after a byte order mark too', () => {
    for (const text of ['ae0800', '0xae0800\n', ' ae 08\r\n00\n', '\ufeffae0800'])
      expect(printed('hex', text)).toBe(listing)
  })

  test('artefacts: of Hardhat, Foundry and solc', () => {
    const object = '0xae0800'
    const artefacts = [
      { bytecode: '0xfe', deployedBytecode: object },
      { bytecode: { object }, deployedBytecode: { object: '0x' } },
      { abi: [], evm: { bytecode: { object: 'fe' }, deployedBytecode: { object: 'ae0800' } } },
      { evm: { bytecode: { object: 'ae0800' } } },
    ]
    for (const artefact of artefacts) expect(printed('artefact.json', JSON.stringify(artefact))).toBe(listing)
  })

  test('raw bytes', () => {
    expect(printed('raw', Uint8Array.of(0xae, 8, 0))).toBe(listing)
  })
})

describe('disasm refuses', () => {
  const cases: [name: string, given: string, content: string | undefined, message: RegExp][] = [
    ['text', 'readme', 'Hello, world\n', /readme: text that is neither hex nor JSON$/],
    ['text that is not ASCII', 'cafe', 'café', /cafe: text that is neither hex nor JSON$/],
    ['an odd digit in a file', 'odd', 'ae080', /odd: text that is neither hex nor JSON$/],
    ['broken JSON', 'broken.json', '{"bytecode":', /broken\.json: starts like JSON and is not$/],
    ['places of libraries', 'lib.json', '{"bytecode":"60__$1$__"}', /lib\.json: expected .* all libraries linked$/],
    ['an odd digit', '0xae080', undefined, /^bytecode 0xae080: neither a file nor whole bytes of hex$/],
    ['an odd digit without 0x', 'ae080', undefined, /^bytecode ae080: neither a file nor whole bytes of hex$/],
    ['a bad digit', '0xzz', undefined, /^bytecode 0xzz: neither a file nor whole bytes of hex$/],
    ['long bad hex', '6'.repeat(5001), undefined, /^bytecode 6{60}\.\.\.: neither a file nor whole bytes of hex$/],
    ['a missing file', 'none.bin', undefined, /^bytecode none\.bin: no such file$/],
  ]
  test.each(cases)('%s', (_, given, content, message) => {
    expect(() => printed(given, content)).toThrow(message)
  })
})
