import { createTensorCommon, loadTensorGenesis, type TensorGenesis } from '../../evm-ext/index.ts'
import { parameterNames } from '../../gas-model/index.ts'

const ANYONE = /^0x0+$/

/** A fork as it is shown: where it starts, and what it changes where it is one of this project. */
type ShownFork = { readonly name: string; readonly start: Readonly<Record<string, number>>; readonly changes: object }

/** The forks in their order, without mergeNetsplitBlock, which Common adds and which changes nothing. */
function forksOf(genesis: TensorGenesis): ShownFork[] {
  const [first] = genesis.forks
  return createTensorCommon(genesis)
    .hardforks()
    .filter(({ name }) => name !== 'mergeNetsplitBlock')
    .map(({ name, block, timestamp }) => {
      const later = genesis.forks.find((fork) => fork.name === name && fork !== first)
      return {
        name,
        start: timestamp === undefined ? { block: Number(block) } : { time: Number(timestamp) },
        changes: later?.parameters ?? {},
      }
    })
}

/** Wide enough for every parameter, indented. */
const NAME_WIDTH = Math.max(...parameterNames.map(({ length }) => length)) + 4

function printRow(name: string, value: string | number): void {
  console.log(`${name.padEnd(NAME_WIDTH)} ${value}`)
}

function print(genesis: TensorGenesis, forks: readonly ShownFork[]): void {
  const { chainId, precompile, registry, registrar, parameters } = genesis
  printRow('chain id', chainId)
  printRow('precompile', precompile)
  printRow('registry', registry)
  printRow('registrar', ANYONE.test(registrar) ? 'anyone' : registrar)
  console.log('\nforks')
  for (const { name, start, changes } of forks) {
    printRow(`  ${name}`, Object.entries(start).flat().join(' '))
    for (const [parameter, value] of Object.entries(changes)) printRow(`    ${parameter}`, value)
  }
  console.log('\nparameters at the tensor fork')
  for (const [name, value] of Object.entries(parameters)) printRow(`  ${name}`, value)
}

/** Checks a chain configuration and prints what a node would run by. */
export function showGenesis(file: string, { json }: { json?: boolean }): void {
  const genesis = loadTensorGenesis(file)
  const forks = forksOf(genesis)
  if (!json) {
    print(genesis, forks)
    return
  }
  const { chainId, precompile, registry, registrar, parameters } = genesis
  const shown = forks.map(({ name, start, changes }) => ({
    ...{ name, ...start },
    ...(Object.keys(changes).length > 0 && { parameters: changes }),
  }))
  console.log(JSON.stringify({ chainId, precompile, registry, registrar, forks: shown, parameters }))
}
