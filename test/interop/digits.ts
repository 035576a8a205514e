import { copyFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { heldOutDigits } from '../../examples/mnist/digits.ts'
import { modelRoot } from '../../model/index.ts'
import { digitsContract, digitsModel, digitsProgram, drawingHex, readDigit } from '../../scripts/conformance/digits.ts'
import type { NodeEnv } from './bench.ts'
import { expectText } from './checks.ts'
import { printedBy, runShell } from './command.ts'
import type { Project } from './workspace.ts'

/** A digit of the example, a four, and what the network makes of it. */
export type DrawnDigit = {
  /** Root of the network. */
  readonly root: string
  readonly drawing: `0x${string}`
  readonly digit: number
  /** Score of the digit less the next one's. */
  readonly margin: number
}

function drawnDigit(): DrawnDigit {
  const program = digitsProgram()
  const pixels = heldOutDigits(5)[4]?.pixels as Int8Array
  return { root: modelRoot(program), drawing: drawingHex(pixels), ...readDigit(program, pixels) }
}

/** Gives a project the example's contract, its network, and a digit in `digit.json`. */
export function addDigits(project: Project, sources: string): DrawnDigit {
  const digit = drawnDigit()
  project.write(`${sources}/DigitClassifier.sol`, readFileSync(digitsContract, 'utf8'))
  project.write('digit.json', JSON.stringify(digit))
  copyFileSync(digitsModel, join(project.folder, 'model.tensor'))
  return digit
}

/** Publishes and registers the network by the package's own command. */
export async function publishDigits(project: Project, node: NodeEnv, { root }: DrawnDigit): Promise<void> {
  const command = 'tensor-evm publish model.tensor --rpc-url $TENSOR_RPC_URL --private-key $KEY'
  const printed = printedBy(command, await runShell(command, project.surroundings({ env: node })))
  expectText(command, printed, root, 'registered by 0x')
}

/** Instructions that a trace of a reading has. */
export const tracedInstructions: readonly string[] = ['TCALLDATALOAD', 'TMODELLOAD', 'CONV2D', 'ARGMAX']

/** What every program of `programs/` prints when all is as it should be. */
export function expectedReport({ digit, margin }: DrawnDigit): string {
  return `read ${digit} by ${margin}, logged ${digit} by ${margin}, traced ${tracedInstructions.join(' ')}`
}

/** Text of a program that reads the digit, under a name of its own in the project. */
export function programText(name: string): string {
  return readFileSync(join(import.meta.dirname, 'programs', name), 'utf8')
}
