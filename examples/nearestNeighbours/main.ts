// k nearest neighbours on chain: a curator registers labelled vectors, anyone asks what another vector is.
import { createChain } from '../../evm-ext/index.ts'
import { deployExample, type ExampleContract, int8Bytes } from '../exampleContract.ts'
import { DIGIT_SIZE, type Digit, heldOutDigits } from '../mnist/digits.ts'
import { runExample } from '../runExample.ts'

const NEIGHBOURS = 5
const CELL = 4
const CELLS = DIGIT_SIZE / CELL
/** A batch of points for each transaction. */
const BATCH = 100
const POINTS = 300
const QUERIES = 30

/** A digit as a vector: the mean shade of each cell of 4 x 4 pixels, int8 [49]. */
export function vectorOf({ pixels }: Digit): number[] {
  return Array.from({ length: CELLS * CELLS }, (_, cell) => {
    const first = Math.floor(cell / CELLS) * CELL * DIGIT_SIZE + (cell % CELLS) * CELL
    let sum = 0
    for (let row = 0; row < CELL; row++)
      for (let column = 0; column < CELL; column++) sum += pixels[first + row * DIGIT_SIZE + column] as number
    return Math.round(sum / CELL ** 2)
  })
}

/** Registers digits as points. @returns gas of all transactions */
export async function registerDigits(contract: ExampleContract, digits: readonly Digit[]): Promise<bigint> {
  let gas = 0n
  for (let first = 0; first < digits.length; first += BATCH) {
    const batch = digits.slice(first, first + BATCH)
    const labels = Uint8Array.from(batch, ({ label }) => label)
    const { failure, gasUsed } = await contract.send({}, 'register', int8Bytes(batch.flatMap(vectorOf)), labels)
    if (failure !== undefined) throw new Error(`register: ${failure}`)
    gas += gasUsed
  }
  return gas
}

export async function main(print: (line: string) => void = console.log): Promise<void> {
  const chain = await createChain()
  const url = new URL('NearestNeighbours.sol', import.meta.url)
  const contract = await deployExample(chain, url, [CELLS ** 2, NEIGHBOURS])

  const digits = heldOutDigits(POINTS + QUERIES)
  const gas = await registerDigits(contract, digits.slice(0, POINTS))
  print(`${POINTS} digits registered as vectors of ${CELLS ** 2}, ${gas / BigInt(POINTS)} gas each`)

  let right = 0
  for (const [index, digit] of digits.slice(POINTS).entries()) {
    const vector = int8Bytes(vectorOf(digit))
    const label = Number(await contract.call('classify', vector))
    if (label === digit.label) right++
    if (index >= 3) continue
    const nearest = (await contract.call('neighbours', vector)) as { distance: bigint; label: bigint }[]
    const shown = nearest.map(({ distance, label }) => `${label} at ${distance}`).join(', ')
    print(`digit ${digit.label}: neighbours ${shown}; classified ${label}`)
  }
  const { gasUsed } = await contract.send({}, 'classify', int8Bytes(vectorOf(digits[POINTS] as Digit)))
  print(`${right}/${QUERIES} right, ${gasUsed} gas for a transaction that classifies`)
}

await runExample(import.meta.url, main)
