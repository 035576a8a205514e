import { readFileSync } from 'node:fs'
import solc from 'solc'

const CONTRACT = 'ModelRegistry'
const SOURCE = `${CONTRACT}.sol`

/**
 * Text of `evm-ext/registry.generated.ts`: the compiled model registry.
 *
 * The bytecode is part of every genesis block, so it must not depend on the machine: the compiler's version is pinned in
 * package.json and no metadata hash is appended.
 *
 * @throws {Error} with the compiler's messages when the contract does not compile without warnings
 */
export function registryFile(): string {
  const content = readFileSync(new URL(`../evm-ext/contracts/${SOURCE}`, import.meta.url), 'utf8')
  const input = {
    language: 'Solidity',
    sources: { [SOURCE]: { content } },
    settings: {
      evmVersion: 'shanghai',
      optimizer: { enabled: true, runs: 10_000 },
      metadata: { bytecodeHash: 'none', appendCBOR: false },
      outputSelection: { [SOURCE]: { [CONTRACT]: ['abi', 'evm.deployedBytecode.object'] } },
    },
  }
  const output = JSON.parse(solc.compile(JSON.stringify(input)))
  const messages: { formattedMessage: string }[] = output.errors ?? []
  if (messages.length > 0) throw new Error(messages.map((message) => message.formattedMessage).join('\n'))
  const { abi, evm } = output.contracts[SOURCE][CONTRACT]
  return `// Generated from evm-ext/contracts/${SOURCE} by \`npm run generate\`.

/** Runtime bytecode of the model registry, compiled by solc ${solc.semver()}. */
export const registryBytecode = '0x${evm.deployedBytecode.object}'

/** ABI of the model registry. */
export const registryAbi = ${JSON.stringify(abi, undefined, 2)} as const
`
}
