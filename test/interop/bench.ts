import { bytesToHex } from '@ethereumjs/util'
import { type DevelopmentAccount, developmentAccounts } from '../../evm-ext/index.ts'
import { type Checks, expectEqual } from './checks.ts'
import { printedBy, runShell } from './command.ts'
import { readPage } from './documents.ts'
import { startWatchedNode } from './node.ts'
import { type Project, solidityFile, type Workspace } from './workspace.ts'

/** What flows share. */
export type Bench = {
  readonly checks: Checks
  /** A project as docs/foundry.md sets it up, built; made when it is first asked for. */
  foundryProject(): Promise<Project>
  /** A project as docs/hardhat.md sets it up, built; made when it is first asked for. */
  hardhatProject(): Promise<Project>
  /**
   * Runs `flow` beside a node of its own, with the variables that the pages name, then checks that it asked for no
   * method that the node lacks and programs can't do without.
   */
  withNode(name: string, flow: (env: NodeEnv) => Promise<void>): Promise<void>
}

export type NodeEnv = { readonly TENSOR_RPC_URL: string; readonly KEY: string }

// What some programs try first, and do without where there is none.
const OPTIONAL_METHODS = ['anvil_nodeInfo', 'eth_fillTransaction', 'eth_getAccountInfo', 'hardhat_metadata']

function once<T>(create: () => Promise<T>): () => Promise<T> {
  let created: Promise<T> | undefined
  return () => {
    created ??= create()
    return created
  }
}

async function createFoundryProject(workspace: Workspace): Promise<Project> {
  const page = readPage('foundry.md')
  const project = workspace.createProject('foundry')
  for (const file of ['foundry.toml', 'src/Classifier.sol', 'script/Deploy.s.sol', 'test/Classifier.t.sol'])
    project.write(file, page.file(file))
  project.write('src/Counter.sol', solidityFile('Counter.sol'))
  for (const file of ['Counter.t.sol', 'Halting.t.sol']) project.write(`test/${file}`, solidityFile(file, '../src'))
  printedBy('forge build', await runShell(page.command('forge build'), project.surroundings()))
  return project
}

async function createHardhatProject(workspace: Workspace): Promise<Project> {
  const page = readPage('hardhat.md')
  const project = workspace.createProject('hardhat')
  for (const file of ['hardhat.config.ts', 'scripts/deploy.ts']) project.write(file, page.file(file))
  project.write('contracts/Classifier.sol', readPage('foundry.md').file('src/Classifier.sol'))
  for (const file of ['Counter.sol', 'Counter.t.sol', 'Halting.t.sol'])
    project.write(`contracts/${file}`, solidityFile(file))
  const surroundings = project.surroundings({ node22: true })
  printedBy('hardhat build', await runShell(page.command('npx hardhat build'), surroundings))
  return project
}

/** What flows share, with projects in a workspace. */
export function createBench(workspace: Workspace, checks: Checks): Bench {
  const { privateKey } = developmentAccounts[0] as DevelopmentAccount
  return {
    checks,
    foundryProject: once(() => createFoundryProject(workspace)),
    hardhatProject: once(() => createHardhatProject(workspace)),
    async withNode(name, flow) {
      const { url, missing, close } = await startWatchedNode()
      try {
        await flow({ TENSOR_RPC_URL: url, KEY: bytesToHex(privateKey) })
      } finally {
        await close()
      }
      await checks.check(`${name}: the node has every method that was asked for and is needed`, () =>
        expectEqual(
          'missing methods',
          [...missing].filter((method) => !OPTIONAL_METHODS.includes(method)),
          [],
        ),
      )
    },
  }
}
