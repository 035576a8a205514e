import type { Command } from 'commander'
import { roundingOption } from '../choices.ts'
import { addNodeOptions, addSenderOptions } from './senderOptions.ts'

type Publish = typeof import('../actions/publish.ts').publish

/** `tensor-evm publish`. What it does is loaded when it is asked for. */
export function addPublishCommand(program: Command): void {
  const command = program
    .command('publish')
    .description('give a node the bytes of a model, and register it so that contracts may load it')
    .argument('<model>', 'a .tflite file, or a model file')
  addSenderOptions(addNodeOptions(command))
    .addOption(roundingOption())
    .option('--no-register', 'give the bytes alone, to a node of a chain where the model is registered already')
    .option('--json', 'print one JSON object')
    .action(async (...args: Parameters<Publish>) => (await import('../actions/publish.ts')).publish(...args))
}
