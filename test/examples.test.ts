import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { printedLines } from './examples/printedLines.ts'

// Each example is run as a reader would run it, and what it prints is held against what it claims.
const examples: Record<string, RegExp[]> = {
  'kernelWithoutEvm.ts': [/accumulators {2}30 -794/, /outputs {7}17 -128/, /output 1 only -128/],
  'rawBytecode.ts': [/ae10 +MATMUL/, /status 1: .* = -20/],
  'importTflite/main.ts': [
    /CONV_2D MAX_POOL_2D RESHAPE FULLY_CONNECTED SOFTMAX/,
    /upright {7}upright 100 %/,
    /level {9}upright 0 %/,
    /diagonal {6}upright 50 %/,
  ],
}

for (const [file, patterns] of Object.entries(examples))
  test(file, async () => {
    const lines = await printedLines(file)
    for (const pattern of patterns) expect(lines).toMatch(pattern)
  })

test('customChain/main.ts', async () => {
  const lines = await printedLines('customChain/main.ts')
  expect(lines).toMatch(/time 999: invalid opcode, 100000 gas/)
  const gasAt = (time: number) => Number(new RegExp(`time ${time}: 16777216 bytes free, (\\d+) gas`).exec(lines)?.[1])
  expect(gasAt(1000)).toBeGreaterThan(21_000)
  expect(gasAt(1999)).toBe(gasAt(1000))
  // One tensor instruction, whose base gas falls from 100 to 50.
  expect(gasAt(2000)).toBe(gasAt(1999) - 50)
  expect(lines).toMatch(/replayed 5 blocks .* same state root/)
})

test('mnist/main.ts', async () => {
  const lines = await printedLines('mnist/main.ts', 20)
  expect(lines).toMatch(/3 paths, 200 scores each: the same bytes/)
  for (const path of ['instructions', 'precompile', 'reference'])
    expect(lines).toMatch(new RegExp(`^${path} +(19|20)/20 `, 'm'))
})

test('each folder of examples has a test', () => {
  const folder = new URL('../examples/', import.meta.url)
  const here = readFileSync(new URL(import.meta.url), 'utf8')
  const others = readdirSync(new URL('examples/', import.meta.url))
  const names = readdirSync(folder).filter((name) => existsSync(new URL(`${name}/main.ts`, folder)))
  expect(names.length).toBeGreaterThan(6)
  for (const name of names)
    expect(here.includes(`'${name}/main.ts'`) || others.includes(`${name}.test.ts`), name).toBe(true)
})
