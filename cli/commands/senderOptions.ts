import { type Command, Option } from 'commander'

/** Options of commands that talk to a node. */
export function addNodeOptions(command: Command): Command {
  return command.requiredOption('--rpc-url <url>', 'of the node, http://127.0.0.1:8545 for instance')
}

/** Options that say who sends transactions. */
export function addSenderOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--private-key <key>', 'of the sender (default: the first account that the node signs for)')
        .env('ETH_PRIVATE_KEY')
        .conflicts('from'),
    )
    .option('--from <address>', 'an account that the node signs for')
}
