import { existsSync } from 'node:fs'
import { DEFAULT_PRECOMPILE_ADDRESS, DEFAULT_REGISTRY_ADDRESS, developmentAccounts } from '../../evm-ext/index.ts'
import { schedule } from '../../gas-model/index.ts'
import { UsageError } from '../errors.ts'
import { writeUserFile } from '../files.ts'

type InitOptions = { readonly genesis: string; readonly chainId: number }

/** 10,000 ether. */
const BALANCE = '0x21e19e0c9bab2400000'
const GAS_LIMIT = '0x3938700'

const blockForks = [
  ...['homestead', 'eip150', 'eip155', 'eip158', 'byzantium', 'constantinople', 'petersburg', 'istanbul'],
  ...['berlin', 'london', 'mergeNetsplit'],
]
const timeForks = ['shanghai', 'cancun', 'prague', 'osaka']

/** A chain configuration to start from. Keys named // are comments. */
function startingGenesis(chainId: number): unknown {
  const [first] = developmentAccounts
  return {
    '//': [
      'A chain with tensor instructions. Keys named // are comments.',
      'tensor-evm genesis FILE checks and prints this, tensor-evm node --genesis FILE runs it.',
    ],
    config: {
      '//': 'Blocks and times at which forks start. All of Ethereum up to Osaka is there from the first block on.',
      chainId,
      ...Object.fromEntries(blockForks.map((fork) => [`${fork}Block`, 0])),
      terminalTotalDifficulty: 0,
      ...Object.fromEntries(timeForks.map((fork) => [`${fork}Time`, 0])),
      tensorTime: 0,
      tensor: {
        '//': [
          'tensorTime, in seconds (or tensorBlock), is the first block with the instructions.',
          'precompile and registry are addresses.',
          'registrar may register models, which every node then has to have; the zero address lets anyone.',
          'parameters are prices and limits that differ from the default; tensor-evm gas table lists them.',
          'forks change parameters later: { "name": "cheaper", "time": 1798761600, "parameters": { "tensorBaseGas": 50 } }',
        ],
        precompile: DEFAULT_PRECOMPILE_ADDRESS,
        registry: DEFAULT_REGISTRY_ADDRESS,
        registrar: first?.address,
        parameters: { tensorArenaBytes: schedule.tensorArenaBytes },
        forks: [],
      },
    },
    timestamp: '0x0',
    gasLimit: GAS_LIMIT,
    difficulty: '0x0',
    alloc: Object.fromEntries(developmentAccounts.map(({ address }) => [address, { balance: BALANCE }])),
  }
}

/** Writes a chain configuration to start from; see the command's help. */
export function init({ genesis: path, chainId }: InitOptions): void {
  if (existsSync(path)) throw new UsageError(`output ${path}: is there already, and stays as it is`)
  writeUserFile(path, `${JSON.stringify(startingGenesis(chainId), undefined, 2)}\n`)
  console.log(`wrote ${path}: chain ${chainId}, tensor instructions from the first block on`)
  console.log('The accounts in it are those that every development chain has. Everyone knows their keys.')
}
