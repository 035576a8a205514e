import type { BenchResults, ModelResult } from '../results.ts'
import { toldModels } from './curves.ts'
import { commandLine } from './facts.ts'
import { pathName } from './looks.ts'
import { summarySentence } from './summary.ts'
import { bytes, counted, equality, figure, whole } from './words.ts'

/** Text that can stand in a cell of a Markdown table. */
function cell(text: string): string {
  return text.replace(/[\\|<>*_`[\]]/g, '\\$&').replace(/\s*[\r\n]+\s*/g, ' ')
}

/** A model on all paths. */
function modelTable({ name, macs, weightBytes, paths }: ModelResult): string {
  const withAccuracy = paths.some(({ accuracy }) => accuracy !== undefined)
  const heads = ['path', 'equal', ...(withAccuracy ? ['right'] : []), 'gas', 'gas per MAC', 'ms', 'ns per MAC']
  const lines = paths
    .filter(({ refused }) => refused === undefined)
    .map((result) => [
      pathName(result.path),
      equality(result),
      ...(withAccuracy ? [result.accuracy === undefined ? '' : `${figure(100 * result.accuracy)} %`] : []),
      whole(result.inferenceGas),
      figure(result.gasPerMac),
      figure(result.times?.median),
      figure(result.nanosecondsPerMac),
    ])
  const refused = paths.flatMap(({ path, refused: reason }) =>
    reason === undefined ? [] : [`${pathName(path)} did not run: ${cell(reason)}.`],
  )
  return [
    `${cell(name)}, ${whole(macs)} MACs, weights of ${bytes(weightBytes)}:`,
    '',
    `| ${heads.join(' | ')} |`,
    `| --- |${heads
      .slice(1)
      .map(() => ' ---: |')
      .join('')}`,
    ...lines.map((line) => `| ${line.map(cell).join(' | ')} |`),
    ...(refused.length > 0 ? ['', ...refused] : []),
  ].join('\n')
}

/**
 * `report.md`, for a README: the summary, and a table of each model that came as a file on all paths, or where none did of
 * the largest of each family.
 */
export function reportMarkdown(results: BenchResults): string {
  const { machine, command, date, models } = results
  const { processor, cores, node, commit } = machine
  const at = commit === undefined ? '' : `, commit ${commit}`
  return `${[
    summarySentence(results),
    ...toldModels(results.models, models.some(({ source }) => source.kind === 'file') ? 0 : 1).map(modelTable),
    `\`${commandLine(command)}\` on ${processor}, ${counted(cores, 'core')}, Node ${node.replace(/^v/, '')}, ${date.slice(0, 10)}${at}.`,
  ].join('\n\n')}\n`
}
