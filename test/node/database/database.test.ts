import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ClassicLevel } from 'classic-level'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { NodeDatabase, Space } from '../../../node/database/database.ts'
import { openDirectoryDatabase } from '../../../node/database/directory.ts'
import { createLayer } from '../../../node/database/layer.ts'
import { createMemoryDatabase } from '../../../node/database/memory.ts'
import { createRecent } from '../../../node/database/recent.ts'

let room: string
let count = 0
beforeAll(() => {
  room = mkdtempSync(join(tmpdir(), 'tensor-evm-database-'))
})
afterAll(() => rmSync(room, { recursive: true }))
const newDirectory = () => join(room, String(count++))

/** What is on disk now, as a process that is killed now leaves it. */
function copyOf(directory: string): string {
  const copy = newDirectory()
  cpSync(directory, copy, { recursive: true })
  rmSync(join(copy, 'LOCK'))
  return copy
}

const bytes = (...values: number[]) => Uint8Array.from(values)

async function listed(database: NodeDatabase, space: Space) {
  const entries: [string, number[]][] = []
  for await (const [key, value] of database.entries(space)) entries.push([key, [...value]])
  // The database's own record of its format.
  return entries.filter(([key]) => key !== 'format')
}

const spaces = ['state', 'chain', 'node'] as const
const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('put' as const),
      space: fc.constantFrom(...spaces),
      key: fc.constantFrom('a', 'b', 'ab', 'b:', '0'),
      value: fc.uint8Array({ maxLength: 3 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('delete' as const),
      // Entries of the space of states never change.
      space: fc.constantFrom('chain' as const, 'node' as const),
      key: fc.constantFrom('a', 'b', 'ab', 'b:', '0'),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constantFrom('commit' as const, 'begin' as const, 'reopen' as const) }),
  },
)

describe.each([
  { name: 'memory', open: async (_: string) => createMemoryDatabase(), isKept: false, runs: 200 },
  {
    name: 'directory',
    open: (directory: string) => openDirectoryDatabase(directory, { cacheBytes: 600 }),
    isKept: true,
    runs: 30,
  },
])('$name', ({ open, isKept, runs }) => {
  test('is a map to those who read, whatever is committed and when', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const directory = newDirectory()
        let database = await open(directory)
        const model = new Map<string, Uint8Array>()
        const seen = new Map<string, Uint8Array>()
        for (const action of steps) {
          if (action.kind === 'put') {
            const id = `${action.space}/${action.key}`
            // A key of a state stands for one content.
            const value = action.space === 'state' ? (seen.get(id) ?? action.value) : action.value
            seen.set(id, value)
            model.set(id, value)
            database.put(action.space, action.key, value)
          } else if (action.kind === 'delete') {
            model.delete(`${action.space}/${action.key}`)
            database.delete(action.space, action.key)
          } else if (action.kind === 'commit') await database.commit()
          else if (action.kind === 'begin') void database.commit()
          else if (isKept) {
            await database.close()
            database = await open(directory)
          }
          for (const space of spaces)
            for (const key of ['a', 'ab']) expect(await database.get(space, key)).toEqual(model.get(`${space}/${key}`))
        }
        for (const space of spaces) {
          const expected = [...model]
            .filter(([id]) => id.startsWith(`${space}/`))
            .map(([id, value]) => [id.slice(space.length + 1), [...value]])
            .sort(([a = ''], [b = '']) => (a < b ? -1 : 1))
          expect(await listed(database, space)).toEqual(expected)
        }
        await database.close()
      }),
      { numRuns: runs },
    )
  })

  test('has its own copy of what is put', async () => {
    const database = await open(newDirectory())
    const value = bytes(1, 2)
    database.put('node', 'a', value)
    value[0] = 9
    expect(await database.get('node', 'a')).toEqual(bytes(1, 2))
    await database.close()
  })
})

