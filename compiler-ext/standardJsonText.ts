import { createRequire } from 'node:module'
import { internalError } from './solcErrors.ts'
import type { StandardJsonInput, StandardJsonOutput } from './standardJson.ts'

/** Makes strict JSON of what solc accepts besides: comments, and line breaks and tabs within strings. */
export function strictJson(text: string): string {
  return text.replace(/"(?:[^"\\]|\\[\s\S])*"|\/\/[^\n]*|\/\*[\s\S]*?\*\//g, (part) =>
    part.startsWith('"') ? part.replaceAll('\n', '\\n').replaceAll('\t', '\\t') : ' ',
  )
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    try {
      return JSON.parse(strictJson(text))
    } catch {
      return undefined
    }
  }
}

/** What solc says of text that is no input. */
function refuse(text: string): StandardJsonOutput {
  const solc = createRequire(import.meta.url)('solc') as { compile(input: string): string }
  return JSON.parse(solc.compile(text)) as StandardJsonOutput
}

/**
 * Compiles the text of standard JSON, which may have comments and begin with a byte order mark, as solc takes it.
 *
 * @returns whatever happens, an output: of text that is no JSON object, solc's own; of a failure of the compiler itself, one
 *   with an error of the type `InternalCompilerError`
 */
export function compileText(
  text: string,
  compile: (input: StandardJsonInput) => StandardJsonOutput,
): StandardJsonOutput {
  const json = text.replace(/^\ufeff/, '')
  const input = parse(json)
  try {
    if (typeof input !== 'object' || input === null || Array.isArray(input)) return refuse(json)
    return compile(input as StandardJsonInput)
  } catch (error) {
    return internalError(error)
  }
}
