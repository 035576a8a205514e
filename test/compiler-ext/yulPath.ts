import { packageImports } from '../../compiler-ext/index.ts'
import { assembleContract, lowerContract, prepareYul } from '../../compiler-ext/lower.ts'
import { findMarkers } from '../../compiler-ext/markers.ts'
import { openSolc, type Solc } from '../../compiler-ext/solc.ts'
import type { ContractOutput, Settings, StandardJsonInput } from '../../compiler-ext/standardJson.ts'

/** A contract as solc compiles it over its IR, and as it comes out of its unchanged IR by the path of marked contracts. */
export type BothPaths = {
  readonly file: string
  readonly name: string
  readonly bySolc: ContractOutput
  readonly throughYul: ContractOutput
}

/** Compiles an input without markers on both paths; contracts without code are left out. */
export function compileOnBothPaths(solc: Solc, input: StandardJsonInput): BothPaths[] {
  const outputs = ['evm.bytecode', 'evm.deployedBytecode', 'evm.methodIdentifiers', 'evm.assembly', 'ir', 'metadata']
  const debug = { ...input.settings?.debug, debugInfo: ['location', 'ast-id'] }
  const settings = { ...input.settings, viaIR: true, debug, outputSelection: { '*': { '*': outputs } } }
  const output = solc.run({ ...input, settings })
  const failed = output.errors?.find(({ severity }) => severity === 'error')
  if (failed) throw new Error(failed.formattedMessage ?? failed.message)
  const fileOf = new Map(Object.entries(output.sources ?? {}).map(([file, { id }]) => [id, file]))
  return Object.entries(output.contracts ?? {}).flatMap(([file, named]) =>
    Object.entries(named).flatMap(([name, bySolc]) => {
      if (!bySolc.ir) return []
      const lowered = lowerContract(file, name, bySolc, new Map())
      const metadata = { metadataOf: new Map(), hashes: new Map() }
      const work = prepareYul(lowered, settings, metadata, false)
      const assembled = assembleContract(work, solc.run(work.whole), work.runtime && solc.run(work.runtime), fileOf)
      if (assembled.errors) throw new Error(assembled.errors[0]?.message)
      return [{ file, name, bySolc, throughYul: assembled.output }]
    }),
  )
}

/** Lowers a contract of one source, A.sol, whatever its instructions would do. */
export function lowerWithoutAnalysis(name: string, content: string, settings: Settings): ContractOutput {
  const input = { language: 'Solidity', sources: { 'A.sol': { content } } }
  const outputSelection = { '*': { '': ['ast'] }, 'A.sol': { [name]: ['ir', 'metadata'] } }
  const debug = { debugInfo: ['location', 'ast-id'] }
  const solc = openSolc()
  const output = solc.run(
    { ...input, settings: { ...settings, viaIR: true, debug, outputSelection } },
    packageImports(),
  )
  const { markers } = findMarkers(output, new Map())
  const lowered = lowerContract('A.sol', name, output.contracts?.['A.sol']?.[name] ?? {}, markers)
  const work = prepareYul(lowered, settings, { metadataOf: new Map(), hashes: new Map() }, false)
  const assembled = assembleContract(work, solc.run(work.whole), work.runtime && solc.run(work.runtime), new Map())
  if (assembled.errors) throw new Error(assembled.errors[0]?.message)
  return assembled.output
}
