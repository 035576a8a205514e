import { Readable } from 'node:stream'
import { constants, createGzip } from 'node:zlib'
import { bytesToHex } from '@ethereumjs/util'
import type { NodeChain } from '../chain/chain.ts'
import type { Space } from '../database/database.ts'
import { DUMP_FORMAT, DUMP_VERSION, type DumpEnd, type DumpHeader, type DumpLine, spaces } from './form.ts'

type Entry = readonly [key: string, value: Uint8Array]

/** Entries of a space as they are when {@link openEntries} resolves. */
type Entries = { read(): AsyncIterable<Entry>; close(): Promise<void> }

async function openEntries(chain: NodeChain, space: Space): Promise<Entries> {
  const iterator = chain.database.entries(space)[Symbol.asyncIterator]()
  const first = await iterator.next()
  return {
    async *read() {
      for (let next = first; next.done !== true; next = await iterator.next()) yield next.value
    },
    async close() {
      await iterator.return?.()
    },
  }
}

/**
 * Everything that a node has: its blocks, receipts, states and models, compressed with gzip. See {@link DumpHeader},
 * {@link DumpLine} and {@link DumpEnd} for the lines in it, each a JSON text.
 *
 * @returns what there is when this resolves; the chain may go on while it is read
 */
export async function dumpOf(chain: NodeChain): Promise<Readable> {
  const genesis = await chain.blockAt(0n)
  if (genesis === undefined) throw new Error('the chain has no genesis block')
  let header: DumpHeader | undefined
  const opened: (readonly [Space, Entries])[] = []
  // Between two operations of the chain, as its own operations are.
  await chain.editState(async (state) => {
    const head = chain.head()
    header = {
      ...{ format: DUMP_FORMAT, version: DUMP_VERSION },
      ...{ chainId: chain.genesis.chainId, genesisHash: bytesToHex(genesis.hash()) },
      head: {
        ...{ number: Number(head.header.number), hash: bytesToHex(head.hash()) },
        stateRoot: bytesToHex(await state.getStateRoot()),
      },
    }
    for (const space of spaces) opened.push([space, await openEntries(chain, space)])
  })

  const lines = async function* () {
    try {
      yield `${JSON.stringify(header)}\n`
      let count = 0
      for (const [space, entries] of opened)
        for await (const [key, value] of entries.read()) {
          const line: DumpLine = [space, key, Buffer.from(value).toString('base64')]
          count++
          yield `${JSON.stringify(line)}\n`
        }
      yield `${JSON.stringify({ entries: count } satisfies DumpEnd)}\n`
    } finally {
      for (const [, entries] of opened) await entries.close()
    }
  }
  return Readable.from(lines(), { objectMode: false }).compose(createGzip({ level: constants.Z_BEST_SPEED }))
}
