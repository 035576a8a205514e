import { readFileSync } from 'node:fs'
import { artifacts, network } from 'hardhat'
import { createPublicClient, createWalletClient, custom } from 'viem'

const { root, drawing, digit } = JSON.parse(readFileSync('digit.json', 'utf8'))
const { provider } = await network.create()
const client = createPublicClient({ transport: custom(provider) })
const [account] = await provider.request({ method: 'eth_accounts' })
const wallet = createWalletClient({ account, transport: custom(provider) })

const { abi, bytecode } = await artifacts.readArtifact('DigitClassifier')
const deployed = await wallet.deployContract({ abi, bytecode, args: [root], value: 10_000n, chain: null })
const { contractAddress: address } = await client.waitForTransactionReceipt({ hash: deployed })
const contract = { address, abi }
const [found, margin] = await client.readContract({ ...contract, functionName: 'read', args: [drawing] })
const claim = { ...contract, functionName: 'claim', args: [BigInt(digit), drawing], chain: null }
const hash = await wallet.writeContract(claim)
const { blockNumber } = await client.waitForTransactionReceipt({ hash })
const [{ args }] = await client.getContractEvents({ ...contract, eventName: 'Drawn', fromBlock: blockNumber })
const trace = [hash, { disableStack: true }]
const { structLogs } = await provider.request({ method: 'debug_traceTransaction', params: trace })
const names = ['TCALLDATALOAD', 'TMODELLOAD', 'CONV2D', 'ARGMAX']
const traced = names.filter((name) => structLogs.some(({ op }) => op === name))
console.log(`read ${found} by ${margin}, logged ${args.digit} by ${args.margin}, traced ${traced.join(' ')}`)
