import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { describe, expect, test, vi } from 'vitest'
import { defaultGenesis } from '../../evm-ext/index.ts'
import { createInferencePool, type InferencePath, inferencePaths, suitableWorkers } from '../../inference/index.ts'
import { summarize } from '../../model/index.ts'
import { smallProgram } from '../cli/bins.ts'

const program = smallProgram()
const samples = Array.from({ length: 70 }, (_, index) => Uint8Array.of(index, 3 * index, 255 - index))

/** Outputs and gas; times differ. */
async function results(workers: number, options: object = {}, given = samples, path: InferencePath = 'precompile') {
  const pool = await createInferencePool(path, program, { workers, ...options })
  try {
    expect(pool.workers).toBe(workers)
    let ended = 0
    const inferences = await pool.inferAll(given, () => ended++)
    expect(ended).toBe(given.length)
    return inferences.map(({ output, gas }) => ({ output: [...output], gas }))
  } finally {
    await pool.close()
  }
}

/** The error that samples end with. */
async function failure(workers: number, given: readonly Uint8Array[]): Promise<Error> {
  const pool = await createInferencePool('precompile', program, { workers })
  const error = await pool.inferAll(given).catch((caught: Error) => caught)
  expect(error).toBeInstanceOf(Error)
  await expect(pool.inferAll(samples)).rejects.toBe(error)
  return error as Error
}

describe('several threads', () => {
  test.each(inferencePaths)('give by %s what one gives, in order', async (path) => {
    const alone = await results(1, {}, samples, path)
    expect(new Set(alone.map(({ output }) => output.join())).size).toBeGreaterThan(30)
    expect(await results(3, {}, samples, path)).toEqual(alone)
  })

  test.each([
    ['by block', { tensorBlock: 1, forks: [8, 30].map((block) => ({ name: `at${block}`, block })) }],
    ['by time', { tensorTime: 10, forks: [20, 45].map((time) => ({ name: `at${time}`, time })) }],
  ])('reach forks %s at the same samples', async (_, { forks, ...options }) => {
    const dearer = forks.map((fork, index) => ({ ...fork, parameters: { tensorBaseGas: 1000 * (index + 1) } }))
    const genesis = defaultGenesis({ ...options, forks: dearer })
    const alone = await results(1, { genesis })
    expect(new Set(alone.map(({ gas }) => gas)).size).toBeGreaterThan(2)
    expect(await results(2, { genesis })).toEqual(alone)
  })

  test('run what one file holds, one sample after the other, more than once', async () => {
    const file = Uint8Array.from(samples.flatMap((sample) => [...sample]))
    const views = samples.map((_, index) => file.subarray(3 * index, 3 * index + 3))
    const pool = await createInferencePool('reference', program, { workers: 2 })
    const [first, none, again] = [await pool.inferAll(views), await pool.inferAll([]), await pool.inferAll(views)]
    expect(first.map(({ output }) => [...output])).toEqual(again.map(({ output }) => [...output]))
    expect(none).toEqual([])
    const both = [pool.inferAll(views), pool.inferAll(views)]
    expect((await Promise.allSettled(both)).map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
    await pool.close()
    await expect(pool.inferAll(views)).rejects.toThrow('the inference pool was closed')
  })
})

describe('a failure', () => {
  const short = Uint8Array.of(1, 2)

  // A thread begins with samples 0 to 8, the other with 9: whose failure comes first.
  test.each([[[69]], [[60, 9, 8]]])('of the samples %j is that of the first', async (bad) => {
    const given = samples.map((sample, index) => (bad.includes(index) ? short : sample))
    const alone = await failure(1, given)
    expect(alone.message).toMatch(new RegExp(`^sample ${Math.min(...bad)}: the transaction failed: `))
    expect(await failure(2, given)).toEqual(alone)
  })

  test('before the first sample is the one that a single thread has', async () => {
    const poor = { ...defaultGenesis(), geth: { ...defaultGenesis().geth, alloc: {} } }
    const starting = [1, 2].map((workers) =>
      createInferencePool('precompile', program, { workers, genesis: poor, where: 'genesis poor.json' }),
    )
    const errors = await Promise.all(starting.map((pool) => pool.catch((error: Error) => error)))
    expect((errors[0] as Error).message).toMatch(/^genesis poor\.json: expected alloc to fund 0x/)
    expect(errors[1]).toEqual(errors[0])
  })

  test('is closing it meanwhile', async () => {
    const pool = await createInferencePool('precompile', program, { workers: 2 })
    const running = pool.inferAll(samples).catch((error: Error) => error.message)
    await pool.close()
    expect(await running).toBe('the inference pool was closed')
  })

  test('is that a thread ends by itself, at work or not', async () => {
    const posts = vi.spyOn(Worker.prototype, 'postMessage')
    for (const isAtWork of [true, false]) {
      posts.mockClear()
      const pool = await createInferencePool('precompile', program, { workers: 2 })
      const [worker] = posts.mock.contexts as Worker[]
      const stop = () => void worker?.terminate()
      const exit = new Promise((resolve) => worker?.once('exit', resolve))
      if (!isAtWork) await Promise.all([exit, stop()])
      const error = await pool.inferAll(samples, isAtWork ? stop : undefined).catch((caught: Error) => caught)
      const message = /^(sample \d+: )?a thread of the inference pool stopped: exit code 1$/
      expect((error as Error).message).toMatch(message)
      await expect(pool.inferAll(samples)).rejects.toBe(error)
    }
    posts.mockRestore()
  })

  test.each([0, 257, 1.5])('is to ask for %s threads', async (workers) => {
    const message = `workers: expected an integer in 1..256, found ${workers}`
    await expect(createInferencePool('reference', program, { workers })).rejects.toThrow(new RangeError(message))
  })
})

test('threads are for many samples, and no more of them than there are cores', () => {
  const cores = Math.min(availableParallelism(), 256)
  const summary = summarize(program)
  for (const path of inferencePaths) {
    expect(suitableWorkers(path, summary, 100)).toBe(1)
    expect(suitableWorkers(path, summary, 10 ** 9)).toBe(cores)
  }
})
