#!/usr/bin/env node
import { readFileSync } from 'node:fs'
import { Command } from 'commander'
import {
  compile,
  compilerVersion,
  packageImports,
  type StandardJsonInput,
  type StandardJsonOutput,
} from '../compiler-ext/index.ts'
import { runBin, throwingErrors } from './bin.ts'
import { describeError, UsageError } from './errors.ts'
import { readUserFile } from './files.ts'
import { createImportReader } from './importReader.ts'

type Options = {
  readonly version?: boolean
  readonly standardJson?: boolean
  readonly basePath: string
  readonly includePath: readonly string[]
  readonly allowPaths: string
}

const repeated = (value: string, before: readonly string[]) => [...before, value]

function createCommand(): Command {
  return throwingErrors(new Command('tsolc'))
    .description('Solidity compiler with tensor instructions. Takes and gives the standard JSON of solc.')
    .argument('[file]', 'standard JSON input; standard input when left out')
    .option('--version', 'show the version and exit')
    .option('--standard-json', 'compile standard JSON and write standard JSON')
    .option('--base-path <path>', 'root of the source tree; the working directory when empty', '')
    .option('--include-path <path>', 'make a directory available to imports; may be repeated', repeated, [])
    .option('--allow-paths <paths>', 'directories that imports may be read from, separated by commas', '')
    .helpOption('--help', 'show this help and exit')
    .allowExcessArguments(false)
}

/** Parses standard JSON, after a byte order mark too, as solc does; input that is none gives the output that solc gives. */
function parseInput(text: string): { input: StandardJsonInput } | { output: StandardJsonOutput } {
  try {
    const input: unknown = JSON.parse(text.replace(/^\ufeff/, ''))
    if (typeof input === 'object' && input !== null && !Array.isArray(input))
      return { input: input as StandardJsonInput }
    return { output: jsonError('Input is not a JSON object.') }
  } catch (error) {
    return { output: jsonError(describeError(error)) }
  }
}

function jsonError(message: string): StandardJsonOutput {
  return {
    errors: [{ component: 'general', severity: 'error', type: 'JSONError', message, formattedMessage: message }],
  }
}

function compileStandardJson(file: string | undefined, options: Options): void {
  if (options.includePath.length > 0 && options.basePath === '')
    throw new UsageError('--include-path option requires a non-empty base path.')
  const text = file === undefined ? readFileSync(0) : readUserFile(file, 'input')
  const reader = createImportReader({
    basePath: options.basePath,
    includePaths: options.includePath,
    allowPaths: options.allowPaths.split(',').filter((path) => path !== ''),
  })
  const parsed = parseInput(Buffer.from(text).toString('utf8'))
  const output = 'input' in parsed ? compile(parsed.input, { readImport: packageImports(reader) }) : parsed.output
  process.stdout.write(`${JSON.stringify(output)}\n`)
}

function main(argv: readonly string[]): void {
  const command = createCommand().parse(argv)
  const options = command.opts<Options>()
  if (options.version) console.log(`solc, the solidity compiler commandline interface\nVersion: ${compilerVersion()}`)
  else if (options.standardJson) compileStandardJson(command.args[0], options)
  else throw new UsageError('nothing to do: give --standard-json, --version or --help')
}

await runBin('tsolc', () => main(process.argv))
