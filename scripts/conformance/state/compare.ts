import type { Kernel } from '../../../kernel/index.ts'
import type { StateCase } from './fixture.ts'
import { type ForkName, isFork } from './forks.ts'
import { type CaseResult, executesExtension, runStock, runTensor } from './runCase.ts'

/** How a case came out. */
type Verdict =
  /** A fork that can't be run. */
  | { readonly kind: 'skipped'; readonly fork: string }
  /** Both EVMs give the same. */
  | { readonly kind: 'same'; readonly asExpected: boolean; readonly detail: string }
  /** They differ. */
  | { readonly kind: 'different'; readonly executesExtension: boolean; readonly detail: string }
  /** One of them could not be run. */
  | { readonly kind: 'crashed'; readonly detail: string }

/** What a case is called, and how it came out. */
export type Outcome = { readonly name: string; readonly verdict: Verdict }

function shown({ root, logs, gas, error }: CaseResult): string {
  return `root ${root.slice(0, 10)} logs ${logs.slice(0, 10)} gas ${gas}${error === '' ? '' : ` error "${error}"`}`
}

/** Whether a result is what the file says. */
function isAsExpected({ root, logs, exception }: StateCase, result: CaseResult): boolean {
  return result.root === root && result.logs === logs && result.isRefused === (exception !== undefined)
}

async function compare(stateCase: StateCase, fork: ForkName, kernel: Kernel): Promise<Verdict> {
  const stock = await runStock(stateCase, fork)
  const tensor = await runTensor(stateCase, fork, kernel)
  const isSame = (Object.keys(stock) as (keyof CaseResult)[]).every((key) => stock[key] === tensor[key])
  if (isSame) {
    const { root, logs, exception = 'none' } = stateCase
    const expected = `root ${root.slice(0, 10)} logs ${logs.slice(0, 10)} exception ${exception}`
    return {
      ...{ kind: 'same', asExpected: isAsExpected(stateCase, stock) },
      detail: `expected ${expected}, found ${shown(stock)}`,
    }
  }
  return {
    ...{ kind: 'different', executesExtension: await executesExtension(stateCase, fork) },
    detail: `stock ${shown(stock)}, tensor ${shown(tensor)}`,
  }
}

/** Runs a case on both EVMs and compares what they give, with each other and with the file. */
export async function judge(stateCase: StateCase, kernel: Kernel): Promise<Outcome> {
  const { name, fork } = stateCase
  if (!isFork(fork)) return { name, verdict: { kind: 'skipped', fork } }
  try {
    return { name, verdict: await compare(stateCase, fork, kernel) }
  } catch (error) {
    const detail = error instanceof Error ? (error.stack ?? error.message) : String(error)
    return { name, verdict: { kind: 'crashed', detail } }
  }
}
