import { existsSync } from 'node:fs'
import { disassemble, formatDisassembly } from '../../compiler-ext/disassemble.ts'
import { UsageError } from '../errors.ts'
import { readUserFile } from '../files.ts'

/** The digits of bytecode in hex, white space left out; undefined for other text. */
function hexDigits(text: string): string | undefined {
  return /^(?:0x)?((?:[0-9a-f]{2})*)$/i.exec(text.replace(/\s+/g, ''))?.[1]
}

/** The text in bytes of UTF-8; undefined where they hold something else. */
function textOf(bytes: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return /[^\P{Cc}\s]/u.test(text) ? undefined : text
  } catch {
    return undefined
  }
}

type Artefact = { readonly deployedBytecode?: unknown; readonly bytecode?: unknown; readonly evm?: Artefact }

/** Deployed bytecode of an artefact or, where it has none, its creation code: as Hardhat, Foundry and solc write them. */
function readArtefact(path: string, text: string): string {
  let artefact: Artefact
  try {
    artefact = JSON.parse(text)
  } catch {
    throw new UsageError(`bytecode ${path}: starts like JSON and is not`)
  }
  const { deployedBytecode, bytecode, evm } = artefact
  for (const field of [deployedBytecode, bytecode, evm?.deployedBytecode, evm?.bytecode]) {
    const code = typeof field === 'object' && field !== null ? (field as { object?: unknown }).object : field
    const digits = typeof code === 'string' ? hexDigits(code) : undefined
    if (digits) return digits
  }
  throw new UsageError(`bytecode ${path}: expected deployedBytecode or bytecode in hex, all libraries linked`)
}

/** How much of a mistyped argument a message repeats. */
const SHOWN_CHARACTERS = 60

/** Bytecode given in place: hex; or in a file: hex text, an artefact's JSON, or raw bytes. */
function readBytecode(given: string): string {
  const digits = hexDigits(given)
  if (digits) return digits
  if (/^(0x|[0-9a-f]+$)/i.test(given) && !existsSync(given)) {
    const shown = given.length > SHOWN_CHARACTERS ? `${given.slice(0, SHOWN_CHARACTERS)}...` : given
    throw new UsageError(`bytecode ${shown}: neither a file nor whole bytes of hex`)
  }
  const bytes = readUserFile(given, 'bytecode')
  const text = textOf(bytes)?.trim()
  if (text === undefined) return Buffer.from(bytes).toString('hex')
  if (text.startsWith('{')) return readArtefact(given, text)
  const fileDigits = hexDigits(text)
  if (fileDigits === undefined) throw new UsageError(`bytecode ${given}: text that is neither hex nor JSON`)
  return fileDigits
}

/** Prints bytecode with tensor mnemonics; see the command's help. */
export function disasm(given: string): void {
  process.stdout.write(formatDisassembly(disassemble(readBytecode(given))))
}
