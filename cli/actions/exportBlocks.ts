import { closeSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { systemReason, UsageError } from '../errors.ts'
import { checkWritable } from '../files.ts'
import { interruptible } from '../interrupt.ts'
import { createProgress } from '../progress.ts'
import { connect, RpcFailure } from '../rpcClient.ts'

type ExportOptions = { readonly rpcUrl: string; readonly from: number; readonly to?: number }

/** Writes a chain's blocks to a file; see the command's help. */
export async function exportBlocks(path: string, { rpcUrl, from, to }: ExportOptions): Promise<void> {
  checkWritable([path])
  const client = await connect(rpcUrl)
  try {
    const newest = Number(await client.send<string>('eth_blockNumber'))
    const last = to ?? newest
    if (last > newest) throw new UsageError(`--to ${last}: the newest block is ${newest}`)
    if (from > last) throw new UsageError(`--from ${from}: expected at most ${last}, the last block`)
    const partial = `${path}.partial`
    const file = openSync(partial, 'w')
    const progress = createProgress('blocks', last - from + 1)
    try {
      await interruptible('nothing is written', async (signal) => {
        for (let number = from; number <= last; number++) {
          signal.throwIfAborted()
          const block = await client.send<string>('debug_getRawBlock', [`0x${number.toString(16)}`])
          writeSync(file, Buffer.from(block.slice(2), 'hex'))
          progress.step()
        }
      })
      renameSync(partial, path)
    } finally {
      progress.end()
      closeSync(file)
      rmSync(partial, { force: true })
    }
    console.log(`wrote ${path}: blocks ${from} to ${last} of chain ${client.chainId}`)
  } catch (error) {
    if (error instanceof RpcFailure) throw new UsageError(`${rpcUrl}: ${error.message}`)
    if (error instanceof Error && 'syscall' in error) throw new UsageError(`output ${path}: ${systemReason(error)}`)
    throw error
  } finally {
    client.close()
  }
}
