import { disassemble, formatDisassembly } from '../../compiler-ext/disassemble.ts'
import { UsageError } from '../errors.ts'
import { readUserFile } from '../files.ts'

/** Bytecode given in place: hex; or in a file: hex text, an artefact's JSON, or raw bytes. */
function readBytecode(given: string): string {
  if (/^(0x)?([0-9a-f]{2})+$/i.test(given)) return given.replace(/^0x/i, '')
  const bytes = readUserFile(given, 'bytecode')
  const text = Buffer.from(bytes).toString('latin1').trim()
  if (/^(0x)?([0-9a-f]{2})*$/i.test(text)) return text.replace(/^0x/i, '')
  if (text.startsWith('{')) return readArtefact(given, text)
  return Buffer.from(bytes).toString('hex')
}

function readArtefact(path: string, text: string): string {
  let artefact: { deployedBytecode?: unknown; bytecode?: unknown }
  try {
    artefact = JSON.parse(text)
  } catch {
    throw new UsageError(`bytecode ${path}: starts like JSON and is not`)
  }
  for (const field of [artefact.deployedBytecode, artefact.bytecode]) {
    const code = typeof field === 'object' && field !== null ? (field as { object?: unknown }).object : field
    if (typeof code === 'string' && /^(0x)?([0-9a-f]{2})+$/i.test(code)) return code.replace(/^0x/i, '')
  }
  throw new UsageError(`bytecode ${path}: expected deployedBytecode or bytecode in hex, all libraries linked`)
}

/** Prints bytecode with tensor mnemonics; see the command's help. */
export function disasm(given: string): void {
  console.log(formatDisassembly(disassemble(readBytecode(given))))
}
