import type { Bench } from '../bench.ts'
import { expectText } from '../checks.ts'
import { printedBy, runShell } from '../command.ts'
import { readPage } from '../documents.ts'
import type { Project } from '../workspace.ts'

const page = readPage('artefacts.md')

/** Writes what the page lets `compileSources`, `--standard-json` and `--combined-json` make of the contract. */
async function writeArtefacts(project: Project): Promise<void> {
  project.write('compile.mjs', page.file('compile.mjs'))
  const run = async (command: string) => printedBy(command, await runShell(command, project.surroundings()))
  await run(page.command('node compile.mjs'))
  const file = 'src/Classifier.sol'
  const outputSelection = { '*': { '*': ['abi', 'evm.bytecode.object'] } }
  const input = { language: 'Solidity', sources: { [file]: { urls: [file] } }, settings: { outputSelection } }
  project.write('input.json', JSON.stringify(input))
  const output = JSON.parse(await run('tsolc --standard-json input.json'))
  project.write('Standard.json', JSON.stringify(output.contracts[file].Classifier))
  const combined = JSON.parse(await run(`tsolc --combined-json abi,bin ${file}`))
  const { abi, bin } = combined.contracts[`${file}:Classifier`]
  project.write('Combined.json', JSON.stringify({ abi, bytecode: bin }))
}

/** Runs a program of the page with the artefacts of every compiler. */
async function deployAll(bench: Bench, library: string, program: string): Promise<void> {
  const project = await bench.foundryProject()
  const hardhat = await bench.hardhatProject()
  await writeArtefacts(project)
  project.write(program, page.file(program))
  const artefacts = {
    compileSources: 'Classifier.json',
    'tsolc --standard-json': 'Standard.json',
    'tsolc --combined-json': 'Combined.json',
    forge: 'out/Classifier.sol/Classifier.json',
    Hardhat: `${hardhat.folder}/artifacts/contracts/Classifier.sol/Classifier.json`,
  }
  await bench.withNode(library, async (env) => {
    for (const [compiler, artefact] of Object.entries(artefacts))
      await bench.checks.check(`${library}: deploys, sends to and calls what ${compiler} compiled`, async () => {
        const command = `${page.command(`node ${program}`)} ${artefact}`
        const printed = printedBy(command, await runShell(command, project.surroundings({ env })))
        expectText(command, printed, 'class 12, logged 12, counted 1', 'refused with WrongLength(1)')
      })
  })
}

/** Deploys and calls by ethers. */
export function ethersFlow(bench: Bench): Promise<void> {
  return deployAll(bench, 'ethers', 'deployByEthers.mjs')
}

/** Deploys and calls by viem. */
export function viemFlow(bench: Bench): Promise<void> {
  return deployAll(bench, 'viem', 'deployByViem.mjs')
}
