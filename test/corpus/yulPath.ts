import { type Bytecode, hasErrors, type StandardJsonOutput } from '../../compiler-ext/index.ts'
import { assembleContract, lowerContract, prepareYul } from '../../compiler-ext/lower.ts'
import { type Case, contractsOf, type Findings, inputOf } from './check.ts'
import { differences, mapDifferences } from './difference.ts'
import { readImport } from './packages.ts'

const EXTENSION_BYTE = '0xAE'

/**
 * Mnemonics up to where the first byte of a tensor instruction stands in the place of an opcode, as it may in data: after
 * it, solc reads one byte where this compiler reads two.
 *
 * @returns their number
 */
function comparableOpcodes(tokens: readonly string[]): number {
  const at = tokens.findIndex((token, i) => token === EXTENSION_BYTE && !tokens[i - 1]?.startsWith('PUSH'))
  return at < 0 ? tokens.length : at
}

/** Compares the outputs of one object of code; the source map entry by entry. */
function checkCode(found: Partial<Bytecode> = {}, expected: Partial<Bytecode>, path: string): Findings {
  const { sourceMap: foundMap = '', opcodes: foundOpcodes = '', ...foundRest } = found
  const { sourceMap: expectedMap = '', opcodes: expectedOpcodes = '', ...expectedRest } = expected
  const [ours, theirs] = [foundOpcodes, expectedOpcodes].map((text) => text.split(' ')) as [string[], string[]]
  const length = comparableOpcodes(theirs)
  return {
    counts: {
      codes: expected.object === '' ? 0 : 1,
      mapEntries: expectedMap === '' ? 0 : expectedMap.split(';').length,
    },
    differences: [
      ...differences(foundRest, expectedRest, path),
      ...differences(ours.slice(0, length).join(' '), theirs.slice(0, length).join(' '), `${path}.opcodes`),
      ...mapDifferences(foundMap, expectedMap, `${path}.sourceMap`),
    ],
  }
}

/**
 * Sends contracts without markers the way of contracts with markers, through their IR and solc's Yul mode, and compares
 * what comes out with what solc makes of them over its IR: code, references, debug data, mnemonics and source maps.
 *
 * Not for code that uses msize: for it solc leaves out even what it does without the optimizer, which contracts with
 * instructions can't do without.
 *
 * @param expected - solc's output with `viaIR`
 */
export function checkYulPath(it: Case, expected: StandardJsonOutput): Findings[] {
  const { release } = it
  const outputs = ['ir', 'metadata', 'evm.methodIdentifiers']
  const input = inputOf(it, { viaIR: true, outputSelection: { '*': { '*': outputs } } })
  const { settings = {} } = input
  const debug = { ...settings.debug, debugInfo: ['location', 'ast-id'] }
  const first = release.solc.run({ ...input, settings: { ...settings, debug } }, readImport)
  const fileOf = new Map(Object.entries(first.sources ?? {}).map(([file, { id }]) => [id, file]))
  const findings: Findings[] = []
  let failed = hasErrors(first)
  for (const { file, name, contract } of contractsOf(first)) {
    const lowered = lowerContract(file, name, contract, new Map())
    if (lowered.text === '') continue
    const work = prepareYul(lowered, settings, { metadataOf: new Map(), hashes: new Map() }, false)
    const runtime = work.runtime && release.solc.run(work.runtime)
    const assembled = assembleContract(work, release.solc.run(work.whole), runtime, fileOf)
    const path = `${file}:${name}`
    if (assembled.errors) {
      failed = true
      if (!hasErrors(expected))
        findings.push({ counts: {}, differences: [`${path}: it fails: ${assembled.errors[0]?.message}`] })
      continue
    }
    const theirs = expected.contracts?.[file]?.[name]?.evm
    if (theirs === undefined) continue
    const { bytecode, deployedBytecode, methodIdentifiers } = assembled.output.evm ?? {}
    findings.push(
      checkCode(bytecode, theirs.bytecode ?? {}, `${path}.bytecode`),
      checkCode(deployedBytecode, theirs.deployedBytecode ?? {}, `${path}.deployedBytecode`),
      {
        counts: {},
        differences: differences(methodIdentifiers, theirs.methodIdentifiers, `${path}.methodIdentifiers`),
      },
    )
  }
  if (hasErrors(expected))
    findings.push({
      counts: { failures: 1 },
      differences: failed ? [] : ['solc fails over its IR, the Yul path does not'],
    })
  return findings
}
