export * from './contract.ts'
export * from './minMedianMax.ts'
export * from './paths.ts'
export * from './runner.ts'
