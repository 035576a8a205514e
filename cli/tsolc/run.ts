import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { solcLicense } from '../../compiler-ext/soljson.ts'
import { compileText } from '../../compiler-ext/standardJsonText.ts'
import { describeError, UsageError } from '../errors.ts'
import { assembleJson, assembleYul } from './assemble.ts'
import { compileFiles } from './compileFiles.ts'
import { type Compiler, createCompiler } from './compiler.ts'
import { type Configuration, colorChoice, isInformation, parseConfiguration } from './configuration.ts'
import { type Console, createConsole } from './console.ts'
import { helpText } from './help.ts'
import type { Host } from './host.ts'
import { type Inputs, readInputs, STDIN_NAME } from './inputs.ts'
import { printJson } from './json.ts'
import { linkText } from './link.ts'

/** Options that solc has in its experimental mode only, which it has since 0.8.35. */
const experimentalOptions = ['import-ast', 'import-asm-json', 'ir-ast-json', 'ir-optimized-ast-json', 'yul-cfg-json']

function checkExperimental({ args: { options } }: Configuration, { version }: Compiler): void {
  const patch = Number(/^0\.8\.(\d+)/.exec(version)?.[1] ?? Number.POSITIVE_INFINITY)
  const given = experimentalOptions.filter((name) => options.has(name))
  if (options.has('experimental') || given.length === 0 || patch < 35) return
  throw new UsageError(
    `The following options are only available in experimental mode: ${given.map((name) => `--${name}`).join(', ')}. ` +
      'To enable experimental mode, use the --experimental flag.',
  )
}

function licenseText(): string {
  return `tsolc is part of tensor-evm and licensed under the Apache License 2.0.\nIt runs solc, of which this is the licence:\n\n${solcLicense()}\n`
}

function inform(mode: Configuration['mode'], compiler: () => Compiler, console: Console): void {
  if (mode === 'help') console.output(helpText())
  else if (mode === 'license') console.output(licenseText())
  else console.output(`solc, the solidity compiler commandline interface\nVersion: ${compiler().version}\n`)
}

function link({ libraries }: Configuration, { sources }: Inputs, console: Console, cwd: string): void {
  const linked = [...sources].map(([name, text]) => ({ name, ...linkText(text, name, libraries) }))
  for (const { name, unresolved } of linked)
    for (const place of unresolved)
      console.message('warning', `Reference "${place}" in file "${name}" still unresolved.`)
  for (const { name, text } of linked) {
    if (name === STDIN_NAME) {
      console.output(`${text}\n`)
      continue
    }
    try {
      writeFileSync(resolve(cwd, name), text)
    } catch {
      throw new UsageError(`Could not write to file ${name}. Aborting.`)
    }
  }
  console.output('Linking completed.\n')
}

/** Does what a command line that makes sense asks for. @returns whether there was no error */
async function execute(configuration: Configuration, host: Host, console: Console): Promise<boolean> {
  const { mode, indent } = configuration
  const { cwd } = host
  if (isInformation(mode)) {
    inform(mode, () => createCompiler(configuration, host), console)
    return true
  }
  const inputs = await readInputs(configuration, cwd, host.readInput, (why) => console.message('info', why))
  if (mode === 'linker') {
    link(configuration, inputs, console, cwd)
    return true
  }
  const compiler = createCompiler(configuration, host)
  checkExperimental(configuration, compiler)
  if (mode === 'standard JSON') {
    const [text = ''] = inputs.sources.values()
    const output = compileText(text, (input) => compiler.compile(input, inputs.readImport))
    console.output(`${printJson(output, indent)}\n`)
    return true
  }
  if (mode === 'assembler') return assembleYul(configuration, inputs, compiler, console)
  if (mode === 'EVM assembler (JSON format)') return assembleJson(configuration, inputs, compiler, console)
  return compileFiles(configuration, inputs, compiler, console, cwd)
}

/**
 * Runs the command.
 *
 * Mistakes of the user end in a message on the error output, never in an exception.
 *
 * @param words - command line after the name of the program
 * @returns exit code: 0, or 1 when there was an error
 */
export async function runTsolc(words: readonly string[], host: Host): Promise<number> {
  if (words.length === 0 && host.isInteractive) {
    host.writeOutput(helpText())
    return 1
  }
  const choice = colorChoice(words)
  // As in solc: a command line that can't be read is answered without colours unless it asks for them.
  let console = createConsole(host, { colored: choice ?? false, withErrorCodes: false })
  try {
    const configuration = parseConfiguration(words, host.cwd)
    const withErrorCodes = configuration.args.options.has('error-codes')
    console = createConsole(host, { colored: choice ?? host.showsColors, withErrorCodes })
    return (await execute(configuration, host, console)) ? 0 : 1
  } catch (error) {
    console.message('error', error instanceof UsageError ? error.message : describeError(error))
    return 1
  }
}
