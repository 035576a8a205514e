import type { TensorParameters } from '../gas-model/index.ts'
import type { JSONObject, Reader } from './genesisReader.ts'
import { checkTensorParameters } from './parameters.ts'
import { describe, suggestion } from './wording.ts'

/** Name that Common gives to the fork that brings the tensor instructions. */
export const TENSOR_FORK = 'tensor'

/** A fork of this project: the one that brings the tensor instructions, or a later one that changes parameters. */
export type TensorFork = {
  readonly name: string
  /** Timestamp of the first block with the fork, in seconds; undefined when `block` says it. */
  readonly time: number | undefined
  /** Number of the first block with the fork; undefined when `time` says it. */
  readonly block: number | undefined
  /** What the fork changes. */
  readonly parameters: Partial<TensorParameters>
}

/**
 * Ethereum's forks in their order. Networks skip the optional ones. A chain may end with any from Shanghai on: the tensor
 * fork needs no later one.
 */
const ethereumForks: readonly { readonly key: string; readonly optional?: true; readonly open?: true }[] = [
  { key: 'homesteadBlock' },
  { key: 'daoForkBlock', optional: true },
  { key: 'eip150Block' },
  { key: 'eip155Block' },
  { key: 'eip158Block' },
  { key: 'byzantiumBlock' },
  { key: 'constantinopleBlock' },
  { key: 'petersburgBlock' },
  { key: 'istanbulBlock' },
  { key: 'muirGlacierBlock', optional: true },
  { key: 'berlinBlock' },
  { key: 'londonBlock' },
  { key: 'arrowGlacierBlock', optional: true },
  { key: 'grayGlacierBlock', optional: true },
  { key: 'mergeForkBlock', optional: true },
  { key: 'mergeNetsplitBlock', optional: true },
  { key: 'shanghaiTime' },
  { key: 'cancunTime', open: true },
  { key: 'pragueTime', open: true },
  { key: 'osakaTime', open: true },
  { key: 'bpo1Time', optional: true },
  { key: 'bpo2Time', optional: true },
  { key: 'bpo3Time', optional: true },
  { key: 'bpo4Time', optional: true },
  { key: 'bpo5Time', optional: true },
]

/** Names that a repricing fork can't have: Common knows forks by name alone. */
const takenNames = [
  ...['chainstart', 'dao', 'tangerineWhistle', 'spuriousDragon', 'mergeNetsplitBlock', 'paris', 'amsterdam'],
  ...ethereumForks.map(({ key }) => key.replace(/(?:Block|Time)$/, '')),
  TENSOR_FORK,
]

const forkKeys = [...ethereumForks.map(({ key }) => key), 'tensorBlock', 'tensorTime']

function isByTime(key: string): boolean {
  return key.endsWith('Time')
}

/**
 * Checks the schedule of Ethereum's forks: every fork up to the chain's last has a number, none is before an earlier one,
 * and none is scheduled that this software does not know.
 */
export function checkEthereumForks(config: JSONObject, reader: Reader): void {
  for (const key of Object.keys(config))
    if (/(?:Block|Time)$/.test(key) && !forkKeys.includes(key))
      reader.fail(`config.${key}`, `no such fork${suggestion(key, forkKeys)}`)
  if (config.eip155Block !== config.eip158Block)
    reader.fail(
      'config.eip158Block',
      `expected ${config.eip155Block}, as config.eip155Block, found ${config.eip158Block}`,
    )
  let last: { key: string; at: number } | undefined
  let missing: string | undefined
  for (const { key, optional, open } of ethereumForks) {
    if (config[key] === undefined && optional) continue
    if (config[key] === undefined && open) {
      missing ??= key
      continue
    }
    if (missing !== undefined)
      reader.fail(`config.${missing}`, `expected a nonnegative integer, because config.${key} is given, found nothing`)
    const at = reader.integer(config[key], `config.${key}`)
    if (last !== undefined && isByTime(last.key) === isByTime(key) && at < last.at)
      reader.fail(`config.${key}`, `expected at least ${last.at}, as config.${last.key}, found ${at}`)
    last = { key, at }
  }
}

/** Parameters of a blob schedule entry, as Common names them from the first blob-parameter-only fork on. */
export type BlobParameters = { target: number; max: number; blobGasPriceUpdateFraction: number }

/** Checks the blob schedule; gives the parameters of the blob-parameter-only forks, by fork name. */
export function readBlobSchedule(config: JSONObject, reader: Reader): Record<string, BlobParameters> {
  const schedule = config.blobSchedule === undefined ? {} : reader.object(config.blobSchedule, 'config.blobSchedule')
  const known = ['cancun', 'prague', 'osaka', 'bpo1', 'bpo2', 'bpo3', 'bpo4', 'bpo5']
  const read: Record<string, BlobParameters> = {}
  const scheduled = known.filter((name) => name.startsWith('bpo') && config[`${name}Time`] !== undefined)
  for (const name of new Set([...Object.keys(schedule), ...scheduled])) {
    const path = `config.blobSchedule.${name}`
    if (!known.includes(name)) reader.fail(path, `no such fork${suggestion(name, known)}`)
    const entry = reader.object(schedule[name], path)
    const parameters = {
      target: reader.integer(entry.target, `${path}.target`),
      max: reader.integer(entry.max, `${path}.max`),
      blobGasPriceUpdateFraction: reader.integer(entry.baseFeeUpdateFraction, `${path}.baseFeeUpdateFraction`),
    }
    if (scheduled.includes(name)) read[name] = parameters
  }
  return read
}

