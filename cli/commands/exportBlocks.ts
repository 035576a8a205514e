import { type Command, InvalidArgumentError } from 'commander'
import { addNodeOptions } from './senderOptions.ts'

type Export = typeof import('../actions/exportBlocks.ts').exportBlocks

/** A block number. @throws {InvalidArgumentError} */
function parseNumber(text: string): number {
  const number = Number(text)
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(number)) throw new InvalidArgumentError('expected a block number')
  return number
}

/** `tensor-evm export`. What it does is loaded when it is asked for. */
export function addExportCommand(program: Command): void {
  addNodeOptions(
    program
      .command('export')
      .description("write a chain's blocks to a file, one after another in RLP, as geth exports them")
      .argument('<file>', 'where they go'),
  )
    .option('--from <n>', 'first block', parseNumber, 1)
    .option('--to <n>', 'last block (default: the newest)', parseNumber)
    .action(async (...args: Parameters<Export>) => (await import('../actions/exportBlocks.ts')).exportBlocks(...args))
}
