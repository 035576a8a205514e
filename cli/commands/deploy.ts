import type { Command } from 'commander'
import { roundingOption } from '../choices.ts'
import { addNodeOptions, addSenderOptions } from './senderOptions.ts'

type Deploy = typeof import('../actions/deploy.ts').deploy

/** `tensor-evm deploy`. What it does is loaded when it is asked for. */
export function addDeployCommand(program: Command): void {
  const command = program
    .command('deploy')
    .description("create a model's generated contract on a chain, with its weights before it where they are code")
    .argument('<model>', 'a .tflite file, or a model file')
  addSenderOptions(addNodeOptions(command))
    .addOption(roundingOption())
    .option('--json', 'print one JSON object')
    .action(async (...args: Parameters<Deploy>) => (await import('../actions/deploy.ts')).deploy(...args))
}
