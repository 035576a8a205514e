import type { FrameGas, GasReport, GasSummary, Scope, TensorGas } from './report.ts'
import { framesOf, instructionsOf } from './sum.ts'
import { instructionLabel } from './tensorGas.ts'

const number = (value: number) => value.toLocaleString('en')
const percent = (part: number, whole: number) => `${((100 * part) / whole).toFixed(1)} %`

/** Lines of a table: the first `left` columns to the left, the others to the right, each as wide as it needs. */
function columns(rows: readonly (readonly string[])[], left: number): string[] {
  const widths: number[] = []
  for (const row of rows)
    row.forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? 0, cell.length)
    })
  return rows.map((row) =>
    row
      .map((cell, column) => (column < left ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ')
      .trimEnd(),
  )
}

const summaryNames: readonly (readonly [keyof GasSummary, string])[] = [
  ['intrinsic', 'intrinsic'],
  ['opcodes', 'ordinary opcodes'],
  ['tensorBase', 'tensor base'],
  ['tensorCompute', 'tensor compute'],
  ['tensorMemory', 'tensor memory'],
  ['tensorAccess', 'tensor access'],
  ['precompiles', 'precompiles'],
  ['codeDeposit', 'code deposit'],
  ['burnt', 'burnt by halts'],
  ['stipends', 'stipends'],
  ['refund', 'refund'],
  ['floor', 'calldata floor'],
]

function summaryLines({ kind, summary, gasUsed, error }: GasReport): string[] {
  const rows = summaryNames.flatMap(([part, name]) =>
    summary[part] === 0 ? [] : [[name, number(summary[part]), percent(summary[part], gasUsed)]],
  )
  const end = error === undefined ? '' : `, ended with ${error}`
  return columns([[`gas of the ${kind}${end}`, number(gasUsed), ''], ...rows], 1)
}

const sum = (parts: Readonly<Record<string, number>>) => Object.values(parts).reduce((all, part) => all + part, 0)

function instructionRow(instruction: TensorGas): string[] {
  const { pc, depth, gas, base, compute, memory, access, macs, utilisation, isHalted } = instruction
  const { outputBytes, liveBytes, provingSteps, nanoseconds } = instruction
  return [
    `${'  '.repeat(depth)}${pc}`,
    `${instructionLabel(instruction)}${isHalted ? ' halted' : ''}`,
    ...[gas, base, compute, sum(memory), sum(access)].map(number),
    macs === 0 ? '' : number(macs),
    utilisation === undefined ? '' : percent(utilisation, 1),
    ...[outputBytes, liveBytes, provingSteps].map(number),
    (nanoseconds / 1000).toFixed(1),
  ]
}

function instructionLines(report: GasReport): string[] {
  const { tensors, frame } = report
  if (tensors.count === 0) return []
  const { memory, access } = instructionsOf(frame).reduce(
    (all, one) => ({ memory: all.memory + sum(one.memory), access: all.access + sum(one.access) }),
    { memory: 0, access: 0 },
  )
  const { tensorBase, tensorCompute } = report.summary
  const { gas, macs, tileMacs, outputBytes, peakBytes, provingSteps, nanoseconds } = tensors
  const parts = ['gas', 'base', 'compute', 'memory', 'access']
  const head = ['pc', 'instruction', ...parts, 'MACs', 'used', 'bytes', 'live', 'steps', 'us']
  const all = [
    ...['', 'together', ...[gas, tensorBase, tensorCompute, memory, access].map(number)],
    macs === 0 ? '' : number(macs),
    tileMacs === 0 ? '' : percent(macs, tileMacs),
    ...[outputBytes, peakBytes, provingSteps].map(number),
    (nanoseconds / 1000).toFixed(1),
  ]
  return ['', ...columns([head, ...instructionsOf(frame).map(instructionRow), all], 2)]
}

/** Opcodes of a scope and the functions in it, calls left out. */
function* ownOpcodes({ opcodes, functions }: Scope): Generator<Scope['opcodes'][number]> {
  yield* opcodes
  for (const inner of functions) yield* ownOpcodes(inner)
}

function frameRow(frame: FrameGas): string[] {
  const { name, kind, depth, gasUsed, error, burnt } = frame
  const own = [...ownOpcodes(frame)].reduce((all, { gas }) => all + gas, 0)
  const end = [error, burnt && `${number(burnt.gas)} burnt`].filter((text) => text !== undefined).join(', ')
  return [`${'  '.repeat(depth)}${name}`, kind, number(gasUsed), number(own), `  ${end}`]
}

function opcodeLines(frame: FrameGas): string[] {
  const sums = new Map<string, { count: number; gas: number }>()
  for (const one of framesOf(frame))
    for (const { mnemonic, count, gas } of ownOpcodes(one)) {
      const before = sums.get(mnemonic) ?? { count: 0, gas: 0 }
      sums.set(mnemonic, { count: before.count + count, gas: before.gas + gas })
    }
  if (sums.size === 0) return []
  const rows = [...sums].sort(([, a], [, b]) => b.gas - a.gas)
  const cells = rows.map(([mnemonic, { count, gas }]) => [mnemonic, number(count), number(gas)])
  return ['', ...columns([['opcode', 'count', 'gas'], ...cells], 1)]
}

/**
 * A report as a table for people: gas by what it was paid for; each tensor instruction; frames; ordinary opcodes. `used` is
 * the share of the multiply-accumulates that are not padding, `live` the arena bytes in use after the instruction, in the
 * last line the most at once.
 */
export function gasReportTable(report: GasReport): string {
  const frames = [...framesOf(report.frame)].map(frameRow)
  const frameLines = columns([['frame', 'kind', 'gas', 'opcodes', ''], ...frames], 2)
  const lines = [...summaryLines(report), ...instructionLines(report), '', ...frameLines, ...opcodeLines(report.frame)]
  return `${lines.join('\n')}\n`
}
