export type { CodeArtefact, ContractArtefact, SolidityOutput } from './artefacts.ts'
export {
  type Burnt,
  type FrameGas,
  type FrameKind,
  type FunctionGas,
  GAS_REPORT_VERSION,
  type GasReport,
  type GasSummary,
  type IntrinsicGas,
  type OpcodeGas,
  PROVING_STEP,
  type Scope,
  type TensorGas,
  type TensorTotals,
} from './report.ts'
export { gasReportSpeedscope, type SpeedscopeFile, type SpeedscopeProfile } from './speedscope.ts'
export { gasReportFolded, type Leaf, leavesOf, type StackFrame } from './stacks.ts'
export { framesOf, instructionsOf, summarizeGas, summaryGas } from './sum.ts'
export { gasReportTable } from './table.ts'
export { type GasReportOptions, type Reported, reportCall, reportGas, watchGas } from './watch.ts'
