import type { Command } from 'commander'
import { parsePath } from '../arguments.ts'

type Import = typeof import('../actions/importBlocks.ts').importBlocks

/** `tensor-evm import-blocks`. What it does is loaded when it is asked for. */
export function addImportBlocksCommand(program: Command): void {
  program
    .command('import-blocks')
    .description('run the blocks of a file and check them, on the chain in a directory that no node has open')
    .argument('<file>', 'blocks one after another in RLP, as "export" writes them')
    .requiredOption('--datadir <directory>', 'where the chain is, or begins', parsePath)
    .option('--genesis <file>', "the chain's configuration (default: the development chain's)", parsePath)
    .option('--model <files...>', 'models that the blocks load')
    .option('--json', 'print one JSON object')
    .action(async (...args: Parameters<Import>) => (await import('../actions/importBlocks.ts')).importBlocks(...args))
}
