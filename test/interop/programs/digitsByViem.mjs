import { readFileSync } from 'node:fs'
import { createPublicClient, createWalletClient, getContract, http } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'

const { root, drawing, digit } = JSON.parse(readFileSync('digit.json', 'utf8'))
const { abi, bytecode } = JSON.parse(readFileSync('out/DigitClassifier.sol/DigitClassifier.json', 'utf8'))
const transport = http(process.env.TENSOR_RPC_URL)
const account = privateKeyToAccount(process.env.KEY)
const client = createPublicClient({ transport })
const wallet = createWalletClient({ account, transport })

const deployed = await wallet.deployContract({
  abi,
  bytecode: bytecode.object,
  args: [root],
  value: 10_000n,
  chain: null,
})
const { contractAddress: address } = await client.waitForTransactionReceipt({ hash: deployed })
const contract = getContract({ address, abi, client: { public: client, wallet } })
const [found, margin] = await contract.read.read([drawing])
const hash = await contract.write.claim([BigInt(digit), drawing], { chain: null })
const { blockNumber } = await client.waitForTransactionReceipt({ hash })
const [{ args }] = await contract.getEvents.Drawn({}, { fromBlock: blockNumber })
const { structLogs } = await client.request({
  method: 'debug_traceTransaction',
  params: [hash, { disableStack: true }],
})
const traced = process.argv.slice(2).filter((name) => structLogs.some(({ op }) => op === name))
console.log(`read ${found} by ${margin}, logged ${args.digit} by ${args.margin}, traced ${traced.join(' ')}`)
