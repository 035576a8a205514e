import { createBlockFromRLP } from '@ethereumjs/block'
import { bytesToHex, equalsBytes } from '@ethereumjs/util'
import { defaultGenesis, loadTensorGenesis } from '../../evm-ext/index.ts'
import { createNodeChain, type NodeChain, openDirectoryDatabase } from '../../node/index.ts'
import { readBlockFile } from '../blockFile.ts'
import { describeError, UsageError } from '../errors.ts'
import { interruptible } from '../interrupt.ts'
import { loadModel } from '../models.ts'

type ImportOptions = {
  readonly datadir: string
  readonly genesis?: string
  readonly model?: readonly string[]
  readonly json?: boolean
}

/** Imports one block, unless the chain has it. @returns whether it had not */
async function importOne(chain: NodeChain, bytes: Uint8Array, path: string): Promise<boolean> {
  let number: bigint | undefined
  try {
    const block = createBlockFromRLP(bytes, {
      common: chain.commonAt({ number: 0n, timestamp: 0n }),
      setHardfork: true,
    })
    number = block.header.number
    const known = await chain.blockAt(number)
    if (known !== undefined && equalsBytes(known.hash(), block.hash())) return false
    if (known !== undefined)
      throw new UsageError(`another block than the chain in the directory has: ${bytesToHex(known.hash())}`)
    await chain.importBlock(block)
    return true
  } catch (error) {
    const message = describeError(error).replace(/^block \d+: /, '')
    throw new UsageError(`blocks ${path}: ${number === undefined ? 'not a block' : `block ${number}`}: ${message}`)
  }
}

/** Runs the blocks of a file on the chain in a directory; see the command's help. */
export async function importBlocks(path: string, options: ImportOptions): Promise<void> {
  const genesis = options.genesis === undefined ? defaultGenesis() : loadTensorGenesis(options.genesis)
  const models = (options.model ?? []).map((file) => loadModel(file).program)
  const blocks = readBlockFile(path)
  const database = await openDirectoryDatabase(options.datadir)
  const chain = await createNodeChain({ genesis, database }).catch(async (error) => {
    await database.close()
    throw error
  })
  let imported = 0
  let known = 0
  try {
    for (const model of models) await chain.models.put(model)
    await interruptible('what was imported stays; run the command again to go on', async (signal) => {
      for (const bytes of blocks) {
        if (await importOne(chain, bytes, path)) imported++
        else known++
        if (process.stderr.isTTY && imported % 16 === 0) process.stderr.write(`\r\u001b[Kblocks  ${imported}`)
        signal.throwIfAborted()
      }
    })
    const { header } = chain.head()
    const report = {
      imported,
      known,
      head: Number(header.number),
      hash: bytesToHex(header.hash()),
      stateRoot: bytesToHex(header.stateRoot),
    }
    if (options.json) console.log(JSON.stringify(report))
    else {
      console.log(`imported ${imported} blocks${known === 0 ? '' : `, ${known} were there already`}`)
      console.log(`head ${report.head} ${report.hash}`)
      console.log(`state root ${report.stateRoot}`)
    }
  } finally {
    if (process.stderr.isTTY) process.stderr.write('\r\u001b[K')
    await chain.close()
  }
}
