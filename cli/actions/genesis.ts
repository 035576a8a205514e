import { createTensorCommon, loadTensorGenesis } from '../../evm-ext/index.ts'

/** Checks a chain configuration and prints what a node would run by. */
export function showGenesis(file: string, { json }: { json?: boolean }): void {
  const genesis = loadTensorGenesis(file)
  const common = createTensorCommon(genesis)
  const forks = common.hardforks().map(({ name, block, timestamp }) => ({
    name,
    ...(timestamp === undefined ? { block: Number(block) } : { time: Number(timestamp) }),
  }))
  const { precompile, registry, parameters } = genesis
  if (json) {
    console.log(JSON.stringify({ chainId: Number(common.chainId()), forks, precompile, registry, parameters }))
    return
  }
  console.log(`chain id    ${common.chainId()}`)
  for (const { name, ...start } of forks)
    console.log(`${name.padEnd(20)} ${Object.entries(start).map(([unit, value]) => `${unit} ${value}`)}`)
  console.log(`precompile  ${precompile}`)
  console.log(`registry    ${registry}`)
  for (const [name, value] of Object.entries(parameters)) console.log(`${name.padEnd(28)} ${value}`)
}
