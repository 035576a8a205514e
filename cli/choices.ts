export const inferencePaths = ['instructions', 'precompile', 'reference'] as const
export type InferencePath = (typeof inferencePaths)[number]

export const roundings = ['double', 'single'] as const
export type Rounding = (typeof roundings)[number]
