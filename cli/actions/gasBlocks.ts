import {
  type BlockRow,
  createBlockRunner,
  formatGenome,
  type WorstBlocks,
  worstBlocks,
} from '../../calibration/index.ts'
import { UsageError } from '../errors.ts'

export type GasBlocksOptions = {
  readonly gas: readonly number[]
  readonly seconds: number
  readonly seed: number
  readonly finalists: number
  readonly anvil?: string | false
  readonly json?: boolean
}

function printRows(rows: readonly BlockRow[]): void {
  for (const { name, kind, gas, seconds, nsPerGas, anvilNsPerGas } of rows) {
    const anvil = anvilNsPerGas === undefined ? '' : `  anvil ${anvilNsPerGas.toPrecision(3)}`
    const cells = [
      kind.padEnd(10),
      `${(gas / 1e6).toFixed(1)} M gas`.padStart(12),
      `${seconds.toFixed(2)} s`.padStart(10),
    ]
    console.log(`  ${cells.join('  ')}  ${nsPerGas.toPrecision(3).padStart(6)} ns a gas${anvil}  ${name}`)
  }
}

function print({ ranking, rows, worst, simplest, evaluated, notes }: WorstBlocks): void {
  console.log('ordinary code, worst first')
  printRows(ranking.slice(0, 20))
  console.log(`\nwhole blocks; ${evaluated} tensor programs were tried`)
  printRows(rows)
  for (const { gas, ratio } of worst)
    console.log(`  ${gas / 1e6} M gas: the worst ordinary block takes ${ratio.toFixed(1)} times the worst tensor block`)
  if (simplest !== undefined) console.log(`\nthe worst program, simplified\n${formatGenome(simplest.genome)}`)
  for (const note of notes) console.log(note)
}

/** Fills blocks with the worst code that is known or found; see the command's help. */
export async function showWorstBlocks(options: GasBlocksOptions): Promise<void> {
  const { gas, seconds, seed, finalists, anvil, json } = options
  if (gas.some((amount) => amount < 1_000_000)) throw new UsageError('--gas: expected blocks of at least 1000000 gas')
  const onProgress = process.stderr.isTTY ? (what: string) => process.stderr.write(`\r\u001b[K${what}`) : undefined
  const runner = await createBlockRunner()
  const found = await worstBlocks({
    ...{ gas, seconds, seed, finalists, runner },
    ...(anvil !== undefined && { anvil }),
    ...(onProgress && { onProgress }),
  })
  if (onProgress) process.stderr.write('\r\u001b[K')
  if (json) console.log(JSON.stringify(found))
  else print(found)
}
