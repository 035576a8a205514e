import { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import {
  calibrate,
  type Measurement,
  NANOSECONDS_PER_GAS,
  priceClasses,
  type ScheduleFile,
} from '../../calibration/index.ts'
import { schedule, type TensorParameterName } from '../../gas-model/index.ts'
import { UsageError } from '../errors.ts'
import { checkWritable, writeUserFile } from '../files.ts'
import { interruptible } from '../interrupt.ts'
import { createProgress } from '../progress.ts'

export type GasCalibrateOptions = {
  readonly out: string
  readonly shapes: number
  readonly rounds: number
  readonly seed: number
}

/** The measurements of a run that was stopped; the first line says what they are of. */
function openPartial(path: string, heading: string): readonly Measurement[] {
  if (!existsSync(path)) {
    writeFileSync(path, `${heading}\n`)
    return []
  }
  const [first, ...lines] = readFileSync(path, 'utf8').split('\n')
  if (first !== heading)
    throw new UsageError(`${path}: measurements of other options, sources or another machine; remove it to start anew`)
  // The last line may be cut short.
  const whole = lines.slice(0, -1)
  writeFileSync(path, [heading, ...whole, ''].join('\n'))
  return whole.map((line) => JSON.parse(line) as Measurement)
}

function printClasses({ classes }: ScheduleFile): void {
  for (const { class: name, rows, dropped, spread, coefficients } of classes) {
    const left = dropped.length > 0 ? `, ${dropped.length} too noisy` : ''
    console.log(`${name}: ${rows} shapes${left}, price/time within ${spread.toFixed(2)}x`)
    for (const { parameter, value, nanoseconds, average } of coefficients) {
      const before = schedule[parameter as TensorParameterName]
      const change = before === value ? 'as before' : `was ${before}`
      const interval = `on average ${average.value.toPrecision(3)} [${average.low.toPrecision(3)}, ${average.high.toPrecision(3)}]`
      console.log(`  ${parameter} ${value} (${change}): ${nanoseconds.toPrecision(3)} ns a unit, ${interval}`)
    }
  }
}

/** Measures, fits and writes a schedule; see the command's help. */
export async function calibrateGas({ out, shapes, rounds, seed }: GasCalibrateOptions): Promise<void> {
  checkWritable([out])
  const partial = `${out}.partial.jsonl`
  const heading = JSON.stringify({ shapes, rounds, seed, node: process.version, parameters: Object.keys(schedule) })
  const known = openPartial(partial, heading)
  if (known.length > 0) console.error(`going on after ${known.length} measurements in ${partial}`)
  const progress = createProgress('measuring', shapes * (priceClasses.length + 1))
  const measured = new Set(known)
  const onMeasurement = (measurement: Measurement) => {
    if (!measured.has(measurement)) appendFileSync(partial, `${JSON.stringify(measurement)}\n`)
    progress.step()
  }
  let file: ScheduleFile
  try {
    file = await interruptible(`measurements are kept in ${partial}; the same command goes on`, (signal) =>
      calibrate({ shapes, rounds, seed, known, onMeasurement, signal }),
    )
  } finally {
    progress.end()
  }
  writeUserFile(out, `${JSON.stringify(file, null, 2)}\n`)
  rmSync(partial)
  const { before, after, reference } = file.yardstick
  console.log(`prices at ${NANOSECONDS_PER_GAS} ns a gas, with a safety of ${file.safety}`)
  console.log(
    `yardstick ${Math.round(before)} ns before, ${Math.round(after)} ns after, ${Math.round(reference)} ns on the reference machine`,
  )
  printClasses(file)
  console.log(`written to ${out}`)
}
