import { expect, test } from 'vitest'

// Each example is run as a reader would run it, and what it prints is held against what it claims.
const examples: Record<string, RegExp[]> = {
  'kernelWithoutEvm.ts': [/accumulators {2}30 -794/, /outputs {7}17 -128/, /output 1 only -128/],
  'rawBytecode.ts': [/ae10 +MATMUL/, /status 1: .* = -20/],
  'gatedTransfer/main.ts': [
    /ordinary payment .*: paid, .* recipient has 100 wei/,
    /suspicious .* Refused\(875, -456\), .* recipient has 100 wei/,
    /missing .* WrongFeatureCount\(3, 8\), .* recipient has 100 wei/,
  ],
  'importTflite/main.ts': [
    /CONV_2D MAX_POOL_2D RESHAPE FULLY_CONNECTED SOFTMAX/,
    /upright {7}upright 100 %/,
    /level {9}upright 0 %/,
    /diagonal {6}upright 50 %/,
  ],
}

async function linesOf(file: string, ...args: unknown[]): Promise<string> {
  const { main } = await import(/* @vite-ignore */ `../examples/${file}`)
  const lines: string[] = []
  await main((line: string) => lines.push(line), ...args)
  return lines.join('\n')
}

for (const [file, patterns] of Object.entries(examples))
  test(file, async () => {
    const lines = await linesOf(file)
    for (const pattern of patterns) expect(lines).toMatch(pattern)
  })

test('customChain/main.ts', async () => {
  const lines = await linesOf('customChain/main.ts')
  expect(lines).toMatch(/time 999: invalid opcode, 100000 gas/)
  const gasAt = (time: number) => Number(new RegExp(`time ${time}: 16777216 bytes free, (\\d+) gas`).exec(lines)?.[1])
  expect(gasAt(1000)).toBeGreaterThan(21_000)
  expect(gasAt(1999)).toBe(gasAt(1000))
  // One tensor instruction, whose base gas falls from 100 to 50.
  expect(gasAt(2000)).toBe(gasAt(1999) - 50)
  expect(lines).toMatch(/replayed 5 blocks .* same state root/)
})

test('mnist/main.ts', async () => {
  const lines = await linesOf('mnist/main.ts', 20)
  expect(lines).toMatch(/3 paths, 200 scores each: the same bytes/)
  for (const path of ['instructions', 'precompile', 'reference'])
    expect(lines).toMatch(new RegExp(`^${path} +(19|20)/20 `, 'm'))
})
