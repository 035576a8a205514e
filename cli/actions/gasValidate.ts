import { join } from 'node:path'
import {
  type Finding,
  isWithinClock,
  LONG_GAS,
  NANOSECONDS_PER_GAS,
  priceClasses,
  type ScheduleFile,
  type Validation,
  validate,
  validationCharts,
} from '../../calibration/index.ts'
import { checkTensorParameters } from '../../evm-ext/index.ts'
import { schedule, type TensorParameters } from '../../gas-model/index.ts'
import { UsageError } from '../errors.ts'
import { checkWritable, readUserFile, writeUserFile } from '../files.ts'
import { interruptible } from '../interrupt.ts'
import { createProgress } from '../progress.ts'

export type GasValidateOptions = {
  readonly schedule?: string
  readonly shapes: number
  readonly rounds: number
  readonly steps: number
  readonly seed: number
  readonly json?: boolean
  readonly plots?: string
}

/** The prices of a file that `gas calibrate` wrote. */
function readSchedule(path: string): TensorParameters {
  const text = new TextDecoder().decode(readUserFile(path, 'schedule'))
  let file: Partial<ScheduleFile>
  try {
    file = JSON.parse(text)
  } catch (error) {
    throw new UsageError(`schedule ${path}: ${(error as Error).message}`)
  }
  return { ...schedule, ...checkTensorParameters(file.parameters, `schedule ${path}: parameters`) }
}

function describe({ family, point, gas, nanosecondsPerGas }: Finding): string {
  const at = Object.entries(point).map(([name, value]) => `${name} ${value}`)
  return `${nanosecondsPerGas.toFixed(2)} ns a gas, ${family} of ${at.join(', ')} (${gas} gas)`
}

function print(validation: Validation): void {
  const { classes, spreadAcross, worst, yardstick } = validation
  console.log(`yardstick ${Math.round(yardstick.before)} ns before, ${Math.round(yardstick.after)} ns after`)
  for (const report of classes) {
    console.log(
      `${report.class}: ${report.shapes} held-out shapes, R² ${report.explainedVariance.toFixed(4)}, spread ${report.spread.toFixed(2)}`,
    )
    console.log(`  worst ${describe(report.worst)}`)
    console.log(`  best  ${describe(report.best)}; with operands in the cache ${report.cachedBest.toFixed(2)}`)
  }
  console.log(`across classes, from ${LONG_GAS} gas on: spread ${spreadAcross.toFixed(2)}`)
  const verdict = isWithinClock(validation) ? 'within' : 'beyond'
  console.log(`worst shape ${worst.toFixed(2)} ns a gas, ${verdict} the clock of ${NANOSECONDS_PER_GAS}`)
}

/** Holds prices against time; see the command's help. */
export async function validateGas(options: GasValidateOptions): Promise<void> {
  const { shapes, rounds, steps, seed, json, plots } = options
  const parameters = options.schedule === undefined ? schedule : readSchedule(options.schedule)
  const names = ['measured-and-priced.svg', 'ns-per-gas.svg', 'extremes.svg']
  if (plots !== undefined) checkWritable(names.map((name) => join(plots, name)))
  const progress = createProgress('measuring', (shapes + 2 * steps) * priceClasses.length)
  let validation: Validation
  try {
    validation = await interruptible('nothing was written', (signal) =>
      validate({ parameters, shapes, rounds, steps, seed, onStep: progress.step, signal }),
    )
  } finally {
    progress.end()
  }
  if (plots !== undefined)
    for (const [name, content] of Object.entries(await validationCharts(validation)))
      writeUserFile(join(plots, name), content)
  if (json) console.log(JSON.stringify(validation))
  else print(validation)
}
