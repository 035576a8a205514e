import type { Kernel } from '../../kernel/index.ts'
import type { BenchCase, CaseResult } from '../harness/measure.ts'
import type { BenchMemory } from '../harness/memory.ts'
import type { Goal } from '../harness/report.ts'
import type { Peers } from '../peers/load.ts'
import type { Machine } from './machine.ts'

/** What contenders are made from. */
export type BenchContext = {
  readonly kernel: Kernel
  /** Memory of the kernel, cleared before each case. */
  readonly memory: BenchMemory
  readonly machine: Machine
  readonly peers: Peers
}

/** Cases that one table shows. */
export type Suite = {
  readonly name: string
  /** What is counted and, where it needs saying, what the columns are. */
  readonly title: string
  readonly cases: readonly { readonly name: string; build(context: BenchContext): Promise<BenchCase> }[]
  /** Further columns of a case. */
  derived?(result: CaseResult): Readonly<Record<string, number>>
  /** Ratios that the kernel is to reach in a case, of those that were measured. */
  goals(result: CaseResult): readonly Goal[]
}
