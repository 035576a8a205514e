import {
  type ContractOutput,
  hasErrors,
  type OptimizerSettings,
  type Settings,
  type SolcError,
  type StandardJsonInput,
  type StandardJsonOutput,
} from './standardJson.ts'

/** Name of the source in Yul compilations; see {@link flattenPositions}. */
export const YUL_FILE = 'tsolc.yul'

/**
 * Optimizer settings under which solc's Yul mode does what its Solidity mode does without the Yul optimizer.
 *
 * A verbatim counts as a use of msize, for which solc then leaves out even the steps that keep variables within reach of
 * the stack, and gives up on trivial code. Naming these steps, an empty sequence but for the pruning of unused code, makes
 * it run them.
 */
function yulOptimizer(optimizer: OptimizerSettings = {}): OptimizerSettings {
  if (optimizer.details?.yul ?? optimizer.enabled) return optimizer
  const details = { ...optimizer.details, yul: true, yulDetails: { stackAllocation: true, optimizerSteps: 'u:' } }
  return { ...optimizer, details }
}

/** The settings of a Solidity compilation that bear on its Yul. */
function yulSettings({ optimizer, evmVersion, libraries, eofVersion }: Settings): Settings {
  return {
    optimizer: yulOptimizer(optimizer),
    ...(evmVersion !== undefined && { evmVersion }),
    ...(libraries !== undefined && { libraries }),
    ...(eofVersion !== undefined && { eofVersion }),
  }
}

/** Input that compiles one outermost Yul object under the settings of the Solidity compilation that it comes from. */
export function yulInput(text: string, settings: Settings, outputs: readonly string[]): StandardJsonInput {
  return {
    language: 'Yul',
    sources: { [YUL_FILE]: { content: text } },
    settings: {
      ...yulSettings(settings),
      debug: { debugInfo: ['location', 'ast-id'] },
      outputSelection: { '*': { '*': outputs } },
    },
  }
}

/** What became of a Yul object: its outputs, or the errors of its compilation. */
export type YulResult =
  | { readonly contract: ContractOutput; readonly errors?: undefined }
  | { readonly contract?: undefined; readonly errors: readonly SolcError[] }

/** Takes the one object out of the output for a {@link yulInput}. */
export function yulResult(output: StandardJsonOutput): YulResult {
  const contract = Object.values(output.contracts?.[YUL_FILE] ?? {})[0]
  if (hasErrors(output) || contract === undefined) return { errors: output.errors ?? [] }
  return { contract }
}
