import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { noCounts, type Report } from './job.ts'

/** A case by the names of its parts. */
export type CaseName = { readonly unit: string; readonly version: string; readonly setting: string }

export type CaseReport = CaseName & Report & { readonly seconds: number }

const workerPath = fileURLToPath(new URL('worker.ts', import.meta.url))

/**
 * Runs cases in several processes, each with compilers of its own, in order.
 *
 * A case whose process ends has that as its difference; the others go on in a new one.
 *
 * @param onReport - called after each case
 */
export async function runCases(
  cases: readonly CaseName[],
  processes: number,
  onReport: (report: CaseReport) => void,
): Promise<void> {
  let next = 0
  const runQueue = (): Promise<void> =>
    new Promise((resolve) => {
      const child = fork(workerPath)
      let current: CaseName | undefined
      const start = () => {
        current = cases[next++]
        if (current === undefined) child.disconnect()
        else child.send(current)
      }
      child.on('message', (report: CaseReport) => {
        onReport(report)
        start()
      })
      child.on('exit', (code, signal) => {
        if (current === undefined) return resolve()
        onReport({ ...current, counts: noCounts, differences: [`its process ended: ${code ?? signal}`], seconds: 0 })
        resolve(runQueue())
      })
      start()
    })
  await Promise.all(Array.from({ length: Math.min(processes, cases.length) }, runQueue))
}
