#!/usr/bin/env node
import { readFileSync } from 'node:fs'
import { Command } from 'commander'
import { packageRoot, packageVersion } from '../compiler-ext/package.ts'
import { runBin, throwingErrors } from './bin.ts'
import { addDisasmCommand } from './commands/disasm.ts'
import { addGasCommand } from './commands/gas.ts'
import { addGenesisCommand } from './commands/genesis.ts'
import { addImportCommand } from './commands/import.ts'
import { addRunCommand } from './commands/run.ts'

const { description } = JSON.parse(readFileSync(`${packageRoot}/package.json`, 'utf8'))

const program = throwingErrors(new Command('tensor-evm').description(description).version(packageVersion))
for (const add of [addRunCommand, addImportCommand, addDisasmCommand, addGasCommand, addGenesisCommand]) add(program)
await runBin('tensor-evm', () => program.parseAsync())
