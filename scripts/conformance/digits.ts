import { readFileSync } from 'node:fs'
import { tensorOf } from '../../isa/index.ts'
import { decodeModel, interpret, type Program } from '../../model/index.ts'

/** Where the example of the digit classifier has its contract. */
export const digitsContract = new URL('../../examples/digitClassifier/DigitClassifier.sol', import.meta.url)

/** Where it has its network. */
export const digitsModel = new URL('../../examples/mnist/model.tensor', import.meta.url)

/** The network of the digit classifier. */
export function digitsProgram(): Program {
  return decodeModel(readFileSync(digitsModel))
}

/** What the network makes of a drawing, as the contract's `read` gives it: a digit, and its score less the next one's. */
export function readDigit(program: Program, pixels: Int8Array): { readonly digit: number; readonly margin: number } {
  const [input] = program.inputs
  if (input === undefined) throw new RangeError('the network has no input')
  const [output] = interpret(program, [tensorOf(input.dtype, input.shape, [...pixels])])
  const scores = [...(output?.data ?? [])].map(Number)
  const [first = 0, second = 0] = scores.toSorted((a, b) => b - a)
  return { digit: scores.indexOf(first), margin: first - second }
}

/** A drawing as calldata has it. */
export function drawingHex(pixels: Int8Array): `0x${string}` {
  return `0x${Buffer.from(pixels.buffer, pixels.byteOffset, pixels.length).toString('hex')}`
}