/** Checks parameters in a genesis file. */
function readParameters(given: unknown, path: string, reader: Reader): Partial<TensorParameters> {
  try {
    return given === undefined ? {} : checkTensorParameters(given, path)
  } catch (error) {
    return reader.fail('', (error as Error).message)
  }
}

/**
 * Reads when the tensor fork and the repricing forks after it start.
 *
 * A chain counts either all of them by time or all by block number: the order of a time and a block number is not known
 * beforehand. By block number, every fork by time is active from the genesis block on.
 *
 * @param genesisTime - timestamp of the genesis block
 * @returns the tensor fork, then the others in order
 */
export function readTensorForks(
  config: JSONObject,
  tensor: JSONObject,
  genesisTime: number,
  reader: Reader,
): readonly [TensorFork, ...TensorFork[]] {
  if ((config.tensorTime === undefined) === (config.tensorBlock === undefined))
    reader.fail('config', 'expected exactly one of tensorTime and tensorBlock')
  const unit = config.tensorTime === undefined ? 'block' : 'time'
  const key = config.tensorTime === undefined ? 'tensorBlock' : 'tensorTime'
  const start = reader.integer(config[key], `config.${key}`)
  checkStart(config, unit, start, genesisTime, reader)
  const at = (value: number) =>
    unit === 'time' ? { time: value, block: undefined } : { time: undefined, block: value }
  const forks: [TensorFork, ...TensorFork[]] = [
    {
      name: TENSOR_FORK,
      ...at(start),
      parameters: readParameters(tensor.parameters, 'config.tensor.parameters', reader),
    },
  ]
  let last = { path: `config.${key}`, value: start }
  list(tensor.forks, 'config.tensor.forks', reader).forEach((given, index) => {
    const path = `config.tensor.forks[${index}]`
    const fork = reader.object(given, path)
    const other = unit === 'time' ? 'block' : 'time'
    if (fork[other] !== undefined) reader.fail(`${path}.${other}`, `expected ${unit} instead, as config.${key} counts`)
    checkKeys(fork, ['name', unit, 'parameters'], path, reader)
    const name = readForkName(fork.name, `${path}.name`, forks, reader)
    const value = reader.integer(fork[unit], `${path}.${unit}`)
    if (value < last.value)
      reader.fail(`${path}.${unit}`, `expected at least ${last.value}, as ${last.path}, found ${value}`)
    last = { path: `${path}.${unit}`, value }
    reader.object(fork.parameters, `${path}.parameters`)
    forks.push({ name, ...at(value), parameters: readParameters(fork.parameters, `${path}.parameters`, reader) })
  })
  return forks
}

function checkStart(config: JSONObject, unit: 'time' | 'block', start: number, genesisTime: number, reader: Reader) {
  if (unit === 'time') {
    const last = ethereumForks.findLast(({ key, optional }) => !optional && config[key] !== undefined)?.key as string
    const earliest = config[last] as number
    if (start < earliest)
      reader.fail('config.tensorTime', `expected at least ${earliest}, as config.${last}, found ${start}`)
    return
  }
  for (const { key } of ethereumForks)
    if (isByTime(key) && config[key] !== undefined && (config[key] as number) > genesisTime)
      reader.fail(
        `config.${key}`,
        `expected at most ${genesisTime}, the genesis timestamp, because tensorBlock counts by block, found ${config[key]}`,
      )
}

function list(value: unknown, path: string, reader: Reader): readonly unknown[] {
  if (value === undefined) return []
  return Array.isArray(value) ? value : reader.fail(path, `expected an array, found ${describe(value)}`)
}

function readForkName(value: unknown, path: string, earlier: readonly TensorFork[], reader: Reader): string {
  // A name of digits would be taken for the number of an EIP.
  if (typeof value !== 'string' || !/^[A-Za-z][A-Za-z0-9]*$/.test(value))
    return reader.fail(path, `expected a name of letters and digits, found ${describe(value)}`)
  if (takenNames.includes(value) || earlier.some((fork) => fork.name === value))
    return reader.fail(path, `expected a name that no other fork has, found ${describe(value)}`)
  return value
}

/** Key whose value is a comment, since JSON has none. */
export const COMMENT_KEY = '//'

/** Fails on a key that is not known, suggesting one that is near. */
export function checkKeys(object: JSONObject, known: readonly string[], path: string, reader: Reader): void {
  for (const key of Object.keys(object))
    if (key !== COMMENT_KEY && !known.includes(key))
      reader.fail(path === '' ? key : `${path}.${key}`, `no such key${suggestion(key, known)}`)
}
