import type { GethGenesis } from '@ethereumjs/common'
import { schedule, type TensorParameters } from '../gas-model/index.ts'
import {
  type BlobParameters,
  COMMENT_KEY,
  checkEthereumForks,
  checkKeys,
  readBlobSchedule,
  readTensorForks,
  type TensorFork,
} from './genesisForks.ts'
import { createReader, type JSONObject, parseJSON, type Reader, readJSONFile } from './genesisReader.ts'
import { registryBytecode } from './registry.generated.ts'

/** Where the inference precompile is unless a genesis file says otherwise. */
export const DEFAULT_PRECOMPILE_ADDRESS = '0x000000000000000000000000000000000000ae00'
/** Where the model registry is unless a genesis file says otherwise. */
export const DEFAULT_REGISTRY_ADDRESS = '0x000000000000000000000000000000000000ae01'

const ZERO_ADDRESS = `0x${'0'.repeat(40)}` as const
/** Addresses below are kept for precompiles of Ethereum and, from 0x100 on, of rollups (RIP-7587). */
const FIRST_FREE_ADDRESS = 0x200n

/** The system caller and the contracts that blocks call: EIP-4788, EIP-2935, EIP-7002, EIP-7251, and deposits. */
const systemAddresses: readonly string[] = [
  '0xfffffffffffffffffffffffffffffffffffffffe',
  '0x000f3df6d732807ef1319fb7b8bb8522d0beac02',
  '0x0000f90827f1c53a10cb7a02335b175320002935',
  '0x00000961ef480eb55e80d19ad83579a64c007002',
  '0x0000bbddc7ce488642fb579f8b00f3a590007251',
  '0x00000000219ab540356cbb839cbe05303d7705fa',
]
/** London's first base fee, which geth too gives to a genesis block that names none. */
const INITIAL_BASE_FEE = 1_000_000_000

/** Keys of a geth genesis file. Those that only describe a block with a parent or transactions are not read. */
const rootKeys = [
  ...['config', 'alloc', 'nonce', 'timestamp', 'extraData', 'gasLimit', 'difficulty', 'mixHash', 'coinbase'],
  ...['baseFeePerGas', 'excessBlobGas', 'blobGasUsed', 'number', 'gasUsed', 'parentHash'],
]

type Hex = `0x${string}`

/** A genesis file after every check, with everything left out filled in. */
export type TensorGenesis = {
  readonly chainId: number
  /** Address of the inference precompile. */
  readonly precompile: Hex
  /** Address of the model registry. */
  readonly registry: Hex
  /** Who may register models; the zero address lets anyone. */
  readonly registrar: Hex
  /** Parameters that the tensor fork starts with. */
  readonly parameters: TensorParameters
  /** The tensor fork, then the forks that change its parameters, in order. */
  readonly forks: readonly [TensorFork, ...TensorFork[]]
  /** Parameters of the scheduled blob-parameter-only forks. */
  readonly blobForks: Readonly<Record<string, BlobParameters>>
  /** The rest of the genesis file in the form that parseGethGenesis takes; `alloc` includes the model registry. */
  readonly geth: GethGenesis
}

/**
 * Reads a geth-style genesis whose `config` schedules the tensor fork:
 *
 * - `config.tensorTime` (seconds) or `config.tensorBlock`: the first block with the instructions;
 * - `config.tensor` (may be left out): `precompile`, `registry` and `registrar` addresses, `parameters` by name, and
 *   `forks`, a list of `{name, time | block, parameters}` that change parameters later.
 *
 * Everywhere but in `parameters` and `alloc`, a key `//` is a comment.
 *
 * The registry's code is placed at its address, with the registrar in slot 1. A registrar left out or zero lets anyone
 * register; whoever may register a model can stop nodes that lack its bytes.
 *
 * @param json - the parsed file, or its text
 * @param where - what messages call it
 * @throws {GenesisError} one line that names the JSON path, what was expected and what was found
 */
export function readTensorGenesis(json: unknown, where = 'genesis'): TensorGenesis {
  const reader = createReader(where)
  const root = reader.object(typeof json === 'string' ? parseJSON(json, where) : json, '')
  checkKeys(root, rootKeys, '', reader)
  const config = reader.object(root.config, 'config')
  const chainId = reader.integer(config.chainId, 'config.chainId')
  if (chainId === 0) reader.fail('config.chainId', 'expected at least 1, found 0')
  if (config.clique !== undefined) reader.fail('config.clique', 'proof of authority is not supported')
  checkEthereumForks(config, reader)
  const blobForks = readBlobSchedule(config, reader)
  const timestamp = reader.quantity(root.timestamp ?? 0, 'timestamp', 53)
  const tensor = config.tensor === undefined ? {} : reader.object(config.tensor, 'config.tensor')
  checkKeys(tensor, ['precompile', 'registry', 'registrar', 'parameters', 'forks'], 'config.tensor', reader)
  const forks = readTensorForks(config, tensor, Number(timestamp), reader)
  const alloc = readAlloc(root.alloc, reader)
  const precompile = freeAddress(tensor.precompile, DEFAULT_PRECOMPILE_ADDRESS, 'precompile', alloc, reader)
  const registry = freeAddress(tensor.registry, DEFAULT_REGISTRY_ADDRESS, 'registry', alloc, reader)
  if (precompile === registry)
    reader.fail('config.tensor.registry', `expected an address other than the precompile's, found "${registry}"`)
  const registrar = reader.address(tensor.registrar ?? ZERO_ADDRESS, 'config.tensor.registrar')
  if (registrar === precompile || registrar === registry)
    reader.fail('config.tensor.registrar', `expected an account that can send transactions, found "${registrar}"`)
  alloc[registry] = {
    balance: '0x0',
    nonce: '0x1',
    code: registryBytecode,
    storage: registrar === ZERO_ADDRESS ? {} : { [word(1n)]: word(BigInt(registrar)) },
  }
  return {
    chainId,
    precompile,
    registry,
    registrar,
    parameters: { ...schedule, ...forks[0].parameters },
    forks,
    blobForks,
    geth: { ...readHeader(root, config, timestamp, reader), config: readConfig(config, chainId, reader), alloc },
  }
}

