import { describe, expect, it } from 'vitest'
import { formatDiagnostic } from '../../cli/tsolc/diagnostics.ts'
import { openSolc } from '../../compiler-ext/solc.ts'
import { PREAMBLE } from '../compiler-ext/setup.ts'
import { createFolder } from './tsolcHost.ts'

/** The escape sequences of solc, in short. */
function shortened(text: string): string {
  const names: Readonly<Record<string, string>> = {
    0: '/',
    1: 'bold',
    31: 'red',
    33: 'yellow',
    34: 'blue',
    36: 'cyan',
    37: 'white',
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one.
  return text.replace(/\u001b\[(\d+)m/g, (_, code: string) => `<${names[code] ?? code}>`)
}

const source = `${PREAMBLE}contract C {
\tfunction f() public pure returns (uint) { /* é */ uint8 x = 256; return x; }
  function g() public pure
  { return 7; }
  uint y; uint y;
}
`

describe('errors and warnings', () => {
  it('are shown as solc shows them, by severity, with their codes when these are asked for', async () => {
    const { run } = createFolder({ 'C.sol': `${PREAMBLE}contract C { function f() public { uint x; } }\n` })
    const place = ' --> C.sol:3:36:\n  |\n3 | contract C { function f() public { uint x; } }\n'
    const first = `${place}  |                                    ^^^^^^\n\n`
    const { status, stderr } = await run(['C.sol'])
    expect(status).toBe(0)
    expect(stderr.startsWith(`Warning: Unused local variable.\n${first}`)).toBe(true)
    const coded = await run(['C.sol', '--error-codes'])
    expect(coded.stderr.startsWith(`Warning (2072): Unused local variable.\n${first}`)).toBe(true)
  })

  it('have the colours of solc in a terminal', async () => {
    const { run } = createFolder({ 'C.sol': source })
    const { stderr } = await run(['C.sol'], { showsColors: true })
    const plain = await run(['C.sol', '--no-color'], { showsColors: true })
    expect(shortened(stderr).replaceAll(/<[^<>]*>/g, '')).toBe(plain.stderr)
    const text = shortened(stderr)
    // A place on one line, after a tab and a character of two bytes; a second place.
    expect(text).toContain('<bold><red>Error</><bold><white>: Identifier already declared.\n</>')
    expect(text).toContain(' <bold><blue>--></> C.sol:7:11:\n  <bold><blue>|</>\n')
    expect(text).toContain('<bold><blue>7 |</>   uint y; <yellow>uint y</>;\n')
    expect(text).toContain('  <bold><blue>|</>           <bold><yellow>^^^^^^</>\n')
    expect(text).toContain(
      '<bold><cyan>Note</><bold><white>: The previous declaration is here:\n</> <bold><blue>--></> C.sol:7:3:\n',
    )
  })

  it('are coloured from tabs, characters of several bytes, and the beginning of many lines', () => {
    const content = source.replace('  uint y; uint y;\n', '')
    const settings = { outputSelection: { '*': { '*': ['abi'] } } }
    const { errors = [] } = openSolc().run({ language: 'Solidity', sources: { 'C.sol': { content } }, settings })
    const texts = errors.map((error) => shortened(formatDiagnostic(error, { colored: true, withErrorCodes: true })))
    const wrong = texts.find((text) => text.includes('is not implicitly convertible'))
    expect(wrong).toContain('<bold><red>Error</><bold><red> (9574)</><bold><white>: Type int_const 256')
    expect(wrong).toContain('{ /* é */ <yellow>uint8 x = 256</>; return x; }\n')
    expect(wrong).toMatch(/\n {2}<bold><blue>\|<\/> \t {50}<bold><yellow>\^{13}<\/>\n/)
  })

  it('stay as they are where they have no place', () => {
    const style = { colored: false, withErrorCodes: false }
    const error = { component: 'general', severity: 'error', type: 'CompilerError', message: 'Too deep.' } as const
    expect(formatDiagnostic({ ...error, formattedMessage: 'CompilerError: Too deep.\n\n' }, style)).toBe(
      'Error: Too deep.\n\n',
    )
    expect(formatDiagnostic(error, style)).toBe('Error: Too deep.\n\n')
  })
})
