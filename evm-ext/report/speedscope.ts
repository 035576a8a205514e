import type { GasReport } from './report.ts'
import { type Leaf, leavesOf, type StackFrame } from './stacks.ts'

/** A profile in which every sample has a weight of its own. */
export type SpeedscopeProfile = {
  readonly type: 'sampled'
  readonly name: string
  readonly unit: 'none' | 'nanoseconds' | 'bytes'
  readonly startValue: number
  readonly endValue: number
  /** Stacks of numbers of frames, the outermost first. */
  readonly samples: readonly (readonly number[])[]
  readonly weights: readonly number[]
}

/** A file of https://www.speedscope.app. */
export type SpeedscopeFile = {
  readonly $schema: 'https://www.speedscope.app/file-format-schema.json'
  readonly shared: {
    readonly frames: readonly { readonly name: string; readonly file?: string; readonly line?: number }[]
  }
  readonly profiles: readonly SpeedscopeProfile[]
  readonly name: string
  readonly activeProfileIndex: number
  readonly exporter: string
}

function titleOf({ kind, transactionHash, gasUsed, refund }: GasReport): string {
  const which = transactionHash === undefined ? kind : `${kind} ${transactionHash}`
  const before = refund !== undefined && refund.granted > 0 ? ` after a refund of ${refund.granted}` : ''
  return `${which}: ${gasUsed} gas${before}`
}

/**
 * A report as a file for speedscope, with three profiles: gas (before refunds), nanoseconds and bytes of results.
 *
 * Samples are ordered by where things are in the report, not by time. Nanoseconds are those of tensor operations and
 * ordinary precompiles: single opcodes can't be timed by watching them.
 *
 * @param name - what speedscope shows as the file's title
 */
export function gasReportSpeedscope(report: GasReport, name = titleOf(report)): SpeedscopeFile {
  const leaves = [...leavesOf(report)].filter(({ gas, nanoseconds, bytes }) => gas > 0 || nanoseconds > 0 || bytes > 0)
  const frames: { name: string; file?: string; line?: number }[] = []
  const numbers = new Map<string, number>()
  const numberOf = ({ name, file, line }: StackFrame): number => {
    const key = JSON.stringify([name, file, line])
    const known = numbers.get(key)
    if (known !== undefined) return known
    numbers.set(key, frames.length)
    return frames.push({ name, ...(file === undefined ? {} : { file }), ...(line === undefined ? {} : { line }) }) - 1
  }
  const stacks = leaves.map(({ stack }) => stack.map(numberOf))
  const profile = (title: string, unit: SpeedscopeProfile['unit'], weightOf: (leaf: Leaf) => number) => {
    const used = [...leaves.keys()].filter((index) => weightOf(leaves[index] as Leaf) > 0)
    const weights = used.map((index) => weightOf(leaves[index] as Leaf))
    return {
      ...{ type: 'sampled' as const, name: title, unit, startValue: 0 },
      endValue: weights.reduce((sum, weight) => sum + weight, 0),
      samples: used.map((index) => stacks[index] as number[]),
      weights,
    }
  }
  return {
    $schema: 'https://www.speedscope.app/file-format-schema.json',
    shared: { frames },
    profiles: [
      profile('gas', 'none', ({ gas }) => gas),
      profile('time', 'nanoseconds', ({ nanoseconds }) => Math.round(nanoseconds)),
      profile('bytes of results', 'bytes', ({ bytes }) => bytes),
    ],
    ...{ name, activeProfileIndex: 0, exporter: 'tensor-evm' },
  }
}
