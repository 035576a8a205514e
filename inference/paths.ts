/** Ways to run a model: a contract with tensor instructions, the inference precompile, plainly without a chain. */
export const inferencePaths = ['instructions', 'precompile', 'reference'] as const
export type InferencePath = (typeof inferencePaths)[number]
