import { findAnvil, startAnvilNode } from '../../calibration/blocks/anvilNode.ts'
import { codeOf, deployPlain, LEAST_GAS_PER_MAC, plainCode } from './chainPaths.ts'
import type { Path } from './path.ts'
import { decodePredicted, encodePredict } from './predict.ts'

const hexOf = (bytes: Uint8Array) => `0x${Buffer.from(bytes).toString('hex')}`
const quantity = (value: number) => `0x${value.toString(16)}`

/**
 * Ordinary Solidity in anvil: the accounts that this client's chain has after the deployment are copied to it, so both run
 * the same code. Times are the CPU time of anvil's process over an `eth_call`.
 */
export function anvilPath(arithmetic: 'scalar' | 'swar'): Path {
  return {
    ...{ contract: arithmetic, leastGasPerMac: LEAST_GAS_PER_MAC[arithmetic] },
    async prepare(_, context) {
      const executable = findAnvil(context.peers)
      if (executable === undefined)
        throw new Error(`there is no anvil: the npm package @foundry-rs/anvil is not in reach of ${context.peers}`)
      const { chain, to, accounts } = await deployPlain(plainCode(context, arithmetic), context)
      const node = await startAnvilNode(executable)
      try {
        for (const account of accounts)
          await node.request('anvil_setCode', account, hexOf(await codeOf(chain, account)))
      } catch (error) {
        node.close()
        throw error
      }
      return {
        processId: node.processId,
        async infer(sample) {
          const call = { to, gas: quantity(context.maxGas), data: hexOf(encodePredict(sample)) }
          const before = node.cpuSeconds()
          const result = String(await node.request('eth_call', call, 'latest'))
          const milliseconds = 1000 * (node.cpuSeconds() - before)
          return { output: decodePredicted(Buffer.from(result.slice(2), 'hex')), milliseconds }
        },
        close: node.close,
      }
    },
  }
}
