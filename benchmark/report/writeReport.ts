import { mkdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { BenchResults } from '../results.ts'
import { resultsCsv } from './csv.ts'
import { figures } from './figures.ts'
import { reportMarkdown } from './markdown.ts'
import { reportPage } from './page.ts'

/** `results.json`. */
function resultsJson(results: BenchResults): string {
  return `${JSON.stringify(results, undefined, 2)}\n`
}

/**
 * Writes `report.html`, `report.md`, `results.json`, `results.csv` and a chart a file, `gas-mlp.svg` and so on, into a
 * directory, which is made where it is not there. Each file takes its place whole.
 *
 * @returns paths of the files
 * @throws what the file system throws
 */
export async function writeReport(results: BenchResults, directory: string): Promise<string[]> {
  const [charts, paper] = await Promise.all([figures(results, 'screen'), figures(results, 'paper')])
  const files: readonly (readonly [name: string, content: string])[] = [
    ['report.html', reportPage(results, charts)],
    ['report.md', reportMarkdown(results)],
    ['results.json', resultsJson(results)],
    ['results.csv', resultsCsv(results)],
    ...paper.map(({ name, svg }) => [`${name}.svg`, svg] as const),
  ]
  await mkdir(directory, { recursive: true })
  return Promise.all(
    files.map(async ([name, content]) => {
      const path = join(directory, name)
      await writeFile(`${path}.partial`, content)
      await rename(`${path}.partial`, path)
      return path
    }),
  )
}
