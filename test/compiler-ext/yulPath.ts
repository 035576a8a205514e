import { assembleContract, lowerContract, prepareYul } from '../../compiler-ext/lower.ts'
import type { Solc } from '../../compiler-ext/solc.ts'
import type { ContractOutput, StandardJsonInput } from '../../compiler-ext/standardJson.ts'

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
