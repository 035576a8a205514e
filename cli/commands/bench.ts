import { type Command, InvalidArgumentError, Option } from 'commander'
import { type BenchPath, benchPaths } from '../../benchmark/results.ts'
import { parseCount, parsePath } from '../arguments.ts'
import { roundingOption } from '../choices.ts'
import { addBenchCompareCommand } from './benchCompare.ts'

type Bench = typeof import('../actions/bench.ts').bench

/** Names of paths between commas. @throws {InvalidArgumentError} naming the first that is none */
function parsePaths(text: string): BenchPath[] {
  const names = text.split(',').map((name) => name.trim())
  for (const name of names)
    if (!benchPaths.some((path) => path === name))
      throw new InvalidArgumentError(`${JSON.stringify(name)} is no path; there are ${benchPaths.join(', ')}`)
  return benchPaths.filter((path) => names.includes(path))
}

/** A price in Gwei. @throws {InvalidArgumentError} */
function parseGwei(text: string): number {
  const price = Number(text)
  if (!/^\d+(\.\d+)?$/.test(text) || !(price > 0)) throw new InvalidArgumentError('expected a positive number')
  return price
}

/** `tensor-evm bench`. What it does is loaded when it is asked for. */
export function addBenchCommand(program: Command): void {
  const command = program
    .command('bench')
    .description('measure models on every way of running them: gas, time, memory, agreement; and write a report')
    .argument('[models...]', 'model files (default: the digits example and a sweep of MLPs and CNNs by size)')
    .option('--input <file>', 'raw little-endian rows of the inputs (default: random rows)', parsePath)
    .option(
      '--labels <file>',
      'class of each row of --input: a byte each, or numbers in a file that ends with .txt or .csv',
      parsePath,
    )
    .addOption(new Option('--paths <paths>', `some of ${benchPaths.join(',')}`).argParser(parsePaths))
    .addOption(roundingOption())
    .option('--out <dir>', 'directory of the report', parsePath, 'bench-results')
    .option('--full', 'sweep up to 1e8 multiply-accumulates and measure for longer')
    .option('--anvil', 'run ordinary Solidity in anvil as well')
    .addOption(new Option('--gas-price <gwei>', 'state costs at this price of gas').argParser(parseGwei))
    .option('--genesis <file>', 'chain configuration (default: a development chain)', parsePath)
    .option('--samples <n>', 'rows to run of each model; all of them run on every path', parseCount)
    .option(
      '--peers <dir>',
      'directory from which packages of others are found (default: bench/peers where it is installed, or the working directory)',
      parsePath,
    )
    .option('--json', 'print the results as one JSON object')
    .action(async (...args: Parameters<Bench>) => (await import('../actions/bench.ts')).bench(...args))
  addBenchCompareCommand(command)
}