/**
 * Reads a genesis file.
 *
 * @throws {GenesisError} as {@link readTensorGenesis} does, naming the file; and when it can't be read or is not JSON,
 * then with line and column
 */
export function loadTensorGenesis(path: string): TensorGenesis {
  return readTensorGenesis(readJSONFile(path), path)
}

function hex(value: bigint): Hex {
  return `0x${value.toString(16)}`
}

function word(value: bigint): Hex {
  return `0x${value.toString(16).padStart(64, '0')}`
}

function freeAddress(given: unknown, fallback: Hex, key: string, alloc: GethGenesis['alloc'], reader: Reader): Hex {
  const path = `config.tensor.${key}`
  const address = reader.address(given ?? fallback, path)
  if (BigInt(address) < FIRST_FREE_ADDRESS) {
    const reason = 'for lower addresses are those of standard precompiles'
    reader.fail(path, `expected at least ${hex(FIRST_FREE_ADDRESS)}, ${reason}, found "${address}"`)
  }
  if (systemAddresses.includes(address))
    reader.fail(path, `expected an address that the protocol does not write to, found "${address}"`)
  if (alloc[address] !== undefined) reader.fail(path, `expected an address that alloc does not use, found "${address}"`)
  return address
}

function readAlloc(given: unknown, reader: Reader): GethGenesis['alloc'] {
  const alloc: GethGenesis['alloc'] = {}
  for (const [key, value] of Object.entries(reader.object(given, 'alloc'))) {
    const path = `alloc[${JSON.stringify(key)}]`
    const address = reader.address(key, path)
    if (alloc[address] !== undefined) reader.fail(path, 'the address is listed twice')
    const account = reader.object(value, path)
    const storage: Record<string, string> = {}
    if (account.storage !== undefined)
      for (const [slot, content] of Object.entries(reader.object(account.storage, `${path}.storage`))) {
        const number = BigInt(reader.bytes(slot, `${path}.storage[${JSON.stringify(slot)}]`, 1, 32))
        const stored = BigInt(reader.bytes(content, `${path}.storage[${JSON.stringify(slot)}]`, 1, 32))
        // A zero is what an absent slot reads, and has no place in the trie.
        if (stored !== 0n) storage[word(number)] = word(stored)
      }
    alloc[address] = {
      balance: hex(reader.quantity(account.balance, `${path}.balance`, 256)),
      nonce: hex(reader.quantity(account.nonce ?? 0, `${path}.nonce`, 64)),
      code: reader.bytes(account.code ?? '0x', `${path}.code`, 0, Infinity),
      storage,
    }
  }
  return alloc
}

function readHeader(root: JSONObject, config: JSONObject, timestamp: bigint, reader: Reader) {
  const quantity = (key: string, bits: number, fallback?: number): Hex =>
    hex(reader.quantity(root[key] ?? fallback, key, bits))
  const baseFee = config.londonBlock === 0 ? INITIAL_BASE_FEE : undefined
  return {
    nonce: `0x${reader
      .quantity(root.nonce ?? 0, 'nonce', 64)
      .toString(16)
      .padStart(16, '0')}`,
    timestamp: hex(timestamp),
    extraData: reader.bytes(root.extraData ?? '0x', 'extraData', 0, 32),
    gasLimit: quantity('gasLimit', 63),
    difficulty: quantity('difficulty', 256, 0),
    mixHash: reader.bytes(root.mixHash ?? word(0n), 'mixHash', 32, 32),
    coinbase: reader.address(root.coinbase ?? ZERO_ADDRESS, 'coinbase'),
    ...(root.baseFeePerGas == null && baseFee === undefined
      ? {}
      : { baseFeePerGas: quantity('baseFeePerGas', 256, baseFee) }),
    ...(root.excessBlobGas == null ? {} : { excessBlobGas: quantity('excessBlobGas', 64) }),
  }
}

function readConfig(config: JSONObject, chainId: number, reader: Reader): GethGenesis['config'] {
  const { tensor, tensorTime, tensorBlock, depositContractAddress, [COMMENT_KEY]: _, ...rest } = config
  if (depositContractAddress === undefined) return { ...rest, chainId }
  return {
    ...rest,
    chainId,
    depositContractAddress: reader.address(depositContractAddress, 'config.depositContractAddress'),
  }
}
