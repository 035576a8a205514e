import { type Command, InvalidArgumentError, Option } from 'commander'
import { parseCount, parsePath } from '../arguments.ts'

type Calibrate = typeof import('../actions/gasCalibrate.ts').calibrateGas
type Validate = typeof import('../actions/gasValidate.ts').validateGas
type Blocks = typeof import('../actions/gasBlocks.ts').showWorstBlocks
type Table = typeof import('../actions/gasTable.ts').showGasTable

/** A timestamp in seconds. @throws {InvalidArgumentError} */
function parseTimestamp(text: string): number {
  const timestamp = Number(text)
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(timestamp))
    throw new InvalidArgumentError('expected a nonnegative integer')
  return timestamp
}

/** `tensor-evm gas table`. */
function addTableCommand(gas: Command): void {
  gas
    .command('table')
    .description('print the prices of tensor instructions, what they buy, and what well-known shapes cost')
    .option('--genesis <file>', 'chain configuration, whose forks are shown (default: the default schedule)', parsePath)
    .option('--fork <name>', 'show only this fork of the chain')
    .addOption(
      new Option('--timestamp <seconds>', 'show only the fork that is active then')
        .argParser(parseTimestamp)
        .conflicts('fork'),
    )
    .option('--json', 'print one JSON object')
    .addOption(
      new Option('--solidity', 'print a Solidity library with the prices, for TensorGas.sol').conflicts('json'),
    )
    .action(async (...args: Parameters<Table>) => (await import('../actions/gasTable.ts')).showGasTable(...args))
}

/** Options that say how much is measured. */
function measured(command: Command, shapes: number, rounds: number, seed: number): Command {
  return command
    .option('--shapes <n>', 'shapes of each class of instructions', parseCount, shapes)
    .option('--rounds <n>', 'samples of each shape, of which the least counts', parseCount, rounds)
    .option('--seed <n>', 'of the shapes that are drawn', parseCount, seed)
}

/** `tensor-evm gas calibrate`. */
function addCalibrateCommand(gas: Command): void {
  const command = gas
    .command('calibrate')
    .description('measure the instructions on this machine and fit prices; needs a quiet machine, goes on after a stop')
    .option('--out <file>', 'where the schedule goes, with its evidence', parsePath, 'schedule.json')
  measured(command, 240, 9, 1).action(async (...args: Parameters<Calibrate>) =>
    (await import('../actions/gasCalibrate.ts')).calibrateGas(...args),
  )
}

/** `tensor-evm gas validate`. */
function addValidateCommand(gas: Command): void {
  const command = gas
    .command('validate')
    .description(
      'hold prices against time on this machine: on shapes not seen before, and on the worst that a search finds',
    )
    .option('--schedule <file>', 'prices that "gas calibrate" wrote (default: the built-in schedule)', parsePath)
    .option('--steps <n>', 'shapes that the search tries in each direction, a class', parseCount, 150)
    .option('--plots <directory>', 'where charts go, as SVG', parsePath)
    .option('--json', 'print one JSON object')
  measured(command, 160, 9, 1_000_003).action(async (...args: Parameters<Validate>) =>
    (await import('../actions/gasValidate.ts')).validateGas(...args),
  )
}

/** Amounts of gas, with commas between. @throws {InvalidArgumentError} */
function parseAmounts(text: string): number[] {
  return text.split(',').map(parseCount)
}

/** `tensor-evm gas blocks`. */
function addBlocksCommand(gas: Command): void {
  gas
    .command('blocks')
    .description(
      'time the worst blocks: of ordinary opcodes and precompiles, and of tensor programs that a search finds',
    )
    .option('--gas <amounts>', 'gas of whole blocks, with commas between', parseAmounts, [30_000_000])
    .option('--seconds <n>', 'how long tensor programs are searched for', parseCount, 60)
    .option('--seed <n>', 'of the search', parseCount, 1)
    .option('--finalists <n>', 'ordinary cases, and tensor programs, that fill whole blocks', parseCount, 1)
    .option(
      '--anvil <file>',
      'anvil, for the same bytecode in another client (default: where npm installed it)',
      parsePath,
    )
    .option('--no-anvil', 'leave anvil out')
    .option('--json', 'print one JSON object')
    .action(async ({ anvil, ...options }) => {
      const { showWorstBlocks } = await import('../actions/gasBlocks.ts')
      // Commander says true where the option is not given.
      await showWorstBlocks({ ...options, ...(anvil !== true && { anvil }) } as Parameters<Blocks>[0])
    })
}

/** `tensor-evm gas`. What its commands do is loaded when they are asked for. */
export function addGasCommand(program: Command): void {
  const gas = program.command('gas').description('prices of tensor instructions')
  addTableCommand(gas)
  addCalibrateCommand(gas)
  addValidateCommand(gas)
  addBlocksCommand(gas)
}
