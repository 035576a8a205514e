import type { Command } from 'commander'
import { parseCount, parsePath } from '../arguments.ts'
import { addNodeOptions, addSenderOptions } from './senderOptions.ts'

type Call = typeof import('../actions/call.ts').callContract

/** `tensor-evm call`. What it does is loaded when it is asked for. */
export function addCallCommand(program: Command): void {
  const command = program
    .command('call')
    .description("ask a model's contract on a chain about rows of input")
    .argument('<address>', 'of the contract that "deploy" printed')
    .requiredOption('--model <model>', 'the .tflite file or model file that it was made of', parsePath)
    .requiredOption('--input <file>', 'raw little-endian rows of the inputs (int8: one byte an element)', parsePath)
  addSenderOptions(addNodeOptions(command))
    .option('--send', 'send a transaction for each row as well')
    .option('--output <file>', 'where the raw rows of the outputs go', parsePath)
    .option('--limit <n>', 'ask about the first n rows only', parseCount)
    .option('--json', 'print one JSON object')
    .action(async (...args: Parameters<Call>) => (await import('../actions/call.ts')).callContract(...args))
}
