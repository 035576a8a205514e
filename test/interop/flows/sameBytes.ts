import type { Bench } from '../bench.ts'
import { expectEqual } from '../checks.ts'
import { printedBy, runShell } from '../command.ts'
import type { Project } from '../workspace.ts'

const REMAPPING = 'tensor-evm/=node_modules/tensor-evm/'
const COMMAND = `npx tsolc --bin --optimize --optimize-runs 200 --evm-version osaka`

/** Creation code that a command line of tsolc gives. */
async function byCommandLine(project: Project, file: string, options: string): Promise<string> {
  const command = `${COMMAND} ${options} ${REMAPPING} ${file}`
  const printed = printedBy(command, await runShell(command, project.surroundings()))
  const code = new RegExp(`^======= ${file}:\\w+ =======\\nBinary:\\n(\\w+)$`, 'm').exec(printed)?.[1]
  if (code === undefined) throw new Error(`${command}: no code in\n${printed}`)
  return `0x${code}`
}

/** Creation code that forge gives with other settings, in folders of their own. */
async function byForge(project: Project, name: string, settings: Readonly<Record<string, string>>): Promise<string> {
  const env = { FOUNDRY_OUT: 'out-bare', FOUNDRY_CACHE_PATH: 'cache-bare', ...settings }
  printedBy('forge build', await runShell('forge build', project.surroundings({ env })))
  return project.readJson<{ bytecode: { object: string } }>(`out-bare/${name}.sol/${name}.json`).bytecode.object
}

/** Creation code that Hardhat gives without metadata, in folders of their own. */
async function byHardhat(project: Project, name: string): Promise<string> {
  const configuration = project
    .read('hardhat.config.ts')
    .replace('settings: {', "settings: { metadata: { appendCBOR: false, bytecodeHash: 'none' },")
    .replace('defineConfig({', "defineConfig({ paths: { artifacts: 'artifacts-bare', cache: 'cache-bare' },")
  project.write('bare.config.ts', configuration)
  const command = 'npx hardhat --config bare.config.ts build'
  printedBy(command, await runShell(command, project.surroundings({ node22: true })))
  return project.readJson<{ bytecode: string }>(`artifacts-bare/contracts/${name}.sol/${name}.json`).bytecode
}

/** Compiles the same contracts in every way and compares the bytes. */
export async function sameBytesFlow(bench: Bench): Promise<void> {
  const { checks } = bench
  const foundry = await bench.foundryProject()
  const hardhat = await bench.hardhatProject()
  for (const name of ['Classifier', 'Counter']) {
    const file = `src/${name}.sol`
    await checks.check(`same bytes, metadata included: ${name} by tsolc and by forge`, async () => {
      const { bytecode } = foundry.readJson<{ bytecode: { object: string } }>(`out/${name}.sol/${name}.json`)
      expectEqual('creation code', bytecode.object, await byCommandLine(foundry, file, ''))
    })
    await checks.check(`same bytes without metadata: ${name} by tsolc, forge and Hardhat`, async () => {
      const expected = await byCommandLine(foundry, file, '--no-cbor-metadata')
      const settings = { FOUNDRY_CBOR_METADATA: 'false', FOUNDRY_BYTECODE_HASH: 'none' }
      expectEqual('creation code by forge', await byForge(foundry, name, settings), expected)
      expectEqual('creation code by Hardhat', await byHardhat(hardhat, name), expected)
    })
  }
}
