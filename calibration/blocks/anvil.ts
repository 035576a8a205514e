import { startAnvilNode } from './anvilNode.ts'
import type { BlockCase } from './blockCase.ts'
import { calldataOf } from './caseWorld.ts'

/** Another client, in which bytecode of ordinary blocks is timed as well. */
export type Anvil = {
  /**
   * CPU seconds of a call that repeats the body of a case so often, the least of several.
   *
   * @throws {Error} when the call fails there
   */
  run(blockCase: BlockCase, iterations: number): Promise<number>
  close(): void
}

const TARGET = 0xb10c_0000n
/** How often a call is timed. */
const TIMES = 3
const GAS = 2n ** 45n

const hex = (value: bigint | number) => `0x${value.toString(16)}`
const addressHex = (address: bigint) => `0x${address.toString(16).padStart(40, '0')}`
const wordHex = (value: bigint | number) => `0x${value.toString(16).padStart(64, '0')}`
const bytesHex = (bytes: Uint8Array) => `0x${Buffer.from(bytes).toString('hex')}`

/** Starts anvil at Osaka's rules. */
export async function startAnvil(executable: string): Promise<Anvil> {
  const { request, cpuSeconds, close } = await startAnvilNode(executable)

  const writeAccount = async (address: bigint, code: Uint8Array, slots: number) => {
    const to = addressHex(address)
    await request('anvil_setBalance', to, hex(10n ** 18n))
    await request('anvil_setCode', to, bytesHex(code))
    for (let slot = 0; slot < slots; slot++) await request('anvil_setStorageAt', to, wordHex(slot), wordHex(slot + 1))
  }

  return {
    async run(blockCase, iterations) {
      await writeAccount(TARGET, blockCase.code, blockCase.slots ?? 0)
      for (const { address, code = new Uint8Array(0), slots = 0 } of blockCase.accounts ?? [])
        await writeAccount(address, code, slots)
      const call = { to: addressHex(TARGET), gas: hex(GAS), data: bytesHex(calldataOf(iterations, 1n)) }
      let least = Number.POSITIVE_INFINITY
      for (let time = 0; time < TIMES; time++) {
        const before = cpuSeconds()
        await request('eth_call', call, 'latest')
        least = Math.min(least, cpuSeconds() - before)
      }
      return least
    },
    close,
  }
}
