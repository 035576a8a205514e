export * from './gas.ts'
export * from './meanings.ts'
export * from './price.ts'
export * from './schedule.ts'
