import { describe, expect, it } from 'vitest'
import { opcodesText } from '../../compiler-ext/disassemble.ts'
import { evmOpcodeNames } from '../../compiler-ext/evmOpcodes.ts'
import { disassemble, formatDisassembly } from '../../compiler-ext/index.ts'
import { encodeType, instructionByMnemonic, instructionByOpcode, instructions } from '../../isa/index.ts'
import { compileWithSolc, contractOf, PREAMBLE, plainEVM } from './setup.ts'

const mnemonics = (bytecode: string) => disassemble(bytecode).map(({ mnemonic }) => mnemonic)
const word = (value: bigint) => `7f${value.toString(16).padStart(64, '0')}`

describe('disassemble', () => {
  it('knows every opcode of the EVM by its name', async () => {
    const opcodes = (await plainEVM()).getActiveOpcodes()
    for (let byte = 0; byte < 256; byte++) {
      const name = opcodes.get(byte)?.fullName
      expect(evmOpcodeNames[byte], byte.toString(16)).toBe(name)
    }
  })

  it('reads tensor instructions as one line of two bytes', () => {
    for (const { opcode, mnemonic } of instructions) {
      const [line, ...rest] = disassemble(`ae${opcode.toString(16).padStart(2, '0')}00`)
      expect(line).toMatchObject({ pc: 0, mnemonic })
      expect(line?.bytes).toEqual(Uint8Array.of(0xae, opcode))
      expect(rest).toMatchObject([{ pc: 2, mnemonic: 'STOP' }])
    }
  })

  it('reads an unassigned second byte as INVALID, without changing what follows', () => {
    const unassigned = Array.from({ length: 0x4f }, (_, i) => i + 1).filter(
      (opcode) => !instructionByOpcode.has(opcode),
    )
    for (const opcode of unassigned)
      expect(mnemonics(`ae${opcode.toString(16).padStart(2, '0')}00`)).toEqual(['INVALID', 'STOP'])
    expect(mnemonics('ae')).toEqual(['INVALID'])
    expect(mnemonics('ae00')).toEqual(['INVALID', 'STOP'])
    expect(mnemonics('ae5b')).toEqual(['INVALID', 'JUMPDEST'])
    expect(mnemonics('ae60ae10')).toEqual(['INVALID', 'PUSH1', 'LT'])
    expect(mnemonics('ae50')).toEqual(['INVALID', 'POP'])
  })

  it('does not look for instructions in pushed data', () => {
    expect(disassemble('0x61ae1000')).toMatchObject([{ mnemonic: 'PUSH2', push: 0xae10n }, { mnemonic: 'STOP' }])
  })

  it('fills the data of a PUSH past the end with zeros', () => {
    expect(disassemble('62ab')).toMatchObject([{ mnemonic: 'PUSH3', push: 0xab0000n }])
    expect(disassemble('7f')).toMatchObject([{ mnemonic: 'PUSH32', push: 0n }])
  })

  it('explains the words that an instruction takes, as far as they were pushed right before', () => {
    const conv = instructionByMnemonic.get('CONV2D')
    const attributes = conv?.attributes?.encode({ zeroPoint: -128, strideH: 2, strideW: 2 }) as bigint
    const comment = (code: string) => disassemble(code).at(-1)?.comment
    expect(comment(`5f60018060${'02'}${word(attributes)}ae11`)).toBe('zeroPoint=-128, strideH=2, strideW=2')
    expect(comment(`${word(attributes)}90ae11`)).toBeUndefined()
    expect(comment('5fae11')).toBeUndefined()
    expect(comment(`${word(2n ** 255n)}ae11`)).toBe('BadAttribute: unused bits are set')
    const type = encodeType({ dtype: 'int8', shape: [1, 28, 28, 1] })
    expect(comment(`60806${(0).toString(16)}00${word(type)}ae01`)).toBe('int8[1,28,28,1]')
    expect(comment('5f60ffae01')).toBe('BadTypeWord: unknown dtype code 255')
    expect(comment(`6001${word(type)}ae38`)).toBe('int8[1,28,28,1]')
  })

  it('shows metadata at the end as data', () => {
    const contract = contractOf(compileWithSolc(`${PREAMBLE}contract C {}`), 'C')
    const object = contract.evm?.deployedBytecode?.object as string
    const last = disassemble(object).at(-1)
    expect(last?.mnemonic).toBe('DATA')
    expect(object.slice((last?.pc as number) * 2)).toMatch(/^a2646970667358.*0033$/)
    // A length that fits, but no map of known keys.
    expect(mnemonics('0001000001')).toEqual(['STOP', 'ADD', 'STOP', 'STOP', 'ADD'])
    expect(mnemonics('')).toEqual([])
  })

  it('formats a listing', () => {
    const attributes = instructionByMnemonic.get('CLAMP')?.attributes?.encode({ low: -6, high: 6 }) as bigint
    expect(formatDisassembly(disassemble(`6001${word(attributes)}ae215000`))).toBe(`0000  60        PUSH1 0x01
0002  7f        PUSH32 0x${word(attributes).slice(2)}
0023  ae21      CLAMP  ; low=-6, high=6
0025  50        POP
0026  00        STOP
`)
  })

  it('accepts bytes, and refuses what is no code', () => {
    expect(disassemble(Uint8Array.of(0xae, 0x08))).toMatchObject([{ mnemonic: 'TSPACE' }])
    expect(() => disassemble('0xabc')).toThrow(/^bytecode: it is not a whole number of bytes/)
    expect(() => disassemble('zz')).toThrow(RangeError)
    expect(() => disassemble(`73__$${'0'.repeat(34)}$__`)).toThrow(/libraries that were not linked/)
  })

  it('gives the opcodes text of solc for code without tensor instructions', () => {
    const source = `${PREAMBLE}
      library L { function f(uint256 x) external pure returns (uint256) { return x; } }
      contract C { uint256 immutable i = 5; function g(uint256 x) external view returns (uint256) { return L.f(x) + i; } }`
    const { evm } = contractOf(compileWithSolc(source, { metadata: { appendCBOR: false } }), 'C')
    for (const bytecode of [evm?.bytecode, evm?.deployedBytecode])
      expect(opcodesText(bytecode?.object as string)).toBe(bytecode?.opcodes)
    expect(opcodesText('61ae10ae10feae')).toBe('PUSH2 0xAE10 MATMUL INVALID 0xAE ')
  })
})
