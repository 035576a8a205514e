import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createDirectoryStore, createMemoryStore, modelRoot, type Root } from '../../model/index.ts'
import { randomProgram } from './randomProgram.ts'

const { program } = randomProgram(1)
const { program: other } = randomProgram(2)

describe('createMemoryStore', () => {
  it('gives models by their root', async () => {
    const store = createMemoryStore()
    const root = await store.put(program)
    expect(root).toBe(modelRoot(program))
    expect(await store.get(root)).toBe(program)
    expect(await store.get(root.toUpperCase().replace('0X', '0x') as Root)).toBe(program)
    expect(await store.get(modelRoot(other))).toBeUndefined()
    await expect(store.get('0x12')).rejects.toThrow('root: "0x12" is not 0x and 64 hex digits')
  })
})

describe('createDirectoryStore', () => {
  let directory: string
  const pathOf = (root: Root) => join(directory, 'models', `${root}.tensorev`)
  const open = (cacheBytes?: number) =>
    createDirectoryStore(join(directory, 'models'), cacheBytes === undefined ? {} : { cacheBytes })

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'tensor-evm-store-'))
  })
  afterEach(async () => {
    await rm(directory, { recursive: true })
  })

  it('keeps models for another process, in one file each', async () => {
    const roots = await Promise.all([program, other, program].map((model) => open().put(model)))
    expect((await readdir(join(directory, 'models'))).sort()).toEqual(
      [...new Set(roots)].map((root) => `${root}.tensorev`).sort(),
    )
    expect(await open().get(modelRoot(program))).toEqual(program)
    expect(await open().get(modelRoot(other))).toEqual(other)
  })

  it('has nothing before anything was put', async () => {
    expect(await open().get(modelRoot(program))).toBeUndefined()
  })

  it('refuses a root that is not one, so that no path can be smuggled in', async () => {
    await expect(open().get('0x../../../etc/passwd')).rejects.toThrow(TypeError)
  })

  it('refuses a damaged file and names it', async () => {
    const root = await open().put(program)
    const bytes = await readFile(pathOf(root))
    bytes[bytes.length - 1] = (bytes.at(-1) as number) ^ 1
    await writeFile(pathOf(root), bytes)
    await expect(open().get(root)).rejects.toThrow(`${pathOf(root)}: the model in it has the root 0x`)
    await writeFile(pathOf(root), bytes.subarray(0, 20))
    await expect(open().get(root)).rejects.toThrow(`${pathOf(root)}: model file: 20 bytes`)
  })

  it('refuses the file of another model', async () => {
    const store = open()
    const [root, wrong] = [await store.put(program), await store.put(other)]
    await writeFile(pathOf(root), await readFile(pathOf(wrong)))
    await expect(open().get(root)).rejects.toThrow(`the model in it has the root ${wrong}`)
  })

  it('mends a damaged file when the model is put again', async () => {
    const root = await open().put(program)
    await writeFile(pathOf(root), 'damaged')
    await open().put(program)
    expect(await open().get(root)).toEqual(program)
  })

  it('keeps models in memory, up to the limit and the least recently used no longer', async () => {
    const [first, second, third] = [1, 2, 3].map((value): typeof program => ({
      inputs: [],
      constants: [{ dtype: 'int8', shape: [100], data: new Int8Array(100).fill(value) }],
      steps: [],
      outputs: [0],
    })) as [typeof program, typeof program, typeof program]
    // Each counts 100 bytes and 1024 for its constant and its output each.
    const store = open(3 * (100 + 2 * 1024) - 1)
    for (const model of [first, second]) await store.put(model)
    expect(await store.get(modelRoot(first))).toBe(first)
    await store.put(third)
    await rm(join(directory, 'models'), { recursive: true })
    expect(await store.get(modelRoot(first))).toBe(first)
    expect(await store.get(modelRoot(third))).toBe(third)
    expect(await store.get(modelRoot(second))).toBeUndefined()
  })

  it('finds a file that was damaged after it was verified', async () => {
    const root = await open().put(program)
    const store = open(0)
    const other = await store.put({ ...program, outputs: [...program.outputs, 0] })
    expect(await store.get(root)).toBeDefined()
    expect(await store.get(other)).toBeDefined()
    const path = pathOf(root)
    const bytes = await readFile(path)
    bytes[bytes.length - 1] = (bytes.at(-1) as number) ^ 1
    await writeFile(path, bytes)
    await utimes(path, 1, 1)
    await expect(store.get(root)).rejects.toThrow(path)
  })
})
