import { EXTENSION, haltCodes, type Instruction, instructions, type OperandKind, workKinds } from '../isa/index.ts'
import { runReference } from '../test/referenceRun.ts'
import { readVectorFile, type Vector } from '../test/vectorFile.ts'

const kindText: Readonly<Record<OperandKind, string>> = {
  tensor: 'handle',
  optionalTensor: 'handle or 0',
  tensorOrWord: 'handle or word',
  attributes: 'attribute word',
  type: 'type word',
  word: 'word',
  memory: 'memory offset',
  account: 'address',
  model: 'model root',
}

function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(headings), line(headings.map(() => '---')), ...rows.map(line)].join('\n')
}

function code(text: string): string {
  return `\`${text}\``
}

function listOf(names: readonly string[]): string {
  return names.map(code).join(', ')
}

/** The two bytes of an instruction in hexadecimal. */
function encoding({ opcode }: Instruction): string {
  return ((EXTENSION << 8) | opcode).toString(16).toUpperCase()
}

function vectorsOf({ mnemonic }: Instruction): readonly Vector[] {
  return readVectorFile(`test/vectors/${mnemonic}.json`).vectors
}

function stackTable({ inputs }: Instruction): string {
  if (inputs.length === 0) return 'None.'
  const rows = inputs.map(({ name, kind, doc }, index) => [`top - ${index}`, code(name), kindText[kind], doc])
  return table(['stack', 'name', 'kind', 'meaning'], rows)
}

function attributeTable({ attributes }: Instruction): string | undefined {
  if (!attributes) return undefined
  let position = 0
  const rows = attributes.fields.map(({ name, bits, signed, bias, doc }) => {
    const first = position
    position += bits
    const range = bits === 1 ? `${first}` : `${first}..${position - 1}`
    const stored = `${signed ? 'int' : 'uint'}${bits}${bias ? `, minus ${bias}` : ''}`
    return [range, code(name), stored, doc]
  })
  return table(['bits', 'field', 'stored as', 'meaning'], rows)
}

/** Names of the work counts that are not zero in some vector. */
function workNames(instruction: Instruction): string[] {
  const seen = new Set<string>()
  const spied: Instruction = {
    ...instruction,
    work(operands, output) {
      const work = instruction.work(operands, output)
      for (const [name, count] of Object.entries(work)) if (count > 0) seen.add(name)
      return work
    },
  }
  for (const vector of vectorsOf(instruction)) runReference(spied, vector)
  return workKinds.filter((name) => seen.has(name))
}

function gasText(instruction: Instruction): string {
  const names = workNames(instruction)
  const parts = [names.length === 0 ? 'compute, with no work count' : `compute over ${listOf(names)}`]
  if (instruction.output?.kind === 'tensor') parts.push('allocation of the output')
  if (instruction.family === 'environment' && instruction.memoryRange) parts.push('growth of memory')
  if (instruction.inputs.some(({ kind }) => kind === 'account')) parts.push('account access')
  if (instruction.family === 'environment' && instruction.modelRange) parts.push('model access')
  return `${parts.join('; ')}. See [Gas](#gas).`
}

function haltText(instruction: Instruction): string {
  const seen = new Set(vectorsOf(instruction).map(({ halt }) => halt))
  const codes = haltCodes.filter((halt) => seen.has(halt))
  return codes.length === 0 ? 'none of its own.' : `${listOf(codes)}.`
}

/**
 * The section of SPEC.md about an instruction, from its declaration and its vectors: those say which work counts it has
 * and which codes it halts with.
 *
 * @throws {Error} when the instruction has no vector file
 */
export function instructionBlock(instruction: Instruction): string {
  const { mnemonic, summary, description, output } = instruction
  const attributes = attributeTable(instruction)
  const parts = [
    `#### ${encoding(instruction)} ${mnemonic}`,
    code(summary),
    '**Stack input**',
    stackTable(instruction),
    ...(attributes ? ['**Attributes**', attributes] : []),
    `**Output:** ${output ? `${code(output.name)}, ${output.kind === 'tensor' ? 'handle' : 'word'}: ${output.doc}.` : 'none.'}`,
    '**Operation**',
    description,
    `**Gas:** ${gasText(instruction)}`,
    `**Halts:** ${haltText(instruction)}`,
  ]
  return parts.join('\n\n')
}

/** The list of all instructions in SPEC.md. */
export function instructionTable(): string {
  const rows = instructions.map((instruction) => [
    code(encoding(instruction)),
    instruction.mnemonic,
    `${instruction.inputs.length}`,
    instruction.output ? '1' : '0',
    code(instruction.summary),
  ])
  return table(['opcode', 'mnemonic', 'in', 'out', 'result'], rows)
}
