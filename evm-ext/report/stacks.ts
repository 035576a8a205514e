import type { FrameGas, GasReport, Scope } from './report.ts'
import { instructionLabel } from './tensorGas.ts'

/** One name of a stack, with its place in a source where that is known. */
export type StackFrame = {
  readonly name: string
  readonly file?: string | undefined
  readonly line?: number | undefined
}

/** Something that was paid for, under everything that it ran in. */
export type Leaf = {
  /** The outermost first. */
  readonly stack: readonly StackFrame[]
  /** Never negative: a stipend is taken off the call that it was part of. */
  readonly gas: number
  readonly nanoseconds: number
  /** Canonical bytes of the result. */
  readonly bytes: number
}

const leaf = (stack: readonly StackFrame[], name: string, gas: number): Leaf => ({
  stack: [...stack, { name }],
  ...{ gas, nanoseconds: 0, bytes: 0 },
})

function* scopeLeaves(scope: Scope, stack: readonly StackFrame[]): Generator<Leaf> {
  for (const { mnemonic, gas, stipends } of scope.opcodes) yield leaf(stack, mnemonic, gas - stipends)
  for (const instruction of scope.instructions) {
    const { gas, nanoseconds, outputBytes: bytes } = instruction
    yield { stack: [...stack, { name: instructionLabel(instruction) }], gas, nanoseconds, bytes }
  }
  for (const inner of scope.functions) {
    const { name, file, line } = inner
    yield* scopeLeaves(inner, [...stack, { name, file, line }])
  }
  for (const inner of scope.calls) yield* frameLeaves(inner, stack)
}

function* frameLeaves(frame: FrameGas, outer: readonly StackFrame[]): Generator<Leaf> {
  const { name, precompile, nanoseconds, lookup, codeDeposit, burnt } = frame
  const stack = [...outer, { name }]
  if (frame.code === 'precompile') yield { stack, gas: precompile, nanoseconds, bytes: 0 }
  yield leaf(stack, 'model lookup', lookup)
  yield* scopeLeaves(frame, stack)
  yield leaf(stack, 'code deposit', codeDeposit)
  if (burnt !== undefined) yield leaf(stack, `burnt: ${burnt.error}`, burnt.gas)
}

const intrinsicNames = {
  base: 'base',
  calldata: 'calldata',
  creation: 'creation',
  initcode: 'initcode',
  accessList: 'access list',
  authorizations: 'authorizations',
} as const

/**
 * Everything that a report's gas was paid for, each with the stack of contracts and functions that it ran in. A refund has
 * no place in a stack, so the gas of all leaves is the gas used and what was refunded.
 */
export function* leavesOf({ intrinsic, frame, floor }: GasReport): Generator<Leaf> {
  const before = [{ name: 'intrinsic gas' }]
  if (intrinsic !== undefined)
    for (const [part, name] of Object.entries(intrinsicNames))
      yield leaf(before, name, intrinsic[part as keyof typeof intrinsic])
  if (floor !== undefined) yield leaf(before, 'calldata floor', floor.added)
  yield* frameLeaves(frame, [])
}

/** A name that does not end a stack or a line. */
function foldedName({ name }: StackFrame): string {
  return name.replace(/[;\r\n]/g, ' ')
}

/**
 * A report as folded stacks, one a line with its gas: `Contract;function;MATMUL[1x10x128] 113`. Equal stacks are added up;
 * what was free is left out. The format of Brendan Gregg's flame graphs, which speedscope and inferno read too.
 */
export function gasReportFolded(report: GasReport): string {
  const sums = new Map<string, number>()
  for (const { stack, gas } of leavesOf(report)) {
    const key = stack.map(foldedName).join(';')
    if (gas > 0) sums.set(key, (sums.get(key) ?? 0) + gas)
  }
  return [...sums].map(([stack, gas]) => `${stack} ${gas}\n`).join('')
}
