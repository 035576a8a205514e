import { z } from 'zod'
import type { BlockRecord, ReceiptRecord } from '../../chain/chain.ts'
import { RpcError, rpcCodes } from '../errors.ts'
import { quantity } from '../format/quantity.ts'
import { findBlock } from '../location.ts'
import { type Methods, method, type NodeServices } from '../method.ts'
import { blockNumber, expected, looseQuantity, parameters } from '../params.ts'
import { nextHeader, SUGGESTED_TIP, suggestedFees } from '../suggestedFees.ts'

/** Most blocks of a fee history, and most percentiles. */
const MAX_BLOCKS = 1024
const MAX_PERCENTILES = 100

const nothing = parameters()

const percentiles = z
  .array(z.number(expected('a number')), expected('a list of percentiles'))
  .max(MAX_PERCENTILES, `over the query limit ${MAX_PERCENTILES}`)

/** @throws {RpcError} in geth's words */
function checkPercentiles(values: readonly number[]): void {
  values.forEach((value, index) => {
    const before = values[index - 1]
    if (value < 0 || value > 100) throw new RpcError(rpcCodes.serverError, `invalid reward percentile: ${value}`)
    if (before !== undefined && value < before) {
      const order = `#${index - 1}:${before} >= #${index}:${value}`
      throw new RpcError(rpcCodes.serverError, `invalid reward percentile: ${order}`)
    }
  })
}

/**
 * What the transactions of a block gave the miner a gas: for each percentile the least that so many percent of the
 * block's gas gave.
 */
function rewards({ block, receipts }: BlockRecord, values: readonly number[]) {
  const { baseFeePerGas = 0n, gasUsed } = block.header
  if (receipts.length === 0) return values.map(() => '0x0')
  const tipOf = ({ effectiveGasPrice }: ReceiptRecord) => effectiveGasPrice - baseFeePerGas
  const sorted = [...receipts].sort((a, b) => (tipOf(a) < tipOf(b) ? -1 : tipOf(a) > tipOf(b) ? 1 : 0))
  let index = 0
  let sum = sorted[0]?.gasUsed ?? 0n
  return values.map((value) => {
    const threshold = BigInt(Math.floor((Number(gasUsed) * value) / 100))
    while (sum < threshold && index < sorted.length - 1) sum += (sorted[++index] as ReceiptRecord).gasUsed
    return quantity(tipOf(sorted[index] as ReceiptRecord))
  })
}

/** Fees of the block after one: of the next in the chain, or of the one that is to come. */
async function headerAfter(number: bigint, services: NodeServices) {
  const block = await services.chain.blockAt(number + 1n)
  return block?.header ?? nextHeader(services)
}

async function feeHistory(
  count: number,
  newest: bigint,
  values: readonly number[] | undefined,
  services: NodeServices,
) {
  const blocks = Math.min(count, MAX_BLOCKS, Number(newest) + 1)
  if (blocks < 1) return { oldestBlock: '0x0', gasUsedRatio: [] }
  const oldest = newest - BigInt(blocks - 1)
  const records: BlockRecord[] = []
  for (let number = oldest; number <= newest; number++) {
    const record = await services.chain.recordAt(number)
    if (record !== undefined) records.push(record)
  }
  const headers = [...records.map(({ block }) => block.header), await headerAfter(newest, services)]
  const ratio = (part: bigint, whole: bigint) => (whole === 0n ? 0 : Number(part) / Number(whole))
  return {
    oldestBlock: quantity(oldest),
    baseFeePerGas: headers.map(({ baseFeePerGas = 0n }) => quantity(baseFeePerGas)),
    gasUsedRatio: records.map(({ block: { header } }) => ratio(header.gasUsed, header.gasLimit)),
    baseFeePerBlobGas: headers.map((header) =>
      quantity(header.excessBlobGas === undefined ? 0n : header.getBlobGasPrice()),
    ),
    blobGasUsedRatio: records.map(({ block: { header } }) => {
      if (header.blobGasUsed === undefined) return 0
      return ratio(header.blobGasUsed, header.common.getBlobGasSchedule().maxBlobGasPerBlock)
    }),
    ...(values === undefined ? {} : { reward: records.map((record) => rewards(record, values)) }),
  }
}

/** Methods that say what gas costs. */
export const feeMethods: Methods = {
  eth_gasPrice: method(nothing, (_, context) => quantity(suggestedFees(context).gasPrice)),
  eth_maxPriorityFeePerGas: method(nothing, () => quantity(SUGGESTED_TIP)),
  eth_baseFee: method(nothing, (_, context) => quantity(nextHeader(context).baseFeePerGas ?? 0n)),
  eth_blobBaseFee: method(nothing, (_, context) => {
    const header = nextHeader(context)
    return quantity(header.excessBlobGas === undefined ? 0n : header.getBlobGasPrice())
  }),
  eth_feeHistory: method(
    parameters(looseQuantity, blockNumber, percentiles.optional()),
    async ([count, id, values], context) => {
      checkPercentiles(values ?? [])
      const head = context.chain.head().header.number
      if (typeof id === 'bigint' && id > head) {
        const message = `request beyond head block: requested ${id}, head ${head}`
        throw new RpcError(rpcCodes.serverError, message)
      }
      const newest = (await findBlock(id, context))?.header.number ?? head
      return feeHistory(Number(count), newest, values, context)
    },
  ),
}
