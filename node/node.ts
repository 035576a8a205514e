import { defaultGenesis, type Hex, type TensorGenesis } from '../evm-ext/index.ts'
import { createAccounts } from './accounts/createAccounts.ts'
import { createNodeChain } from './chain/createChain.ts'
import type { NodeDatabase } from './database/database.ts'
import { openDirectoryDatabase } from './database/directory.ts'
import { createMemoryDatabase } from './database/memory.ts'
import { loadDump, saveDump } from './dump/file.ts'
import { createMiner } from './mining/createMiner.ts'
import type { MiningMode } from './mining/miner.ts'
import { createPool } from './pool/createPool.ts'
import { createReads, type ReadsOptions } from './reads/createReads.ts'
import type { NodeServices } from './rpc/method.ts'
import { nodeMethods } from './rpc/methods/index.ts'
import { createServer, defaultLimits, type ServerLimits } from './rpc/server.ts'
import { clientVersion } from './version.ts'

/** Wei that each account of a chain without a genesis of its own starts with. */
const DEVELOPMENT_BALANCE = 10_000n * 10n ** 18n

export type StartOptions = {
  /** A development chain whose accounts are funded unless given. */
  readonly genesis?: TensorGenesis
  /** 127.0.0.1 unless given. */
  readonly host?: string
  /** 8545 unless given; 0 for any that is free. */
  readonly port?: number
  /** Where the chain is kept: in memory unless one of the two is given. The node closes it. */
  readonly dataDirectory?: string
  readonly database?: NodeDatabase
  /** A file whose state a chain in memory goes on from, where there is one, and that has its state after the end. */
  readonly stateFile?: string
  /** {@link createAccounts}' own unless given. */
  readonly mnemonic?: string
  readonly accounts?: number
  /** Automatic unless given. */
  readonly mining?: MiningMode
  /** Who gets the fees of blocks; the zero address unless given. */
  readonly coinbase?: Hex
  /** Gas limit of blocks; that of the block before unless given. */
  readonly gasLimit?: bigint
  /** Names by which the node may be called, besides those of the loopback. `*` for any. */
  readonly allowedHosts?: readonly string[]
  /** Origins of web pages that may call it, besides its own. `*` for any. */
  readonly allowedOrigins?: readonly string[]
  readonly limits?: Partial<ServerLimits>
  /** How much calls and traces may take. */
  readonly reads?: Omit<ReadsOptions, 'chain'>
  /** Milliseconds after which a call or a trace is ended; see {@link createReads}. */
  readonly callTimeLimit?: number
  /** Is told of what went wrong in the node itself, a line each; the standard error stream unless given. */
  readonly log?: (line: string) => void
}

/** A node that runs. */
export type RunningNode = {
  /** Of HTTP; that of WebSocket differs by its `ws:`. */
  readonly url: string
  readonly services: NodeServices
  /** Finishes the block that is under way, ends connections and threads, and closes the database. */
  close(): Promise<void>
}

/** A genesis with the accounts of this node funded. */
function genesisFor(addresses: readonly Hex[]): TensorGenesis {
  const balance = `0x${DEVELOPMENT_BALANCE.toString(16)}`
  return defaultGenesis({ alloc: Object.fromEntries(addresses.map((address) => [address, { balance }])) })
}

function openDatabase(directory: string | undefined): Promise<NodeDatabase> | NodeDatabase {
  return directory === undefined ? createMemoryDatabase() : openDirectoryDatabase(directory)
}

/** Address in a URL: IPv6 in brackets, that of all interfaces as the loopback. */
function urlOf(host: string, port: number): string {
  const name = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`
}

/**
 * Starts a node: a chain, what makes its blocks, and the server that clients talk to.
 *
 * @throws {Error} one line that says what is wrong: the port is taken, the database can't be opened or has another chain
 */
export async function startNode(options: StartOptions = {}): Promise<RunningNode> {
  const { host = '127.0.0.1', port = 8545, limits, mnemonic, accounts: count } = options
  const { log = (line) => process.stderr.write(`${line}\n`), allowedHosts = [], allowedOrigins = [] } = options
  const accounts = createAccounts({
    ...(mnemonic !== undefined && { mnemonic }),
    ...(count !== undefined && { count }),
  })
  const genesis = options.genesis ?? genesisFor(accounts.addresses())
  const database = options.database ?? (await openDatabase(options.dataDirectory))
  // What was started is ended in the opposite order, also where what comes after it fails to start.
  const closings: (() => Promise<void>)[] = [() => database.close()]
  const close = async () => {
    for (const end of closings.splice(0).reverse()) await end()
  }
  try {
    const { stateFile, callTimeLimit } = options
    if (stateFile !== undefined) await loadDump(stateFile, database, genesis)
    const chain = await createNodeChain({ genesis, database })
    closings.splice(0, 1, () => chain.close())
    const pool = createPool({ chain, accounts })
    const { mining, coinbase, gasLimit } = options
    const miner = createMiner({
      chain,
      pool,
      ...(mining !== undefined && { mode: mining }),
      ...(coinbase !== undefined && { coinbase }),
      ...(gasLimit !== undefined && { gasLimit }),
    })
    closings.push(() => miner.close())
    const reads = createReads({ chain, ...(callTimeLimit !== undefined && { timeLimit: callTimeLimit }) })
    closings.push(() => reads.close())
    const services: NodeServices = { chain, pool, miner, reads, accounts, version: clientVersion() }
    const server = await createServer({
      services,
      methods: nodeMethods,
      limits: { ...defaultLimits, ...limits },
      ...{ allowedHosts, allowedOrigins, log },
    })
    closings.push(() => server.close())
    const url = urlOf(host, await server.listen(host, port))
    // The chain is closed last. A node that never listened has nothing new to keep.
    if (stateFile !== undefined) closings.splice(1, 0, () => saveDump(chain, stateFile))
    return { url, services, close }
  } catch (error) {
    await close()
    throw error
  }
}
