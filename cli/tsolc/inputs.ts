import { readFileSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { ReadImport } from '../../compiler-ext/index.ts'
import { systemReason, UsageError } from '../errors.ts'
import { createImportReader } from '../importReader.ts'
import type { Configuration } from './configuration.ts'
import { normalizePath, resolveLinks, sourceUnitName } from './paths.ts'

/** Name of the standard input among the sources. */
export const STDIN_NAME = '<stdin>'

/** What the command line names. */
export type Inputs = {
  /** Text of each source, by its name in the compilation. */
  readonly sources: ReadonlyMap<string, string>
  readonly readImport: ReadImport
  /** Directory of each file, from which imports may be read. */
  readonly directories: readonly string[]
}

function checkBasePath({ basePath }: Configuration, cwd: string): void {
  if (basePath === '') return
  const path = normalizePath(basePath, cwd)
  const stats = statSync(path, { throwIfNoEntry: false })
  if (stats === undefined) throw new UsageError(`Base path does not exist: "${path}"`)
  if (!stats.isDirectory()) throw new UsageError(`Base path is not a directory: "${path}"`)
}

function checkCollisions(configuration: Configuration, cwd: string): void {
  const filesOf = new Map<string, Set<string>>()
  for (const file of configuration.files) {
    const name = sourceUnitName(file, { ...configuration, cwd })
    filesOf.set(name, (filesOf.get(name) ?? new Set()).add(normalizePath(file, cwd)))
  }
  const collisions = [...filesOf].filter(([, files]) => files.size > 1)
  if (collisions.length === 0) return
  const lines = collisions.map(
    ([name, files]) => `${name} matches: ${[...files].map((file) => `"${file}"`).join(', ')}\n`,
  )
  throw new UsageError(
    'Source unit name collision detected. The specified values of base path and/or include paths would result in ' +
      `multiple input files being assigned the same source unit name:\n${lines.join('')}`,
  )
}

/** Text of a file; undefined where there is none and it may be left out. */
function readInputFile(file: string, configuration: Configuration, cwd: string, skip: (why: string) => void) {
  const path = resolve(cwd, file)
  // Ends in a message rather than an exception where a parent is a file.
  const stats = file === '' ? undefined : statOrNothing(path)
  const problem = stats === undefined ? 'is not found' : stats.isFile() ? undefined : 'is not a valid file'
  if (problem === undefined)
    try {
      return readFileSync(path, 'utf8')
    } catch (error) {
      throw new UsageError(`"${file}": ${systemReason(error)}`)
    }
  if (!configuration.args.options.has('ignore-missing')) throw new UsageError(`"${file}" ${problem}.`)
  skip(`"${file}" ${problem}. Skipping.`)
  return undefined
}

function statOrNothing(path: string) {
  try {
    return statSync(path)
  } catch {
    return undefined
  }
}

/**
 * Reads the sources of a command line.
 *
 * @param skip - is told of each file that is left out
 * @throws {UsageError} in the words that solc uses
 */
export async function readInputs(
  configuration: Configuration,
  cwd: string,
  readInput: () => Promise<string>,
  skip: (why: string) => void,
): Promise<Inputs> {
  checkBasePath(configuration, cwd)
  checkCollisions(configuration, cwd)
  const sources = new Map<string, string>()
  const directories: string[] = []
  for (const file of configuration.files) {
    const text = readInputFile(file, configuration, cwd, skip)
    if (text === undefined) continue
    sources.set(sourceUnitName(file, { ...configuration, cwd }), text)
    if (configuration.mode !== 'standard JSON') directories.push(dirname(resolveLinks(resolve(cwd, file))))
  }
  if (configuration.readsInput) sources.set(STDIN_NAME, await readInput())
  if (sources.size === 0)
    throw new UsageError('All specified input files either do not exist or are not regular files.')
  const readImport: ReadImport = configuration.args.options.has('no-import-callback')
    ? () => ({ error: 'No import callback.' })
    : createImportReader({ ...configuration, cwd, allowPaths: [...configuration.allowPaths, ...directories] })
  return { sources, readImport, directories }
}
