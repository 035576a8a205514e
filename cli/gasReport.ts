import { type GasReport, gasReportFolded, gasReportSpeedscope, gasReportTable } from '../evm-ext/index.ts'

/**
 * A gas report in the form that the end of a file's name asks for: `.speedscope.json`, `.folded`, or the whole report as
 * `.json`.
 *
 * @param name - of the model, which speedscope shows
 */
export function gasProfile(report: GasReport, file: string, name: string): string {
  if (file.endsWith('.folded')) return gasReportFolded(report)
  if (file.endsWith('.speedscope.json'))
    return `${JSON.stringify(gasReportSpeedscope(report, `${name}: ${report.gasUsed} gas`))}\n`
  return `${JSON.stringify(report, undefined, 2)}\n`
}

/** Prints a gas report as a table. */
export function printGasReport(report: GasReport): void {
  process.stdout.write(`\n${gasReportTable(report)}`)
}
