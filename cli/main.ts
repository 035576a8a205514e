#!/usr/bin/env node
import { readFileSync } from 'node:fs'
import { Command, CommanderError } from 'commander'
import { packageRoot, packageVersion } from '../compiler-ext/package.ts'
import { addDisasmCommand } from './commands/disasm.ts'
import { addGenesisCommand } from './commands/genesis.ts'
import { addImportCommand } from './commands/import.ts'
import { addRunCommand } from './commands/run.ts'
import { describeError } from './errors.ts'

const { description } = JSON.parse(readFileSync(`${packageRoot}/package.json`, 'utf8'))

const program = new Command('tensor-evm')
  .description(description)
  .version(packageVersion)
  .showHelpAfterError(false)
  .showSuggestionAfterError()
  .exitOverride()
for (const add of [addRunCommand, addImportCommand, addDisasmCommand, addGenesisCommand]) add(program)
for (const command of program.commands) command.exitOverride().showHelpAfterError(false)

try {
  await program.parseAsync()
} catch (error) {
  // Commander has printed its own message.
  if (error instanceof CommanderError) process.exitCode = error.exitCode
  else {
    console.error(`tensor-evm: ${describeError(error)}`)
    process.exitCode = 1
  }
}
