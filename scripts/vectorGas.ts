import { instructionByMnemonic } from '../isa/index.ts'
import { runReference } from '../test/referenceRun.ts'
import { readVectorFile, type Vector, vectorPaths } from '../test/vectorFile.ts'

const MAX_LINE = 118

/** JSON on one line, with a space after every colon and comma of an object. */
function inline(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inline).join(', ')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const fields = Object.entries(value).map(([name, field]) => `${JSON.stringify(name)}: ${inline(field)}`)
  return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`
}

/** JSON with what fits on a line on one line, and arrays of numbers always. */
function layout(value: unknown, indent: string): string {
  const line = inline(value)
  const isObject = typeof value === 'object' && value !== null
  if (!isObject || indent.length + line.length <= MAX_LINE) return line
  if (Array.isArray(value) && value.every((item) => typeof item === 'number')) return line
  const inner = `${indent}  `
  if (Array.isArray(value)) return `[\n${value.map((item) => inner + layout(item, inner)).join(',\n')}\n${indent}]`
  const fields = Object.entries(value).map(
    ([name, field]) => `${inner}${JSON.stringify(name)}: ${layout(field, inner)}`,
  )
  return `{\n${fields.join(',\n')}\n${indent}}`
}

function priced(mnemonic: string, vector: Vector): Vector {
  const instruction = instructionByMnemonic.get(mnemonic)
  if (!instruction) throw new RangeError(`${mnemonic}: no such instruction`)
  const { gas: _stale, ...rest } = vector
  const outcome = runReference(instruction, vector)
  return outcome.halt === undefined && vector.halt === undefined ? { ...rest, gas: outcome.gas } : rest
}

/** Every vector file with its gas up to date: path relative to the root of the repository, and content. */
export function vectorGasFiles(): Map<string, string> {
  return new Map(
    vectorPaths().map((path) => {
      const { mnemonic, vectors } = readVectorFile(path)
      const file = { mnemonic, vectors: vectors.map((vector) => priced(mnemonic, vector)) }
      // A vector each on lines of its own, however short.
      const body = file.vectors.map((vector) => `    ${layout(vector, '    ')}`).join(',\n')
      return [path, `{\n  "mnemonic": ${JSON.stringify(mnemonic)},\n  "vectors": [\n${body}\n  ]\n}\n`]
    }),
  )
}