describe('a directory', () => {
  test('holds what was committed, and nothing else, when a process is killed', async () => {
    const directory = newDirectory()
    const database = await openDirectoryDatabase(directory)
    database.put('node', 'a', bytes(1))
    database.put('chain', 'b', bytes(2))
    await database.commit()
    database.put('node', 'a', bytes(3))
    database.delete('chain', 'b')
    expect(await database.get('node', 'a')).toEqual(bytes(3))
    const found = await openDirectoryDatabase(copyOf(directory))
    expect(await found.get('node', 'a')).toEqual(bytes(1))
    expect(await found.get('chain', 'b')).toEqual(bytes(2))
    await found.close()
    await database.close()
  })

  test('is made with its parents', async () => {
    const database = await openDirectoryDatabase(join(newDirectory(), 'deep', 'er'))
    await database.close()
  })

  test('that another has open is refused', async () => {
    const directory = newDirectory()
    const database = await openDirectoryDatabase(directory)
    await expect(openDirectoryDatabase(directory)).rejects.toThrow(
      `${directory}: another process has this database open`,
    )
    await database.close()
  })

  test('with other files is refused and left as it is', async () => {
    const directory = newDirectory()
    mkdirSync(directory)
    writeFileSync(join(directory, 'letter.txt'), 'dear')
    await expect(openDirectoryDatabase(directory)).rejects.toThrow(
      `${directory}: expected an empty directory or a node's database, found other files`,
    )
    expect(readdirSync(directory)).toEqual(['letter.txt'])
  })

  test('that is a file is refused', async () => {
    const file = newDirectory()
    writeFileSync(file, '')
    await expect(openDirectoryDatabase(file)).rejects.toThrow(`${file}: not a directory`)
  })

  test('of another format is refused', async () => {
    const directory = newDirectory()
    await (await openDirectoryDatabase(directory)).close()
    const level = new ClassicLevel(directory)
    await level.put('node:format', '2')
    await level.close()
    await expect(openDirectoryDatabase(directory)).rejects.toThrow(
      `${directory}: expected a node's database of format 1, found a database of format 2`,
    )
  })

  test("of somebody else's database is refused", async () => {
    const directory = newDirectory()
    const level = new ClassicLevel(directory)
    await level.put('a', 'b')
    await level.close()
    await expect(openDirectoryDatabase(directory)).rejects.toThrow('found a database of something else')
  })

  test('whose files are damaged is refused in one line', async () => {
    const directory = newDirectory()
    await (await openDirectoryDatabase(directory)).close()
    for (const name of readdirSync(directory))
      if (name.startsWith('MANIFEST')) writeFileSync(join(directory, name), 'nonsense')
    await expect(openDirectoryDatabase(directory)).rejects.toThrow(/^[^\n]*: can't be opened: [^\n]*$/)
  })
})

describe('a layer', () => {
  test('is seen by nobody until it is applied, and not at all when it is discarded', async () => {
    const database = createMemoryDatabase()
    database.put('node', 'a', bytes(1))
    const layer = createLayer(database)
    layer.put('node', 'a', bytes(2))
    layer.delete('node', 'b')
    await database.commit()
    expect([await layer.get('node', 'a'), await database.get('node', 'a')]).toEqual([bytes(2), bytes(1)])
    layer.discard()
    expect(await layer.get('node', 'a')).toEqual(bytes(1))
    layer.put('node', 'c', bytes(3))
    await layer.apply()
    expect(await database.get('node', 'c')).toEqual(bytes(3))
  })
})

test('values that were not used for longest give way', () => {
  const recent = createRecent<string>(10)
  recent.set('a', 'A', 4)
  recent.set('b', 'B', 4)
  recent.get('a')
  recent.set('c', 'C', 4)
  recent.set('too large', 'D', 11)
  expect(['a', 'b', 'c', 'too large'].map((key) => recent.get(key))).toEqual(['A', undefined, 'C', undefined])
  recent.set('a', 'again', 6)
  expect(['a', 'c'].map((key) => recent.get(key))).toEqual(['again', 'C'])
})
