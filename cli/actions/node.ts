import { isIP } from 'node:net'
import { bytesToHex, createAddressFromString } from '@ethereumjs/util'
import { formatEther, getAddress } from 'ethers'
import { packageVersion } from '../../compiler-ext/package.ts'
import { loadTensorGenesis } from '../../evm-ext/index.ts'
import { loggingOf, type RunningNode, type StartOptions, startNode } from '../../node/index.ts'
import { checkWritable } from '../files.ts'

type NodeOptions = {
  readonly genesis?: string
  readonly port: number
  readonly host: string
  readonly datadir?: string
  readonly state?: string
  readonly blockTime?: number
  readonly mining: boolean
  readonly accounts?: number
  readonly mnemonic?: string
  readonly gasLimit?: bigint
  readonly allowedHosts?: readonly string[]
  readonly allowedOrigins?: readonly string[]
  readonly callTimeLimit?: number
  readonly quiet?: boolean
}

function startOptions(options: NodeOptions): StartOptions {
  const { genesis, port, host, datadir, state, blockTime, mining, accounts, mnemonic, gasLimit, callTimeLimit } =
    options
  const { allowedHosts, allowedOrigins } = options
  return {
    ...{ port, host },
    ...(genesis !== undefined && { genesis: loadTensorGenesis(genesis) }),
    ...(datadir !== undefined && { dataDirectory: datadir }),
    ...(state !== undefined && { stateFile: state }),
    ...(blockTime !== undefined && { mining: { kind: 'interval', seconds: blockTime } }),
    ...(!mining && { mining: { kind: 'manual' } }),
    ...(accounts !== undefined && { accounts }),
    ...(mnemonic !== undefined && { mnemonic }),
    ...(gasLimit !== undefined && { gasLimit }),
    ...(allowedHosts !== undefined && { allowedHosts }),
    ...(allowedOrigins !== undefined && { allowedOrigins }),
    ...(callTimeLimit !== undefined && { callTimeLimit: callTimeLimit * 1000 }),
  }
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))
}

/** What everyone is to know who opens a node to others. */
function warn({ host, allowedHosts, allowedOrigins }: NodeOptions): void {
  const line = (text: string) => console.error(`warning: ${text}`)
  if (!isLoopback(host))
    line(`--host ${host}: whoever reaches this machine can send from the accounts below and change the chain`)
  if (allowedHosts?.includes('*') && isLoopback(host))
    line('--allowed-hosts *: web pages that you visit can reach this node by a name of their own')
  if (allowedOrigins?.includes('*'))
    line('--allowed-origins *: web pages that you visit can send from the accounts below')
}

/** Tells of the node what its user needs to use it. */
async function introduce({ url, services }: RunningNode, options: NodeOptions): Promise<void> {
  const { chain, accounts, miner } = services
  const head = chain.head()
  const state = await chain.stateAt(head)
  const addresses = accounts.addresses()
  const balances: bigint[] = []
  for (const address of addresses)
    balances.push((await state.getAccount(createAddressFromString(address)))?.balance ?? 0n)
  console.log(`tensor-evm ${packageVersion}\n\naccounts`)
  addresses.forEach((address, index) => {
    console.log(`  (${index}) ${getAddress(address)}  ${formatEther(balances[index] ?? 0n)} ether`)
  })
  console.log('\nprivate keys')
  addresses.forEach((address, index) => {
    const key = accounts.keyOf(address)
    if (key !== undefined) console.log(`  (${index}) ${bytesToHex(key)}`)
  })
  const { number, timestamp } = head.header
  const mode = miner.mode()
  const mining = { automatic: 'a block for each transaction', manual: 'blocks on demand', interval: '' }[mode.kind]
  const rows = {
    'chain id': chain.genesis.chainId,
    fork: chain.commonAt(chain.nextHeader(miner.nextFields())).hardfork(),
    head: `block ${number}, ${new Date(Number(timestamp) * 1000).toISOString()}`,
    mining: mode.kind === 'interval' ? `a block every ${mode.seconds} seconds` : mining,
    kept: options.datadir ?? options.state ?? 'in memory',
  }
  console.log()
  for (const [name, value] of Object.entries(rows)) console.log(`${name.padEnd(10)} ${value}`)
  if (addresses.length > 0 && balances.every((balance) => balance === 0n))
    console.log('\nThe genesis gives these accounts nothing to pay with.')
  console.log(`\nListening on ${url}`)
}

/** Tells of blocks with transactions as they are made. */
function tellBlocks({ services }: RunningNode): void {
  const logging = loggingOf(services)
  services.chain.listen({
    onBlock({ block, receipts }) {
      if (!logging.isEnabled || receipts.length === 0) return
      const { number, gasUsed } = block.header
      const count = receipts.length === 1 ? '1 transaction' : `${receipts.length} transactions`
      console.log(`block ${number}  ${count}  ${gasUsed.toLocaleString('en')} gas`)
      for (const { transactionHash, error } of receipts)
        if (error !== undefined) console.log(`  ${transactionHash} failed: ${error}`)
    },
    onRewind: (head) => {
      if (logging.isEnabled) console.log(`back to block ${head.header.number}`)
    },
  })
}

/** Waits for the first signal to end; a second one ends the process at once. */
function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    let isEnding = false
    const end = (signal: NodeJS.Signals) => {
      // As a shell reports a process that a signal ended.
      if (isEnding) process.exit(signal === 'SIGINT' ? 130 : 143)
      isEnding = true
      resolve()
    }
    process.on('SIGINT', end).on('SIGTERM', end)
  })
}

/** Runs a node until it is told to end; see the command's help. */
export async function runNode(options: NodeOptions): Promise<void> {
  if (options.state !== undefined) checkWritable([options.state])
  warn(options)
  const ending = interrupted()
  const node = await startNode(startOptions(options))
  if (!options.quiet) {
    await introduce(node, options)
    tellBlocks(node)
  }
  await ending
  if (!options.quiet) console.log('ending')
  await node.close()
}
