const blockForks = [
  ...['homestead', 'eip150', 'eip155', 'eip158', 'byzantium', 'constantinople', 'petersburg', 'istanbul', 'berlin'],
  ...['london', 'mergeNetsplit'],
]

/** A genesis file with every fork of Ethereum at 0, the tensor fork at time 100, and these changes; undefined leaves out. */
export function genesisJSON(config: Record<string, unknown>, root: Record<string, unknown> = {}): unknown {
  const json = {
    config: {
      chainId: 5,
      ...Object.fromEntries(blockForks.map((name) => [`${name}Block`, 0])),
      ...{ shanghaiTime: 0, cancunTime: 0, pragueTime: 0, osakaTime: 0, tensorTime: 100 },
      ...config,
    },
    gasLimit: 30_000_000,
    alloc: {},
    ...root,
  }
  return JSON.parse(JSON.stringify(json))
}
