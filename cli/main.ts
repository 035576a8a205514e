#!/usr/bin/env node
import { readFileSync } from 'node:fs'
import { Command } from 'commander'
import { packageRoot, packageVersion } from '../compiler-ext/package.ts'
import { runBin, throwingErrors } from './bin.ts'
import { addBenchCommand } from './commands/bench.ts'
import { addCallCommand } from './commands/call.ts'
import { addDeployCommand } from './commands/deploy.ts'
import { addDisasmCommand } from './commands/disasm.ts'
import { addExportCommand } from './commands/exportBlocks.ts'
import { addGasCommand } from './commands/gas.ts'
import { addGenesisCommand } from './commands/genesis.ts'
import { addImportCommand } from './commands/import.ts'
import { addImportBlocksCommand } from './commands/importBlocks.ts'
import { addInitCommand } from './commands/init.ts'
import { addNodeCommand } from './commands/node.ts'
import { addPublishCommand } from './commands/publish.ts'
import { addQuantizeCommand } from './commands/quantize.ts'
import { addRunCommand } from './commands/run.ts'

const { description } = JSON.parse(readFileSync(`${packageRoot}/package.json`, 'utf8'))

const program = throwingErrors(new Command('tensor-evm').description(description).version(packageVersion))
const commands = [
  ...[addRunCommand, addImportCommand, addQuantizeCommand, addDisasmCommand, addGasCommand, addBenchCommand],
  ...[addGenesisCommand, addInitCommand, addNodeCommand],
  ...[addPublishCommand, addDeployCommand, addCallCommand, addExportCommand, addImportBlocksCommand],
]
for (const add of commands) add(program)
await runBin('tensor-evm', () => program.parseAsync())
