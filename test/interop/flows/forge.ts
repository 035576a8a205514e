import { cpSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { AbiItem, Bytecode, StandardJsonInput, StandardJsonOutput } from '../../../compiler-ext/index.ts'
import type { Bench, NodeEnv } from '../bench.ts'
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

const page = readPage('foundry.md')

/** Where builds go whose artefacts are compared. */
const OUT = 'out-checked'

type Artefact = {
  readonly abi: readonly AbiItem[]
  readonly bytecode: Partial<Bytecode>
  readonly deployedBytecode: Partial<Bytecode>
  readonly methodIdentifiers: Readonly<Record<string, string>>
  readonly rawMetadata: string
}

type BuildInfo = { readonly input: StandardJsonInput; readonly output: StandardJsonOutput }

/** A contract as forge wrote it, in solc's form. */
function readArtefact(project: Project, name: string) {
  const { abi, bytecode, deployedBytecode, methodIdentifiers, rawMetadata } = project.readJson<Artefact>(
    `${OUT}/${name}.sol/${name}.json`,
  )
  return withoutPrefixes({ abi, metadata: rawMetadata, evm: { bytecode, deployedBytecode, methodIdentifiers } })
}

/** Builds from scratch in folders of its own. @returns what forge asked the compiler for */
async function build(project: Project, settings: Readonly<Record<string, string>>): Promise<StandardJsonInput> {
  rmSync(join(project.folder, OUT), { recursive: true, force: true })
  const command = `${page.command('forge build')} --force --build-info`
  const env = { FOUNDRY_OUT: OUT, FOUNDRY_CACHE_PATH: 'cache-checked', ...settings }
  printedBy(command, await runShell(command, project.surroundings({ env })))
  const [file, ...more] = readdirSync(join(project.folder, OUT, 'build-info'))
  if (file === undefined || more.length > 0) throw new Error(`expected one build, found ${more.length}`)
  return project.readJson<BuildInfo>(`${OUT}/build-info/${file}`).input
}

/** Checks that forge's artefacts are what the compilers themselves give for what forge asked. */
async function checkArtefacts(
  { checks }: Bench,
  project: Project,
  name: string,
  settings: Readonly<Record<string, string>>,
) {
  let input: StandardJsonInput | undefined
  await checks.check(`${name}: forge build`, async () => {
    input = await build(project, settings)
  })
  if (input === undefined) return
  const asked = input
  await checks.check(`${name}: the contract with instructions is that of tsolc --standard-json`, async () => {
    const output = await compileStandardJson('tsolc', asked, project)
    const contract = contractIn(output, 'src/Classifier.sol', 'Classifier')
    expectText('instructions', JSON.stringify(contract.tensorInstructions ?? {}), ...pageInstructions)
    expectSameContract('Classifier', readArtefact(project, 'Classifier'), contract)
  })
  await checks.check(`${name}: the contract without is that of solc`, async () => {
    const output = await compileStandardJson('solcjs', asked, project)
    const contract = contractIn(output, 'src/Counter.sol', 'Counter')
    expectSameContract('Counter', readArtefact(project, 'Counter'), contract)
  })
}

async function checkTests({ checks }: Bench, project: Project, node: NodeEnv) {
  const surroundings = project.surroundings({ env: node })
  const test = page.command('forge test')
  await checks.check('forge test: passes without tensor instructions', async () => {
    const printed = printedBy('forge test', await runShell(`${test} --match-contract CounterTest`, surroundings))
    expectText('forge test', printed, '[PASS] test_Add()', '1 passed; 0 failed')
  })
  await checks.check('forge test: a call goes as far as its first tensor instruction', async () => {
    const { exitCode, stdout } = await runShell(`${test} --match-contract HaltingTest -vvv`, surroundings)
    expectEqual('exit code', exitCode, 1)
    expectText('forge test', stdout, '[PASS] test_BeforeTheFirstInstruction()', 'test_Instruction()', 'OpcodeNotFound')
    expectText('forge test', stdout, '1 passed; 1 failed')
  })
  await checks.check(
    'forge coverage: counts lines beside a contract with instructions, without the optimizer',
    async () => {
      const command = 'forge coverage --match-contract CounterTest'
      const printed = printedBy(command, await runShell(command, surroundings))
      expectText(command, printed.replace(/ +/g, ' '), '| src/Counter.sol | 100.00%', '| src/Classifier.sol | 0.00%')
    },
  )
  await checks.check('forge test: asks a node by vm.rpc', async () => {
    const printed = printedBy('forge test', await runShell(`${test} --match-contract ClassifierTest`, surroundings))
    expectText('forge test', printed, '[PASS] test_ClassOfLargestScore()')
  })
}

async function checkDeployment({ checks }: Bench, project: Project, node: NodeEnv) {
  const ask = async (printed: string, place: RegExp) => {
    const ADDRESS = place.exec(printed)?.[1]
    if (ADDRESS === undefined) throw new Error(`no address in\n${printed}`)
    const command = page.command('cast call')
    const answer = await runShell(command, project.surroundings({ env: { ...node, ADDRESS } }))
    expectEqual('class', printedBy(command, answer).trim(), '12')
  }
  const surroundings = project.surroundings({ env: node })
  await checks.check('forge create: deploys, and the contract answers', async () => {
    const printed = printedBy('forge create', await runShell(page.command('forge create'), surroundings))
    await ask(printed, /^Deployed to: (0x\w{40})$/m)
  })
  await checks.check('forge script: deploys, and the contract answers', async () => {
    printedBy('forge script', await runShell(page.command('forge script'), surroundings))
    await ask(project.read('broadcast/Deploy.s.sol/816363/run-latest.json'), /"contractAddress": *"(0x\w{40})"/)
  })
}

/** Builds with the package in lib/, where forge itself installs packages. */
async function checkLibraryFolder(bench: Bench, project: Project) {
  const [library, configuration] = [join(project.folder, 'lib'), project.read('foundry.toml')]
  cpSync(join(project.folder, 'node_modules/tensor-evm'), join(library, 'tensor-evm'), { recursive: true })
  const remappings = page.block('remappings = ["tensor-evm/=lib/').trim()
  project.write('foundry.toml', configuration.replace(/^remappings = .*$/m, remappings))
  await checkArtefacts(bench, project, 'forge, package in lib/', {})
  project.write('foundry.toml', configuration)
  rmSync(library, { recursive: true })
}

/** Builds, tests and deploys with forge. */
export async function forgeFlow(bench: Bench): Promise<void> {
  const { checks } = bench
  const project = await bench.foundryProject()
  for (const viaIR of [true, false])
    await checkArtefacts(bench, project, `forge, via_ir = ${viaIR}`, { FOUNDRY_VIA_IR: String(viaIR) })
  await checks.check('forge build: compiles nothing again', async () => {
    const printed = printedBy('forge build', await runShell(page.command('forge build'), project.surroundings()))
    expectText('forge build', printed, 'No files changed')
  })
  await bench.withNode('forge', async (node) => {
    await checkTests(bench, project, node)
    await checkDeployment(bench, project, node)
  })
  await checks.check('forge build: shows a mistake about an instruction, and fails', async () => {
    project.write('src/Mistaken.sol', solidityFile('Mistaken.sol'))
    const { exitCode, stderr } = await runShell(page.command('forge build'), project.surroundings())
    rmSync(join(project.folder, 'src/Mistaken.sol'))
    expectEqual('exit code', exitCode, 1)
    expectText('forge build', stderr, 'ML004', 'MATMULL', 'src/Mistaken.sol:5:5')
  })
  await checkLibraryFolder(bench, project)
}
