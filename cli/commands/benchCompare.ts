import { type Command, InvalidArgumentError, Option } from 'commander'
import { parsePath } from '../arguments.ts'

type Compare = typeof import('../actions/benchCompare.ts').compareBenches

/** A percentage as a part of one: `5%` is 0.05. @throws {InvalidArgumentError} */
function parsePercentage(text: string): number {
  const [, digits] = /^(\d+(?:\.\d+)?)\s*%?$/.exec(text) ?? []
  if (digits === undefined) throw new InvalidArgumentError('expected a percentage, for instance 5%')
  return Number(digits) / 100
}

/** `tensor-evm bench compare`, of the command `bench`. */
export function addBenchCompareCommand(bench: Command): void {
  bench
    .command('compare')
    .description('say what changed between two runs of bench, and end with exit code 1 where something got worse')
    .argument('<before>', 'results.json of the first run', parsePath)
    .argument('<after>', 'results.json of the second run', parsePath)
    .addOption(
      new Option('--threshold <percent>', 'changes of times that are within this do not count')
        .argParser(parsePercentage)
        .default(0.05, '5%'),
    )
    .option('--json', 'print one JSON object')
    // `bench` has an option of the same name, which commander would take for its own.
    .action(async (before: string, after: string, options: Parameters<Compare>[2], command: Command) =>
      (await import('../actions/benchCompare.ts')).compareBenches(before, after, {
        ...options,
        ...(command.parent?.opts().json && { json: true }),
      }),
    )
}
