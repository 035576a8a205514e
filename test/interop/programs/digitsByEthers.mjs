import { readFileSync } from 'node:fs'
import { ContractFactory, JsonRpcProvider, Wallet } from 'ethers'

const { root, drawing, digit } = JSON.parse(readFileSync('digit.json', 'utf8'))
const artefact = JSON.parse(readFileSync('out/DigitClassifier.sol/DigitClassifier.json', 'utf8'))
const provider = new JsonRpcProvider(process.env.TENSOR_RPC_URL, undefined, { cacheTimeout: -1 })
const wallet = new Wallet(process.env.KEY, provider)

const contract = await ContractFactory.fromSolidity(artefact, wallet).deploy(root, { value: 10_000 })
await contract.waitForDeployment()
const [found, margin] = await contract.read(drawing)
const receipt = await (await contract.claim(digit, drawing)).wait()
const [{ args }] = await contract.queryFilter('Drawn', receipt.blockNumber)
const { structLogs } = await provider.send('debug_traceTransaction', [receipt.hash, { disableStack: true }])
const traced = process.argv.slice(2).filter((name) => structLogs.some(({ op }) => op === name))
console.log(`read ${found} by ${margin}, logged ${args.digit} by ${args.margin}, traced ${traced.join(' ')}`)
provider.destroy()
