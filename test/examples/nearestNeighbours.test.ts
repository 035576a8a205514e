import { beforeAll, expect, test } from 'vitest'
import { type Chain, createChain, developmentAccounts } from '../../evm-ext/index.ts'
import { deployExample, type ExampleContract, int8Bytes } from '../../examples/exampleContract.ts'
import { printedLines } from './printedLines.ts'

const url = new URL('../../examples/nearestNeighbours/NearestNeighbours.sol', import.meta.url)
const DIMENSIONS = 5
const NEIGHBOURS = 3

type Point = { readonly vector: readonly number[]; readonly label: number }

let chain: Chain
let contract: ExampleContract

beforeAll(async () => {
  chain = await createChain()
  contract = await deployExample(chain, url, [DIMENSIONS, NEIGHBOURS])
}, 120_000)

function register(points: readonly Point[], from = 0) {
  const key = developmentAccounts[from]?.privateKey as Uint8Array
  const vectors = int8Bytes(points.flatMap(({ vector }) => vector))
  return contract.send({ from: key }, 'register', vectors, int8Bytes(points.map(({ label }) => label)))
}

/** By the definition: all distances, sorted. JavaScript's sort keeps the order of equals. */
function nearestOf(points: readonly Point[], vector: readonly number[]) {
  return points
    .map((point) => ({
      label: point.label,
      distance: vector.reduce((sum, x, index) => sum + (x - (point.vector[index] as number)) ** 2, 0),
    }))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, NEIGHBOURS)
}

function majorityOf(nearest: readonly { readonly label: number }[]): number {
  const votes = nearest.map(({ label }) => nearest.filter((other) => other.label === label).length)
  return nearest[votes.indexOf(Math.max(...votes))]?.label as number
}

/** int8 numbers from a fixed sequence, on a coarse grid so that distances tie. */
function createVectors(): () => number[] {
  let state = 7
  return () =>
    Array.from({ length: DIMENSIONS }, () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0
      return ((state >>> 24) % 5) * 63 - 128
    })
}

test('neighbours and labels are those of a search by the definition, over batches of any size', async () => {
  const points: Point[] = []
  await expect(contract.call('classify', int8Bytes([1, 2, 3, 4, 5]))).rejects.toThrow('TooFewPoints(0, 3)')
  const vector = createVectors()
  for (const size of [1, 1, 37, 100]) {
    const batch = Array.from({ length: size }, (_, index) => ({ vector: vector(), label: (index * 5) % 7 }))
    expect((await register(batch)).failure).toBeUndefined()
    points.push(...batch)
  }
  const extremes = [Array(DIMENSIONS).fill(-128), Array(DIMENSIONS).fill(127)]
  let ties = 0
  for (const query of [...extremes, ...Array.from({ length: 20 }, vector)]) {
    const expected = nearestOf(points, query)
    const found = (await contract.call('neighbours', int8Bytes(query))) as { distance: bigint; label: bigint }[]
    expect(found.map(({ distance, label }) => ({ label: Number(label), distance: Number(distance) }))).toEqual(expected)
    expect(Number(await contract.call('classify', int8Bytes(query)))).toBe(majorityOf(expected))
    if (new Set(expected.map(({ distance }) => distance)).size < NEIGHBOURS) ties++
  }
  expect(ties).toBeGreaterThan(3)
})

test('a point that is registered again is found again, and the far corner is 5 * 255^2 away', async () => {
  const corners = await deployExample(chain, url, [DIMENSIONS, 2])
  await corners.send({}, 'register', int8Bytes(Array(DIMENSIONS).fill(127)), Uint8Array.of(127))
  await corners.send({}, 'register', int8Bytes(Array(2 * DIMENSIONS).fill(-128)), Uint8Array.of(1, 2))
  const plain = async (value: number) =>
    ((await corners.call('neighbours', int8Bytes(Array(DIMENSIONS).fill(value)))) as bigint[][]).map((neighbour) =>
      neighbour.map(Number),
    )
  expect(await plain(-128)).toEqual([
    [0, 1],
    [0, 2],
  ])
  expect(await plain(127)).toEqual([
    [0, 127],
    [325_125, 1],
  ])
})

test('vectors may have 6080 elements', async () => {
  const long = await deployExample(chain, url, [6080, 1])
  await long.send({}, 'register', int8Bytes(Array(6080).fill(-128)), Uint8Array.of(3))
  const nearest = (await long.call('neighbours', int8Bytes(Array(6080).fill(127)))) as bigint[][]
  expect(nearest.map((neighbour) => neighbour.map(Number))).toEqual([[395_352_000, 3]])
  await expect(deployExample(chain, url, [6081, 1])).rejects.toThrow('the contract was not created')
})

test('what is not a batch is refused', async () => {
  const point = { vector: [1, 2, 3, 4, 5], label: 1 }
  expect((await register([point], 1)).failure).toBe('NotCurator()')
  expect((await register([])).failure).toBe('WrongBatch(0, 0)')
  expect((await register([point, { ...point, vector: [1, 2, 3] }])).failure).toBe('WrongBatch(8, 2)')
  expect((await register(Array(4096).fill(point))).failure).toBe('TooMuchData(24576)')
  await expect(contract.call('neighbours', int8Bytes([1, 2]))).rejects.toThrow('LengthMismatch(2, 5)')
  await expect(deployExample(chain, url, [DIMENSIONS, 0])).rejects.toThrow('the contract was not created')
})

test('main', async () => {
  const lines = await printedLines('nearestNeighbours/main.ts')
  expect(lines).toMatch(/^300 digits registered as vectors of 49, \d+ gas each$/m)
  expect(lines.match(/^digit (\d): neighbours (\d at \d+(, )?){5}; classified \1$/gm)).toHaveLength(3)
  expect(lines).toMatch(/^26\/30 right, \d+ gas/m)
})
