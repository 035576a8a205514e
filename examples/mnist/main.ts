// The main job: a small int8 convolutional network classifies handwritten digits inside transactions, bit-exact on every
// path. `npm start` runs it.
import { readFileSync } from 'node:fs'
import { createProgress } from '../../cli/progress.ts'
import { createChain } from '../../evm-ext/index.ts'
import {
  createRunner,
  type InferencePath,
  inferencePaths,
  type MinMedianMax,
  minMedianMax,
} from '../../inference/index.ts'
import { decodeModel, summarize } from '../../model/index.ts'
import { runExample } from '../runExample.ts'
import { CLASS_COUNT, type Digit, drawDigit, heldOutDigits } from './digits.ts'

const DIGITS = 100

type Result = {
  readonly path: InferencePath
  readonly answers: readonly number[]
  readonly outputs: Buffer
  readonly gas: MinMedianMax
  readonly milliseconds: MinMedianMax
}

/** Position of the greatest score, the lowest of equals. */
function classOf(output: Uint8Array): number {
  const scores = new Int8Array(output)
  return scores.indexOf(Math.max(...scores))
}

function bytesOf(pixels: Int8Array): Uint8Array {
  return new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.length)
}

function score({ answers }: Result, digits: readonly Digit[]): string {
  const right = answers.filter((answer, index) => answer === digits[index]?.label).length
  return `${right}/${digits.length}`
}

/** The drawing of a digit with what each path said of it. */
function show(
  digits: readonly Digit[],
  results: readonly Result[],
  index: number,
  print: (line: string) => void,
): void {
  const { pixels, label } = digits[index] as Digit
  print(drawDigit(pixels))
  const answers = results.map(({ path, answers }) => `${path} ${answers[index]}`).join(', ')
  print(`digit ${index}: label ${label}; ${answers}`)
}

export async function main(print: (line: string) => void = console.log, count = DIGITS): Promise<void> {
  const program = decodeModel(readFileSync(new URL('./model.tensor', import.meta.url)))
  const { macs, modelBytes, root } = summarize(program)
  print(`model ${root}`)
  print(
    `${program.steps.length} instructions, ${macs.toLocaleString('en')} MACs, ${modelBytes.toLocaleString('en')} bytes of weights`,
  )

  const digits = heldOutDigits(count)
  const chain = await createChain()
  const results: Result[] = []
  for (const path of inferencePaths) {
    const started = performance.now()
    const runner = await createRunner(path, program, async () => chain)
    if (runner.codeBytes > 0)
      print(
        `contract compiled and deployed in ${Math.round(performance.now() - started)} ms, ${runner.codeBytes} bytes of code`,
      )
    if (path === 'precompile') print('model registered for the precompile')
    const progress = createProgress(`classifying by ${path}`, digits.length)
    const inferences = []
    for (const { pixels } of digits) {
      inferences.push(await runner.infer(bytesOf(pixels)))
      progress.step()
    }
    progress.end()
    results.push({
      path,
      answers: inferences.map(({ output }) => classOf(output)),
      outputs: Buffer.concat(inferences.map(({ output }) => output)),
      gas: minMedianMax(inferences.map(({ gas }) => gas)),
      milliseconds: minMedianMax(inferences.map(({ milliseconds }) => milliseconds)),
    })
  }

  print('')
  const [first, ...others] = results as [Result, ...Result[]]
  const wrong = first.answers.findIndex((answer, index) => answer !== digits[index]?.label)
  for (const index of wrong < 0 ? [count - 1] : [Math.min(3, count - 1), wrong]) show(digits, results, index, print)
  print('')
  print('path          right     gas per inference       ms per inference')
  for (const result of results) {
    const gas = result.gas.max === 0 ? 'none' : result.gas.median.toLocaleString('en')
    const { median, min } = result.milliseconds
    print(
      `${result.path.padEnd(13)} ${score(result, digits).padEnd(9)} ${gas.padEnd(23)} ${median.toFixed(2)} (least ${min.toFixed(2)})`,
    )
  }
  const same = others.every(({ outputs }) => outputs.equals(first.outputs))
  if (!same) throw new Error('the paths gave different bytes')
  print(`${results.length} paths, ${count * CLASS_COUNT} scores each: the same bytes`)
}

await runExample(import.meta.url, main)
