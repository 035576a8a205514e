import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { z } from 'zod'
import type { NodeDatabase, Space } from '../database/database.ts'
import { hash32 } from '../rpc/params.ts'
import { DUMP_FORMAT, DUMP_VERSION, DumpError, type DumpedChain, type DumpLine, spaces } from './form.ts'

const headerForm = z.object({
  format: z.literal(DUMP_FORMAT),
  version: z.number(),
  chainId: z.number(),
  genesisHash: hash32,
  head: z.object({ number: z.number(), hash: hash32, stateRoot: hash32 }),
})

const lineForm: z.ZodType<DumpLine> = z.tuple([z.enum(spaces), z.string().regex(/^[ -~]+$/), z.base64()])
const endForm = z.object({ entries: z.number() })

/** Called with each entry of a dump. */
type OnEntry = (space: Space, key: string, value: Uint8Array) => void

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

function readHeader(line: string): DumpedChain {
  const header = headerForm.safeParse(parseLine(line))
  if (!header.success) throw new DumpError('not a state that a node wrote')
  const { version, ...chain } = header.data
  if (version !== DUMP_VERSION)
    throw new DumpError(`version ${version} of a state; this program reads version ${DUMP_VERSION}`)
  return chain
}

/**
 * Lines of a dump, uncompressed.
 *
 * @throws {DumpError} when it is cut off, not compressed as it should be, or longer than `maxBytes` uncompressed
 */
async function* linesOf(source: Readable, maxBytes: number): AsyncIterable<string> {
  const text = createGunzip()
  let bytes = 0
  text.on('data', (part: Buffer) => {
    bytes += part.length
    if (bytes > maxBytes) text.destroy(new DumpError(`a state of more than ${maxBytes} bytes`))
  })
  source.on('error', (error) => text.destroy(error))
  const lines = createInterface({ input: source.pipe(text), crlfDelay: Number.POSITIVE_INFINITY })
  // The interface would not tell of an error of what it reads.
  const failed = new Promise<never>((_, reject) => {
    text.on('error', reject)
  })
  failed.catch(() => undefined)
  const iterator = lines[Symbol.asyncIterator]()
  try {
    for (;;) {
      const next = await Promise.race([iterator.next(), failed])
      if (next.done === true) return
      yield next.value
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'Z_BUF_ERROR') throw new DumpError('a state that was cut off')
    if (code?.startsWith('Z_')) throw new DumpError('not a state that a node wrote, or damaged')
    throw error
  } finally {
    lines.close()
    source.destroy()
  }
}

/**
 * Reads a dump to its end.
 *
 * @param maxBytes - most that it may have, uncompressed
 * @returns the chain that it is of
 * @throws {DumpError} when it is not a dump, of another version, damaged, cut off or too long
 */
export async function readDump(
  source: Readable,
  onEntry: OnEntry,
  maxBytes = Number.POSITIVE_INFINITY,
): Promise<DumpedChain> {
  let chain: DumpedChain | undefined
  let entries = 0
  let isComplete = false
  for await (const line of linesOf(source, maxBytes)) {
    if (chain === undefined) {
      chain = readHeader(line)
      continue
    }
    const parsed = parseLine(line)
    const entry = lineForm.safeParse(parsed)
    if (entry.success && !isComplete) {
      const [space, key, value] = entry.data
      onEntry(space, key, Buffer.from(value, 'base64'))
      entries++
      continue
    }
    const end = endForm.safeParse(parsed)
    if (!end.success || isComplete) throw new DumpError(`damaged: entry ${entries + 1} is none`)
    if (end.data.entries !== entries) throw new DumpError(`damaged: ${entries} of ${end.data.entries} entries`)
    isComplete = true
  }
  if (chain === undefined) throw new DumpError('not a state that a node wrote')
  if (!isComplete) throw new DumpError('a state that was cut off')
  return chain
}

/**
 * Fills an empty database with what a dump has, all of it or nothing.
 *
 * @param expected - the chain whose database it is to be
 * @throws {DumpError} as {@link readDump} does, and when it is of another chain
 */
export async function restoreDump(
  source: Readable,
  database: NodeDatabase,
  expected: { readonly chainId: number },
): Promise<DumpedChain> {
  const entries: [Space, string, Uint8Array][] = []
  const chain = await readDump(source, (...entry) => entries.push(entry))
  if (chain.chainId !== expected.chainId)
    throw new DumpError(`of chain ${chain.chainId}, not of chain ${expected.chainId}`)
  for (const entry of entries) database.put(...entry)
  await database.commit()
  return chain
}

/** A dump in bytes, as a stream. */
export function streamOf(bytes: Uint8Array): Readable {
  return Readable.from([Buffer.from(bytes)])
}
