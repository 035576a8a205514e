import { type Command, InvalidArgumentError, Option } from 'commander'
import { inferencePaths } from '../../inference/paths.ts'
import { kernelNames } from '../../kernel/kernelNames.ts'
import { parseCount, parsePath, parseWorkers } from '../arguments.ts'
import { roundingOption } from '../choices.ts'

type Run = typeof import('../actions/run.ts').run

/** A file whose name says in which form gas goes into it. @throws {InvalidArgumentError} */
function parseGasProfile(text: string): string {
  if (!/.\.(speedscope\.json|json|folded)$/.test(text))
    throw new InvalidArgumentError('expected a name that ends with .speedscope.json, .json or .folded')
  return text
}

/** `tensor-evm run`. What it does is loaded when it is asked for. */
export function addRunCommand(program: Command): void {
  program
    .command('run')
    .description('run a model on rows of input, one transaction a row on an in-process chain')
    .argument('<model>', 'a .tflite file or a model file that "import" wrote')
    .requiredOption('--input <file>', 'raw little-endian rows of the inputs (int8: one byte an element)', parsePath)
    .option('--output <file>', 'where the raw rows of the outputs go', parsePath)
    .addOption(roundingOption())
    .addOption(
      new Option('--path <path>', 'contract with instructions, precompile, or plain reference without a chain')
        .choices(inferencePaths)
        .default('instructions'),
    )
    .option('--limit <n>', 'run only the first n rows', parseCount)
    .option(
      '--workers <n>',
      'threads that share the rows, with the same results (default: as many as there are cores where that saves time)',
      parseWorkers,
    )
    .option(
      '--genesis <file>',
      'chain configuration; runs from the first block with the fork (default: a development chain)',
      parsePath,
    )
    .addOption(
      new Option('--kernel <kernel>', 'what computes tensors: WebAssembly, or the far slower plain reference')
        .choices(kernelNames)
        .default('wasm'),
    )
    .option('--profile', 'tell what each instruction took, once warm; runs in one thread')
    .option('--gas-report', "tell what the first row's transaction paid for; runs in one thread")
    .option(
      '--gas-profile <file>',
      'where that goes for tools: by its end .speedscope.json, .json (the whole report) or .folded (stacks)',
      parseGasProfile,
    )
    .option('--json', 'print one JSON object')
    .action(async (...args: Parameters<Run>) => (await import('../actions/run.ts')).run(...args))
}
