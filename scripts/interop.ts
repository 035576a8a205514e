import { parseArgs } from 'node:util'
import { createBench } from '../test/interop/bench.ts'
import { createChecks } from '../test/interop/checks.ts'
import { ethersFlow, viemFlow } from '../test/interop/flows/artefacts.ts'
import { castFlow } from '../test/interop/flows/cast.ts'
import { digitsFlow } from '../test/interop/flows/digits.ts'
import { forgeFlow } from '../test/interop/flows/forge.ts'
import { hardhatFlow } from '../test/interop/flows/hardhat.ts'
import { sameBytesFlow } from '../test/interop/flows/sameBytes.ts'
import { createWorkspace } from '../test/interop/workspace.ts'

// Runs Foundry, Hardhat, ethers and viem with the packed package, as the pages of docs/ tell users to, and compares what
// they compile with tsolc and solc. They deploy to a node, and the digit classifier is published, deployed, used and traced
// there with each. --only names a flow, as often as it is given; --package takes a package that was packed before.

const flows = {
  forge: forgeFlow,
  cast: castFlow,
  hardhat: hardhatFlow,
  ethers: ethersFlow,
  viem: viemFlow,
  bytes: sameBytesFlow,
  digits: digitsFlow,
} as const

const { values } = parseArgs({
  options: { only: { type: 'string', multiple: true }, package: { type: 'string' } },
})
const names = Object.keys(flows) as (keyof typeof flows)[]

/** Runs flows. @returns whether all that they tried holds */
async function runFlows(chosen: readonly (keyof typeof flows)[], tarball: string | undefined): Promise<boolean> {
  const workspace = createWorkspace(tarball)
  const checks = createChecks()
  try {
    const bench = createBench(workspace, checks)
    for (const name of chosen) await checks.check(`${name}: ran to its end`, () => flows[name](bench))
  } finally {
    workspace.remove()
  }
  console.log(`${checks.passed} passed, ${checks.failed} failed`)
  return checks.failed === 0
}

const unknown = values.only?.find((name) => !(name in flows))
if (unknown === undefined) {
  const chosen = names.filter((name) => values.only?.includes(name) ?? true)
  process.exitCode = (await runFlows(chosen, values.package)) ? 0 : 1
} else {
  console.error(`--only: expected ${names.join(', ')}, found ${unknown}`)
  process.exitCode = 1
}
