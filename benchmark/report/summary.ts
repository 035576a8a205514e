import type { BenchPath, BenchResults } from '../results.ts'
import { equalResults, type PathRatio, pathRatios, telling } from './comparisons.ts'
import { counted, figure, whole } from './words.ts'

/** Least and greatest of what is nearly the same are told as one. */
const SAME = 1.005

function range(values: readonly number[]): string {
  const [least, most] = [Math.min(...values), Math.max(...values)]
  return most <= least * SAME ? figure(least) : `${figure(least)} to ${figure(most)}`
}

/** Which models these are, in words. */
function modelsOf(ratios: readonly PathRatio[]): string {
  const [first] = ratios
  if (first === undefined) return ''
  const macs = `${whole(first.model.macs)} MACs`
  return ratios.length === 1 ? `${first.model.name}, ${macs}` : `${counted(ratios.length, 'model')} of ${macs} and more`
}

/** A number of the summary: a large one with what it says. */
export type Headline = { readonly number: string; readonly words: string }

function ratioHeadline(ratios: readonly PathRatio[], what: 'gas' | 'time', unit: string, baseline: string): Headline[] {
  const told = telling(ratios)
  if (told.length === 0) return []
  const [ours, theirs] = [range(told.map((ratio) => ratio.ours)), range(told.map((ratio) => ratio.theirs))]
  const words = `${ours} ${unit} a MAC by tensor instructions against ${theirs} by ${baseline} (${modelsOf(told)})`
  const isLess = told.every(({ ratio }) => ratio >= 1)
  return [{ number: `${range(told.map(({ ratio }) => ratio))} times ${isLess ? 'less' : 'as little'} ${what}`, words }]
}

/** Time of instructions alone, where nothing was measured that a ratio would be fair against. */
function timeHeadline(ratios: readonly PathRatio[]): Headline[] {
  const told = telling(ratios)
  if (told.length === 0) return []
  const number = `${range(told.map(({ ours }) => ours))} ns a MAC`
  return [
    {
      number,
      words: `taken by tensor instructions (${modelsOf(told)}); a ratio to Solidity wants a native client: --anvil`,
    },
  ]
}

/** The numbers that matter most: gas and time of instructions against SWAR Solidity, and equality. */
export function headlines(results: BenchResults): Headline[] {
  const { checked, equal } = equalResults(results)
  const ratios = (theirs: BenchPath, quantity: 'gasPerMac' | 'nanosecondsPerMac') =>
    pathRatios(results, 'instructions', theirs, quantity)
  const anvil = ratios('anvil-swar', 'nanosecondsPerMac')
  const equality = {
    number: equal === checked ? 'All equal' : `${whole(equal)} of ${whole(checked)} equal`,
    words: `byte for byte to the reference, of ${counted(checked, 'result')} of models on chain and on the kernel`,
  }
  return [
    ...ratioHeadline(ratios('solidity-swar', 'gasPerMac'), 'gas', 'gas', 'SWAR Solidity'),
    ...(anvil.length > 0
      ? ratioHeadline(anvil, 'time', 'ns', 'SWAR Solidity in anvil')
      : timeHeadline(ratios('instructions', 'nanosecondsPerMac'))),
    ...(checked > 0 ? [equality] : []),
  ]
}

/** The summary in sentences. */
export function summarySentence(results: BenchResults): string {
  const sentences = headlines(results).map(({ number, words }) => `${number}: ${words}.`)
  return sentences.length === 0 ? 'No path ran.' : sentences.join(' ')
}
