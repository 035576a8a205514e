import type { Bench, NodeEnv } from '../bench.ts'
import { expectEqual, expectText } from '../checks.ts'
import { printedBy, runShell } from '../command.ts'
import {
  addDigits,
  type DrawnDigit,
  expectedReport,
  programText,
  publishDigits,
  tracedInstructions,
} from '../digits.ts'
import { type Project, solidityFile } from '../workspace.ts'

const URL_AND_KEY = '--rpc-url $TENSOR_RPC_URL --private-key $KEY'

type Run = (command: string, env?: Readonly<Record<string, string>>) => Promise<string>

function addressIn(printed: string, place: RegExp): string {
  const address = place.exec(printed)?.[1]
  if (address === undefined) throw new Error(`no address in\n${printed}`)
  return address
}

/** Calls, claims, reads the event and traces by cast, at the address of a contract. */
async function useByCast(run: Run, ADDRESS: string, { drawing, digit, margin }: DrawnDigit): Promise<void> {
  const env = { ADDRESS, DRAWING: drawing }
  const read = await run('cast call --rpc-url $TENSOR_RPC_URL $ADDRESS "read(bytes)(uint256,int256)" $DRAWING', env)
  expectEqual('read', read.trim().split('\n'), [String(digit), String(margin)])
  const claim = `$ADDRESS "claim(uint256,bytes)" ${digit} $DRAWING`
  const gas = Number(await run(`cast estimate --from $FROM --rpc-url $TENSOR_RPC_URL ${claim}`, env))
  const sent = await run(`cast send ${URL_AND_KEY} --gas-limit ${gas} ${claim}`, env)
  expectText('cast send', sent.replace(/ +/g, ' '), 'status 1 (success)')
  const hash = addressIn(sent, /^transactionHash +(0x\w{64})$/m)
  const logs = 'cast logs --rpc-url $TENSOR_RPC_URL --address $ADDRESS "Drawn(address indexed,uint256,int256)"'
  const word = (value: number) => value.toString(16).padStart(64, '0')
  expectText('cast logs', await run(logs, env), `${word(digit)}${word(margin)}`)
  const trace = await run(`cast rpc --rpc-url $TENSOR_RPC_URL debug_traceTransaction ${hash} '{"disableStack":true}'`)
  expectText('debug_traceTransaction', trace, ...tracedInstructions.map((name) => `"op":"${name}"`))
  const gasReport = await run(`cast rpc --rpc-url $TENSOR_RPC_URL tensor_gasBreakdown ${hash}`)
  expectText('tensor_gasBreakdown', gasReport, ...tracedInstructions)
}

/** Publishes by cast alone: the bytes, then the transaction that the node names. */
async function publishByCast(run: Run, { root }: DrawnDigit): Promise<void> {
  const command = [
    'FILE=0x$(od -An -v -tx1 model.tensor | tr -d " \\n")',
    `cast rpc --rpc-url $TENSOR_RPC_URL tensor_publishModel ${root} $(( ($\{#FILE} - 2) / 2 )) 0 $FILE`,
  ].join('; ')
  const { isStored, registration } = JSON.parse(await run(command))
  expectEqual('isStored', isStored, true)
  const printed = await run(`cast send ${URL_AND_KEY} ${registration.to} ${registration.data}`)
  expectText('cast send', printed.replace(/ +/g, ' '), 'status 1 (success)')
}

async function checkFoundry({ checks, withNode }: Bench, project: Project, digit: DrawnDigit): Promise<void> {
  const runIn =
    (node: NodeEnv): Run =>
    async (command, env = {}) => {
      const surroundings = project.surroundings({ env: { ...node, ROOT: digit.root, FROM: FROM, ...env } })
      return printedBy(command, await runShell(command, surroundings))
    }
  const deployments: Readonly<Record<string, (run: Run) => Promise<string>>> = {
    'cast send --create': async (run) => {
      const code = '$(forge inspect DigitClassifier bytecode)'
      const printed = await run(
        `cast send ${URL_AND_KEY} --value 10000 --create ${code} "constructor(bytes32)" ${digit.root}`,
      )
      return addressIn(printed, /^contractAddress +(0x\w{40})$/m)
    },
    'forge create': async (run) => {
      const what = 'src/DigitClassifier.sol:DigitClassifier'
      const printed = await run(
        `forge create ${what} ${URL_AND_KEY} --broadcast --value 10000 --constructor-args ${digit.root}`,
      )
      return addressIn(printed, /^Deployed to: (0x\w{40})$/m)
    },
    'forge script': async (run) => {
      await run(`forge script script/DeployDigits.s.sol ${URL_AND_KEY} --broadcast`)
      const made = project.read('broadcast/DeployDigits.s.sol/816363/run-latest.json')
      return addressIn(made, /"contractAddress": *"(0x\w{40})"/)
    },
  }
  for (const [name, deploy] of Object.entries(deployments))
    await withNode(`digits by ${name}`, async (node) => {
      await checks.check(
        `digits: published with cast alone, deployed by ${name}, used and traced by cast`,
        async () => {
          const run = runIn(node)
          await publishByCast(run, digit)
          await useByCast(run, await deploy(run), digit)
        },
      )
    })
}

/** Runs a program of `programs/` in a project beside a node that has the network. */
async function checkProgram(
  { checks, withNode }: Bench,
  project: Project,
  digit: DrawnDigit,
  { name, file, command, node22 = false }: { name: string; file: string; command: string; node22?: boolean },
): Promise<void> {
  project.write(file, programText(file.replace(/^.*\//, '')))
  await withNode(`digits by ${name}`, async (node) => {
    await checks.check(
      `digits: published, deployed, read, claimed, found in the log and traced by ${name}`,
      async () => {
        await publishDigits(project, node, digit)
        const printed = printedBy(command, await runShell(command, project.surroundings({ env: node, node22 })))
        expectText(command, printed, expectedReport(digit))
      },
    )
  })
}

/** The first development account, whose key the nodes' environment has. */
const FROM = '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266'

/** Deploys the digit classifier with each client, publishes its network, and lets it read, log and be traced. */
export async function digitsFlow(bench: Bench): Promise<void> {
  const foundry = await bench.foundryProject()
  const digit = addDigits(foundry, 'src')
  foundry.write('script/DeployDigits.s.sol', solidityFile('DeployDigits.s.sol', '../src'))
  printedBy('forge build', await runShell('forge build', foundry.surroundings()))
  await checkFoundry(bench, foundry, digit)
  const names = tracedInstructions.join(' ')
  for (const [name, file] of [
    ['ethers', 'digitsByEthers.mjs'],
    ['viem', 'digitsByViem.mjs'],
  ] as const)
    await checkProgram(bench, foundry, digit, { name, file, command: `node ${file} ${names}` })
  const hardhat = await bench.hardhatProject()
  addDigits(hardhat, 'contracts')
  const command = 'npx hardhat run scripts/digitsByHardhat.mjs --network tensor'
  await checkProgram(bench, hardhat, digit, {
    ...{ name: 'Hardhat', file: 'scripts/digitsByHardhat.mjs', command, node22: true },
  })
}
