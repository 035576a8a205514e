// From a TFLite file to a contract's answer: import, look at the program, deploy it, ask it.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { createChain } from '../../evm-ext/index.ts'
import { createRunner } from '../../inference/index.ts'
import { formatType } from '../../isa/index.ts'
import { importTflite, summarize } from '../../model/index.ts'
import { runExample } from '../runExample.ts'

const upright = ['..#...', '..#...', '..#...', '..#...', '..#...', '......']
const level = ['......', '......', '.#####', '......', '......', '......']
const diagonal = ['#.....', '.#....', '..#...', '...#..', '....#.', '.....#']

/** One int8 pixel a character: ink is 127, paper -128. */
function picture(rows: readonly string[]): Uint8Array {
  return new Uint8Array(Int8Array.from([...rows.join('')], (mark) => (mark === '#' ? 127 : -128)).buffer)
}

export async function main(print: (line: string) => void = console.log): Promise<void> {
  const path = fileURLToPath(new URL('./lines.tflite', import.meta.url))
  const { program, operators } = importTflite(readFileSync(path), { name: path })
  print(`operators     ${operators.map(({ name }) => name).join(' ')}`)
  const { steps, macs, gas } = summarize(program)
  for (const { mnemonic, output } of steps) print(`  ${mnemonic.padEnd(12)} ${formatType(output)}`)
  print(`${macs} MACs, ${gas} gas for the tensor instructions`)

  const contract = await createRunner('instructions', program, () => createChain())
  for (const [name, rows] of Object.entries({ upright, level, diagonal })) {
    const { output, gas: used } = await contract.infer(picture(rows))
    const shares = [...new Int8Array(output)].map((q) => `${Math.round(((q + 128) / 256) * 100)} %`)
    print(`${name.padEnd(13)} upright ${shares[0]}, level ${shares[1]}; ${used} gas`)
  }
}

await runExample(import.meta.url, main)
