import {
  decodeType,
  EXTENSION,
  formatType,
  HaltError,
  type Instruction,
  instructionByOpcode,
  MAX_OPCODE,
  MIN_OPCODE,
} from '../isa/index.ts'
import { evmOpcodeNames, pushBytes, pushesOneWord } from './evmOpcodes.ts'

/** An instruction of a bytecode, or the data that ends it. */
export type Line = {
  /** Offset of its first byte. */
  readonly pc: number
  readonly bytes: Uint8Array
  /** `INVALID` for bytes that are no instruction, `DATA` for solc's metadata at the end. */
  readonly mnemonic: string
  /** Word that a PUSH pushes. */
  readonly push?: bigint
  readonly instruction?: Instruction
  /** What is known of its operands, or of the data. */
  readonly comment?: string
}

const DATA = 'DATA'

function toBytes(bytecode: string | Uint8Array): Uint8Array {
  if (typeof bytecode !== 'string') return bytecode
  const digits = bytecode.replace(/^0x/, '')
  if (!/^([0-9a-fA-F]{2})*$/.test(digits))
    throw new RangeError(
      digits.includes('__$')
        ? 'bytecode: it has places for libraries that were not linked'
        : 'bytecode: it is not a whole number of bytes in hexadecimal',
    )
  return Uint8Array.from(digits.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16))
}

function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}

/** Big-endian word, with zeros for bytes past the end of the code. */
function wordOf(bytes: Uint8Array, length: number): bigint {
  return bytes.length === 0 ? 0n : BigInt(`0x${toHex(bytes).padEnd(2 * length, '0')}`)
}

const metadataKeys = ['ipfs', 'bzzr0', 'bzzr1', 'solc', 'experimental']

/**
 * Where solc's metadata begins: a CBOR map whose length is the last two bytes. The length of the code when there is none.
 */
function metadataStart(code: Uint8Array): number {
  if (code.length < 2) return code.length
  const length = ((code[code.length - 2] as number) << 8) | (code[code.length - 1] as number)
  const start = code.length - 2 - length
  const [map, key] = [code[start], code[start + 1]]
  if (start < 0 || map === undefined || key === undefined || map < 0xa1 || map > 0xa4) return code.length
  const name = Buffer.from(code.subarray(start + 2, start + 2 + key - 0x60)).toString('latin1')
  return key > 0x60 && key < 0x78 && metadataKeys.includes(name) ? start : code.length
}

// EIP-8163 rules second bytes out that would change JUMPDEST analysis, so only those it allows belong to the AE before.
function extensionLine(code: Uint8Array, pc: number, end: number): Line {
  const opcode = pc + 1 < end ? (code[pc + 1] as number) : 0
  if (opcode < MIN_OPCODE || opcode > MAX_OPCODE) return { pc, bytes: code.subarray(pc, pc + 1), mnemonic: 'INVALID' }
  const bytes = code.subarray(pc, pc + 2)
  const instruction = instructionByOpcode.get(opcode)
  return instruction ? { pc, bytes, mnemonic: instruction.mnemonic, instruction } : { pc, bytes, mnemonic: 'INVALID' }
}

function lineAt(code: Uint8Array, pc: number, end: number): Line {
  const opcode = code[pc] as number
  if (opcode === EXTENSION) return extensionLine(code, pc, end)
  const length = pushBytes(opcode)
  const mnemonic = evmOpcodeNames[opcode] ?? 'INVALID'
  if (length === 0) return { pc, bytes: code.subarray(pc, pc + 1), mnemonic }
  const bytes = code.subarray(pc, Math.min(pc + 1 + length, end))
  return { pc, bytes, mnemonic, push: wordOf(bytes.subarray(1), length) }
}

/** `zeroPoint=-128, strideH=2`: the fields that are not zero as stored. */
function formatAttributes({ attributes }: Instruction, word: bigint): string {
  if (attributes === undefined) return ''
  const values = attributes.decode(word) as Readonly<Record<string, number>>
  return attributes.fields
    .filter(({ name, bias }) => values[name] !== (bias ?? 0))
    .map(({ name }) => `${name}=${values[name]}`)
    .join(', ')
}

