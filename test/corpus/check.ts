import { compile, hasErrors, type StandardJsonInput, type StandardJsonOutput } from '../../compiler-ext/index.ts'
import type { Solc } from '../../compiler-ext/solc.ts'
import type { Settings } from '../../compiler-ext/standardJson.ts'
import { differences } from './difference.ts'
import { readImport } from './packages.ts'
import { type Release, rememberCompilation } from './releases.ts'
import { everything, type Setting, type Unit } from './unit.ts'

/** A unit under one setting and release. */
export type Case = { readonly unit: Unit; readonly setting: Setting; readonly release: Release }

/** What was compared, each a number that is not zero where the check did its work. */
export type Counts = {
  /** Contracts whose whole output was compared with solc's under the settings as they are. */
  readonly contracts: number
  /** Objects of code, creation and runtime, that were compared after they went through Yul. */
  readonly codes: number
  /** Entries of their source maps. */
  readonly mapEntries: number
  /** Contracts without instructions that were compared beside some with. */
  readonly mixedContracts: number
  /** Compilations that failed, and failed in the same way. */
  readonly failures: number
}

/** What a check found. */
export type Findings = { readonly counts: Partial<Counts>; readonly differences: readonly string[] }

/** The standard JSON of a case, with settings put over those of the unit. */
export function inputOf({ unit, setting, release }: Case, over: Settings = {}): StandardJsonInput {
  const { experimental, viaSSACFG, ...settings } = { ...setting.settings, ...unit.settings }
  return {
    language: 'Solidity',
    sources: Object.fromEntries(Object.entries(unit.sources).map(([name, content]) => [name, { content }])),
    settings: {
      ...settings,
      ...(release.hasExperimental && experimental !== undefined && { experimental }),
      ...(release.hasExperimental && viaSSACFG !== undefined && { viaSSACFG }),
      outputSelection: unit.outputs ?? everything(over.viaIR === true),
      ...over,
    },
  }
}

/** What this compiler makes of an input, on the thread that calls. */
export function compileOwn(input: StandardJsonInput, solc: Solc): StandardJsonOutput {
  return compile(input, { readImport, solc, workers: 1 })
}

/** Every contract of an output, with the file that it is in. */
export function contractsOf(output: StandardJsonOutput) {
  return Object.entries(output.contracts ?? {}).flatMap(([file, contracts]) =>
    Object.entries(contracts).map(([name, contract]) => ({ file, name, contract })),
  )
}

/**
 * Compares the whole output for sources without markers with that of solc.
 *
 * @returns what was found, and solc's output
 */
export function checkUntouched(
  it: Case,
  viaIR: boolean,
): { readonly findings: Findings; readonly output: StandardJsonOutput } {
  const { release, unit } = it
  const input = inputOf(it, viaIR ? { viaIR } : {})
  const { output, solc } = rememberCompilation(release, input, readImport)
  // The variants are small: they are compiled twice, to compare this package's way of running solc, too.
  const found = compileOwn(input, unit.isVariant ? release.solc : solc)
  const counts = { contracts: contractsOf(output).length, failures: hasErrors(output) ? 1 : 0 }
  const { mayFail = false } = unit
  const isFailureFine = typeof mayFail === 'boolean' ? mayFail : mayFail.includes(it.setting.name)
  const error = isFailureFine ? undefined : output.errors?.find(({ severity }) => severity === 'error')
  const places = error ? [`it must compile: ${error.message}`] : differences(found, output)
  return { findings: { counts, differences: places }, output }
}
