import type { Command } from 'commander'

type Show = typeof import('../actions/genesis.ts').showGenesis

/** `tensor-evm genesis`. What it does is loaded when it is asked for. */
export function addGenesisCommand(program: Command): void {
  program
    .command('genesis')
    .description('check a chain configuration and print its forks, addresses and tensor parameters')
    .argument('<file>', 'a geth-style genesis file with tensorTime or tensorBlock, and a "tensor" section')
    .option('--json', 'print one JSON object')
    .action(async (...args: Parameters<Show>) => (await import('../actions/genesis.ts')).showGenesis(...args))
}
