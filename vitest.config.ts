import { defineConfig } from 'vitest/config'

/** Tests of what runs as a process of its own: `npm run test:node`. */
const node = ['test/node/**/*.test.ts', 'test/cli/{chain,documents,node}.test.ts']
/** Tests of the benchmark of models, and of the plain Solidity that it compares with: `npm run test:benchmark`. */
const benchmark = ['test/benchmark/**/*.test.ts', 'test/compiler-ext/plain/**/*.test.ts']

export default defineConfig({
  test: {
    globalSetup: 'test/globalSetup.ts',
    testTimeout: 120_000,
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        test: { name: 'core', include: ['test/**/*.test.ts'], exclude: [...node, ...benchmark] },
      },
      { extends: true, test: { name: 'node', include: node } },
      { extends: true, test: { name: 'benchmark', include: benchmark } },
    ],
  },
})
