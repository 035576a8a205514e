import type { Command } from 'commander'
import { parseCount, parsePath } from '../arguments.ts'

type Init = typeof import('../actions/init.ts').init

/** `tensor-evm init`. What it does is loaded when it is asked for. */
export function addInitCommand(program: Command): void {
  program
    .command('init')
    .description('write a chain configuration to start from, with comments; "genesis" checks and prints it')
    .option('--genesis <file>', 'where it goes; an existing file is left alone', parsePath, 'genesis.json')
    .option('--chain-id <n>', 'of the chain', parseCount, 816363)
    .action(async (...args: Parameters<Init>) => (await import('../actions/init.ts')).init(...args))
}
