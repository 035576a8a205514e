import { type OptionDeclaration, optionSections } from './options.ts'

const INTRODUCTION = `tsolc, the Solidity compiler with tensor instructions.

Usage: tsolc [options] [input_file...]
Compiles Solidity files (or the standard input where "-" is a file name) as solc does, and puts
tensor instructions in place of functions that are marked as such. Writes the outputs that are asked
for to the standard output, or to files in the output directory.
Imports are read from the file system; context:prefix=path remaps them. tensor-evm/Tensor.sol comes
with the compiler.
Example:
tsolc --bin --optimize -o build @openzeppelin/=node_modules/@openzeppelin/ contract.sol
`

const WIDTH = 100
const NAME_COLUMN = 36

/** Lines of text of at most `width` characters. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines
}

function describe({ name, short, value, help }: OptionDeclaration): string {
  const names = `  ${short ? `-${short} [ --${name} ]` : `--${name}`}${value ? ` ${value}` : ''}`
  const lines = wrap(help, WIDTH - NAME_COLUMN).map((line) => `${' '.repeat(NAME_COLUMN)}${line}`)
  const [first = '', ...rest] = lines
  // Names that are too long for their column have a line of their own.
  const start = names.length < NAME_COLUMN ? [names.padEnd(NAME_COLUMN) + first.trimStart()] : [names, first]
  return [...start, ...rest].join('\n')
}

/** The help of the command. */
export function helpText(): string {
  const sections = optionSections
    .filter(({ title }) => title !== '')
    .map(({ title, options }) => `${title}:\n${options.map(describe).join('\n')}\n`)
  return `${INTRODUCTION}\n${sections.join('\n')}`
}
