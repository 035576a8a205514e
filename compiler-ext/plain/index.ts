export type { PlainArithmetic } from './context.ts'
export * from './plainContract.ts'
