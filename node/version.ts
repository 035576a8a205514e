import { createRequire } from 'node:module'

// A package finds itself by its name, wherever this module is: beside the sources or compiled.
const { version } = createRequire(import.meta.url)('tensor-evm/package.json') as { version: string }

/**
 * The node as web3_clientVersion gives it: name, version, system and runtime. Hardhat's helpers ask for the first word,
 * and refuse a node that does not begin with the name of one whose test methods they know.
 */
export function clientVersion(): string {
  const { platform, arch, version: runtime } = process
  return `anvil-compatible/tensor-evm-v${version}/${platform}-${arch}/node${runtime}`
}
