import { type Command, InvalidArgumentError, Option } from 'commander'
import { parseCount, parsePath } from '../arguments.ts'

type Run = typeof import('../actions/node.ts').runNode

/** A port, 0 for any that is free. @throws {InvalidArgumentError} */
function parsePort(text: string): number {
  const port = Number(text)
  if (!/^\d+$/.test(text) || port > 65535) throw new InvalidArgumentError('expected an integer in 0..65535')
  return port
}

/** Seconds above zero. @throws {InvalidArgumentError} */
function parseSeconds(text: string): number {
  const seconds = Number(text)
  if (!/^\d+(\.\d+)?$/.test(text) || seconds <= 0 || seconds > 86400)
    throw new InvalidArgumentError('expected seconds above 0, at most 86400')
  return seconds
}

/** A block's gas limit. @throws {InvalidArgumentError} */
function parseGasLimit(text: string): bigint {
  const limit = /^\d{1,19}$/.test(text) ? BigInt(text) : 0n
  if (limit < 5000n || limit >= 2n ** 63n) throw new InvalidArgumentError('expected an integer of at least 5000')
  return limit
}

/** Names with commas between. @throws {InvalidArgumentError} */
function parseNames(text: string): string[] {
  const names = text.split(',').map((name) => name.trim())
  if (names.some((name) => name === '')) throw new InvalidArgumentError('expected names with commas between')
  return names
}

/** `tensor-evm node`. What it does is loaded when it is asked for. */
export function addNodeCommand(program: Command): void {
  program
    .command('node')
    .description('run a chain with tensor instructions that Ethereum clients talk to, by HTTP and WebSocket')
    .option('--genesis <file>', 'chain configuration (default: a development chain with funded accounts)', parsePath)
    .option('--port <n>', 'where it listens; 0 for any free port', parsePort, 8545)
    .option('--host <address>', 'on which interface', '127.0.0.1')
    .option('--datadir <directory>', 'where the chain is kept (default: in memory)', parsePath)
    .addOption(
      new Option('--state <file>', 'read what the node has from there, if it is there, and write it there at the end')
        .argParser(parsePath)
        .conflicts('datadir'),
    )
    .option(
      '--block-time <seconds>',
      'a block every so often (default: one as soon as there is a transaction)',
      parseSeconds,
    )
    .addOption(new Option('--no-mining', 'make blocks on demand alone').conflicts('blockTime'))
    .option('--accounts <n>', 'accounts that the node signs for (default: 10)', parseCount)
    .option('--mnemonic <words>', 'where their keys come from (default: the words that everyone knows)')
    .option('--gas-limit <n>', 'of blocks (default: as the genesis says)', parseGasLimit)
    .option('--allowed-hosts <names>', 'names by which it may be called, besides the loopback; * for any', parseNames)
    .option('--allowed-origins <urls>', 'web pages that may call it; * for any', parseNames)
    .option('--call-time-limit <seconds>', 'most time of a call or trace (default: 10)', parseSeconds)
    .option('--quiet', 'print nothing but warnings')
    .action(async (...args: Parameters<Run>) => (await import('../actions/node.ts')).runNode(...args))
}
