export * from './gas.ts'
export * from './schedule.ts'
