import { type Command, Option } from 'commander'
import { parsePath } from '../arguments.ts'
import { roundingOption } from '../choices.ts'

type Import = typeof import('../actions/import.ts').importModel

/** `tensor-evm import`. What it does is loaded when it is asked for. */
export function addImportCommand(program: Command): void {
  program
    .command('import')
    .description('turn a TFLite file into a model file, a Solidity contract, its ABI, bytecode and a summary')
    .argument('<model>', 'a .tflite file, or a model file')
    .requiredOption('--out <directory>', 'where the files go', parsePath)
    .addOption(roundingOption())
    .addOption(
      new Option('--weights <place>', 'in code when they fit one account, or in the registry')
        .choices(['auto', 'code', 'model'])
        .default('auto'),
    )
    .option('--name <name>', "the contract's name (default: from the file name)")
    .option('--json', 'print the summary as one JSON object')
    .action(async (...args: Parameters<Import>) => (await import('../actions/import.ts')).importModel(...args))
}
