import { Interface, isAddress } from 'ethers'
import { minMedianMax, sampleBytes } from '../../inference/index.ts'
import { byteLength, formatType, type TensorType, tensorView } from '../../isa/index.ts'
import { type Program, valueTypes } from '../../model/index.ts'
import { UsageError } from '../errors.ts'
import { checkWritable, readUserFile, writeUserFile } from '../files.ts'
import { interruptible } from '../interrupt.ts'
import { loadModel } from '../models.ts'
import { createProgress } from '../progress.ts'
import { connect, type RpcClient, RpcFailure } from '../rpcClient.ts'
import { createSender, type Sender, type SenderOptions } from '../sender.ts'

type CallOptions = SenderOptions & {
  readonly model: string
  readonly input: string
  readonly rpcUrl: string
  readonly send?: boolean
  readonly output?: string
  readonly limit?: number
  readonly json?: boolean
}

/** What the contract said of a row. */
type Row = {
  /** Canonical bytes of the outputs. */
  readonly output: Uint8Array
  /** Of a transaction with the row. */
  readonly gas: number
  readonly transaction?: string
}

/** Rows that are printed one by one. */
const SHOWN_ROWS = 20
/** Numbers of a row that are printed. */
const SHOWN_NUMBERS = 16

const contract = new Interface(['function predict(bytes input) view returns (bytes output)'])

function readSamples(program: Program, { input, limit }: CallOptions): Uint8Array[] {
  const bytes = readUserFile(input, 'input')
  const size = sampleBytes(program)
  if (bytes.length === 0 || bytes.length % size !== 0) {
    const types = program.inputs.map(formatType).join(' and ')
    throw new UsageError(`input ${input}: ${bytes.length} bytes, expected a multiple of ${size} (rows of ${types})`)
  }
  const count = Math.min(bytes.length / size, limit ?? Number.POSITIVE_INFINITY)
  return Array.from({ length: count }, (_, row) => bytes.subarray(row * size, (row + 1) * size))
}

/** Numbers of outputs, one after another. */
function numbersOf(types: readonly TensorType[], output: Uint8Array): number[] {
  let offset = 0
  return types.flatMap((type) => {
    const bytes = new Uint8Array(output.subarray(offset, offset + byteLength(type)))
    offset += bytes.length
    return [...tensorView(type, bytes.buffer, 0).data]
  })
}

/** Place of the largest of several numbers, which is a classifier's answer; undefined of one. */
function classOf(types: readonly TensorType[], numbers: readonly number[]): number | undefined {
  return types.length === 1 && numbers.length > 1 ? numbers.indexOf(Math.max(...numbers)) : undefined
}

/** Asks the contract about one row, and sends a transaction with it where there is a sender. */
async function predict(
  client: RpcClient,
  to: string,
  sample: Uint8Array,
  sender: Sender | undefined,
  signal: AbortSignal,
): Promise<Row> {
  const data = contract.encodeFunctionData('predict', [sample])
  const from = sender?.address
  const returned = await client.send<string>('eth_call', [{ from, to, data }, 'latest'])
  const [output] = contract.decodeFunctionResult('predict', returned)
  const bytes = Buffer.from(String(output).slice(2), 'hex')
  if (sender === undefined) {
    const gas = await client.send<string>('eth_estimateGas', [{ from, to, data }])
    return { output: bytes, gas: Number(gas) }
  }
  const receipt = await sender.send('the transaction failed', { to, data }, signal)
  return { output: bytes, gas: Number(receipt.gasUsed), transaction: receipt.hash }
}

/** Checks that an address has a contract. */
async function checkContract(client: RpcClient, address: string): Promise<void> {
  if ((await client.send<string>('eth_getCode', [address, 'latest'])) === '0x')
    throw new UsageError(`${address}: there is no contract on chain ${client.chainId} of ${client.url}`)
}

/** Asks a model's contract about rows of input; see the command's help. */
export async function callContract(address: string, options: CallOptions): Promise<void> {
  if (!isAddress(address))
    throw new UsageError(`address ${address}: expected 0x and 40 hex digits, with a right checksum if any`)
  const { program, name } = loadModel(options.model)
  const samples = readSamples(program, options)
  if (options.output !== undefined) checkWritable([options.output])
  const types = program.outputs.map((value) => valueTypes(program)[value] as TensorType)
  const size = types.reduce((sum, type) => sum + byteLength(type), 0)
  const client = await connect(options.rpcUrl)
  try {
    await checkContract(client, address)
    const sender = options.send ? await createSender(client, options) : undefined
    const rows = await interruptible('nothing is written', async (signal) => {
      const progress = createProgress('rows', samples.length)
      const done: Row[] = []
      try {
        for (const [index, sample] of samples.entries()) {
          signal.throwIfAborted()
          const row = await predict(client, address, sample, sender, signal).catch((error: Error) => {
            throw new UsageError(`row ${index}: ${reasonOf(error)}`)
          })
          if (row.output.length !== size)
            throw new UsageError(
              `row ${index}: ${row.output.length} bytes of output, expected ${size}: is it the contract of ${options.model}?`,
            )
          done.push(row)
          progress.step()
        }
      } finally {
        progress.end()
      }
      return done
    })
    if (options.output !== undefined) writeUserFile(options.output, Buffer.concat(rows.map(({ output }) => output)))
    const answers = rows.map(({ output, gas, transaction }) => {
      const numbers = numbersOf(types, output)
      return { class: classOf(types, numbers), outputs: numbers, gas, transaction }
    })
    const report = { model: name, address, rows: answers, gasPerRow: minMedianMax(rows.map(({ gas }) => gas)) }
    if (options.json) console.log(JSON.stringify(report))
    else print(report)
  } finally {
    client.close()
  }
}

function reasonOf(error: Error): string {
  // What ethers says when a contract returned something else.
  if ('code' in error && error.code === 'BAD_DATA') return 'the contract has no function predict(bytes)'
  return error instanceof RpcFailure || error instanceof UsageError ? error.message : String(error.message)
}

type Report = {
  readonly model: string
  readonly address: string
  readonly rows: readonly {
    readonly class: number | undefined
    readonly outputs: readonly number[]
    readonly gas: number
    readonly transaction: string | undefined
  }[]
  readonly gasPerRow: { readonly min: number; readonly median: number; readonly max: number }
}

function print({ model, address, rows, gasPerRow }: Report): void {
  console.log(`${model} at ${address}`)
  rows.slice(0, SHOWN_ROWS).forEach(({ class: found, outputs, gas, transaction }, row) => {
    const numbers = outputs.slice(0, SHOWN_NUMBERS).join(' ') + (outputs.length > SHOWN_NUMBERS ? ' ...' : '')
    const label = found === undefined ? '' : `class ${found}  `
    const hash = transaction === undefined ? '' : `  ${transaction}`
    console.log(`row ${row}  ${label}${gas.toLocaleString('en')} gas  outputs ${numbers}${hash}`)
  })
  if (rows.length > SHOWN_ROWS) console.log(`and ${rows.length - SHOWN_ROWS} more rows`)
  const { min, median, max } = gasPerRow
  console.log(
    `gas per row  min ${min.toLocaleString('en')}  median ${median.toLocaleString('en')}  max ${max.toLocaleString('en')}`,
  )
}