function formatOperand(instruction: Instruction, index: number, word: bigint): string {
  const kind = instruction.inputs[index]?.kind
  try {
    if (kind === 'attributes') return formatAttributes(instruction, word)
    if (kind === 'type') return formatType(decodeType(word))
  } catch (error) {
    if (error instanceof HaltError) return error.message
    throw error
  }
  return ''
}

/**
 * What the type and attribute words of an instruction say, as far as its operands were pushed right before it: the k-th
 * line before pushes operand k for as long as every line between only pushes.
 */
function operandComment(instruction: Instruction, before: readonly Line[]): string {
  const comments: string[] = []
  for (let index = 0; index < instruction.inputs.length; index++) {
    const line = before[before.length - 1 - index]
    if (line === undefined || !pushesOneWord(line.bytes[0] as number)) break
    const word = line.mnemonic === 'PUSH0' ? 0n : line.push
    if (word !== undefined) comments.push(formatOperand(instruction, index, word))
  }
  return comments.filter((comment) => comment !== '').join('; ')
}

/**
 * Disassembles bytecode from its first byte on, tensor instructions included.
 *
 * Data between instructions reads as instructions, as it does to the EVM; solc's metadata at the end is recognised and
 * shown as data. `AE ss` with an unassigned `ss` of 0x01..0x4f is one INVALID of two bytes.
 *
 * @param bytecode - hex, with or without 0x, or bytes
 * @throws {RangeError} on text that is not hexadecimal
 */
export function disassemble(bytecode: string | Uint8Array): Line[] {
  const code = toBytes(bytecode)
  const end = metadataStart(code)
  const lines: Line[] = []
  for (let pc = 0; pc < end; ) {
    const line = lineAt(code, pc, end)
    const comment = line.instruction ? operandComment(line.instruction, lines) : ''
    lines.push(comment === '' ? line : { ...line, comment })
    pc += line.bytes.length
  }
  if (end < code.length) lines.push({ pc: end, bytes: code.subarray(end), mnemonic: DATA, comment: 'metadata' })
  return lines
}

/** Hex columns are at least this wide, so that short instructions line up. */
const BYTES_COLUMN = 10

/** Disassembly as text: program counter, bytes, mnemonic with pushed data, comment. */
export function formatDisassembly(lines: readonly Line[]): string {
  const width = Math.max(4, ((lines.at(-1)?.pc ?? 0).toString(16) as string).length)
  return lines
    .map(({ pc, bytes, mnemonic, push, comment }) => {
      const hex = toHex(bytes)
      const shown = push === undefined ? (mnemonic === DATA ? '' : hex) : hex.slice(0, 2)
      const text = push === undefined ? mnemonic : `${mnemonic} 0x${hex.slice(2)}`
      const instruction = mnemonic === DATA ? `${DATA} 0x${hex}` : text
      const place = `${pc.toString(16).padStart(width, '0')}  ${shown.padEnd(BYTES_COLUMN)}`
      return `${place}${instruction}${comment ? `  ; ${comment}` : ''}\n`
    })
    .join('')
}

/**
 * The `opcodes` output of solc, with tensor mnemonics. As there, a space follows each word.
 *
 * solc disassembles data as code; metadata at the end keeps its reading.
 *
 * @param object - hex as solc gives it; places of unlinked libraries show as zeros
 */
export function opcodesText(object: string): string {
  const code = toBytes(object.replace(/__\$[0-9a-fA-F]{34}\$__/g, '0'.repeat(40)))
  const end = metadataStart(code)
  const words: string[] = []
  for (let pc = 0; pc < code.length; ) {
    const byte = code[pc] as number
    const line = byte === EXTENSION && pc < end ? extensionLine(code, pc, end) : undefined
    if (line?.instruction) {
      words.push(line.mnemonic)
      pc += 2
      continue
    }
    words.push(evmOpcodeNames[byte] ?? `0x${byte.toString(16).toUpperCase()}`)
    const length = pushBytes(byte)
    if (length > 0)
      words.push(
        `0x${wordOf(code.subarray(pc + 1, pc + 1 + length), length)
          .toString(16)
          .toUpperCase()}`,
      )
    pc += 1 + length
  }
  return words.map((word) => `${word} `).join('')
}
