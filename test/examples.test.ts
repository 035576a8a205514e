import { expect, test } from 'vitest'

// Each example is run as a reader would run it, and what it prints is held against what it claims.
const examples: Record<string, RegExp[]> = {
  'kernelWithoutEvm.ts': [/accumulators {2}30 -794/, /outputs {7}17 -128/, /output 1 only -128/],
  'rawBytecode.ts': [/ae10 +MATMUL/, /status 1: .* = -20/],
  'gatedTransfer/main.ts': [
    /ordinary payment .*: paid/,
    /suspicious .* Refused\(875, -456\)/,
    /WrongFeatureCount\(3, 8\)/,
  ],
  'importTflite/main.ts': [
    /CONV_2D MAX_POOL_2D RESHAPE FULLY_CONNECTED SOFTMAX/,
    /upright {7}upright 100 %/,
    /level {9}upright 0 %/,
    /diagonal {6}upright 50 %/,
  ],
  'customChain/main.ts': [/time 999: invalid opcode, 100000 gas/, /time 1000: 16777216 bytes free/, /same state root/],
}

for (const [file, patterns] of Object.entries(examples))
  test(file, async () => {
    const { main } = await import(/* @vite-ignore */ `../examples/${file}`)
    const lines: string[] = []
    await main((line: string) => lines.push(line))
    for (const pattern of patterns) expect(lines.join('\n')).toMatch(pattern)
  })

test('mnist/main.ts', async () => {
  const { main } = await import('../examples/mnist/main.ts')
  const lines: string[] = []
  await main((line) => lines.push(line), 20)
  expect(lines.join('\n')).toMatch(/3 paths, 200 scores each: the same bytes/)
  expect(lines.join('\n')).toMatch(/instructions +\d\d\/20/)
})
