import { bytesToHex } from '@ethereumjs/util'
import { keccak_256 } from '@noble/hashes/sha3.js'
import { quantity } from '../format/quantity.ts'
import { type Methods, method } from '../method.ts'
import { data, parameters } from '../params.ts'

const nothing = parameters()
const always = <T>(value: T) => method(nothing, () => value)

const ZERO_ADDRESS = `0x${'0'.repeat(40)}`

/** Methods about the node and its network. */
export const networkMethods: Methods = {
  web3_clientVersion: method(nothing, (_, { version }) => version),
  web3_sha3: method(parameters(data), ([bytes]) => bytesToHex(keccak_256(bytes))),
  net_version: method(nothing, (_, { chain }) => chain.genesis.chainId.toString()),
  net_listening: always(true),
  net_peerCount: always('0x0'),
  eth_chainId: method(nothing, (_, { chain }) => quantity(chain.genesis.chainId)),
  eth_blockNumber: method(nothing, (_, { chain }) => quantity(chain.head().header.number)),
  eth_syncing: always(false),
  // Also those that the node acts for, as anvil does it: ethers makes no signer for others.
  eth_accounts: method(nothing, (_, { accounts }) => [
    ...new Set([...accounts.addresses(), ...accounts.impersonated()]),
  ]),
  eth_coinbase: method(nothing, (_, { miner }) => miner.nextFields().coinbase ?? ZERO_ADDRESS),
  eth_mining: method(nothing, (_, { miner }) => miner.mode().kind !== 'manual'),
  eth_hashrate: always('0x0'),
  eth_capabilities: method(nothing, (_, { chain }) => {
    const { number } = chain.head().header
    // Nothing is ever thrown away.
    const all = { disabled: false, oldestBlock: '0x0' }
    return {
      head: { number: quantity(number), hash: bytesToHex(chain.head().hash()) },
      ...{ state: all, tx: all, logs: all, receipts: all, blocks: all, stateproofs: all },
    }
  }),
}
