import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { AbiItem, StandardJsonInput, StandardJsonOutput } from '../../../compiler-ext/index.ts'
import type { Bench } from '../bench.ts'
import { expectEqual, expectText } from '../checks.ts'
import { printedBy, runShell } from '../command.ts'
import { readPage } from '../documents.ts'
import {
  compileStandardJson,
  contractIn,
  expectSameContract,
  pageInstructions,
  withoutPrefixes,
} from '../standardJson.ts'
import { type Project, solidityFile } from '../workspace.ts'

const page = readPage('hardhat.md')

/** What Hardhat writes of a contract that differs in form, not in content. */
type Artefact = {
  readonly abi: readonly AbiItem[]
  readonly bytecode: string
  readonly deployedBytecode: string
  readonly buildInfoId: string
  readonly inputSourceName: string
}

/** Checks that an artefact is what a compiler itself gives for what Hardhat asked. */
async function checkArtefact(project: Project, name: string, compiler: 'tsolc' | 'solcjs') {
  const artefact = project.readJson<Artefact>(`artifacts/contracts/${name}.sol/${name}.json`)
  const info = `artifacts/build-info/${artefact.buildInfoId}`
  const { input } = project.readJson<{ input: StandardJsonInput }>(`${info}.json`)
  const { output } = project.readJson<{ output: StandardJsonOutput }>(`${info}.output.json`)
  const expected = contractIn(await compileStandardJson(compiler, input, project), artefact.inputSourceName, name)
  if (compiler === 'tsolc')
    expectText('instructions', JSON.stringify(expected.tensorInstructions ?? {}), ...pageInstructions)
  expectSameContract(`${name} of the build`, contractIn(output, artefact.inputSourceName, name), expected)
  const { evm } = withoutPrefixes({
    evm: { bytecode: { object: artefact.bytecode }, deployedBytecode: { object: artefact.deployedBytecode } },
  })
  expectEqual(`${name}, bytecode`, evm?.bytecode?.object, expected.evm?.bytecode?.object)
  expectEqual(`${name}, deployed bytecode`, evm?.deployedBytecode?.object, expected.evm?.deployedBytecode?.object)
}

/** Builds, tests and deploys with Hardhat. */
export async function hardhatFlow(bench: Bench): Promise<void> {
  const { checks } = bench
  const project = await bench.hardhatProject()
  const surroundings = project.surroundings({ node22: true })
  await checks.check('hardhat build: the contract with instructions is that of tsolc --standard-json', () =>
    checkArtefact(project, 'Classifier', 'tsolc'),
  )
  await checks.check('hardhat build: the contract without is that of solc', () =>
    checkArtefact(project, 'Counter', 'solcjs'),
  )
  await bench.withNode('hardhat', async (node) => {
    await checks.check('hardhat run: deploys, and the contract answers', async () => {
      const command = page.command('npx hardhat run')
      const printed = printedBy(command, await runShell(command, project.surroundings({ env: node, node22: true })))
      expectText(command, printed, 'says class 12')
    })
  })
  await checks.check('hardhat test solidity: a call goes as far as its first tensor instruction', async () => {
    const { exitCode, stdout } = await runShell('npx hardhat test solidity -vvvv', surroundings)
    expectEqual('exit code', exitCode, 1)
    expectText('hardhat test', stdout, '✔ test_Add()', '✔ test_BeforeTheFirstInstruction()', '1) test_Instruction()')
    expectText('hardhat test', stdout, 'OpcodeNotFound', '2 passing', '1 failing')
  })
  await checks.check('hardhat build: shows a mistake about an instruction, and fails', async () => {
    project.write('contracts/Mistaken.sol', solidityFile('Mistaken.sol'))
    const { exitCode, stdout, stderr } = await runShell(page.command('npx hardhat build'), surroundings)
    rmSync(join(project.folder, 'contracts/Mistaken.sol'))
    expectEqual('exit code', exitCode, 1)
    expectText('hardhat build', stdout + stderr, 'ML004', 'MATMULL', 'contracts/Mistaken.sol:5:5')
  })
}
