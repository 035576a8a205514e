import { createRequire } from 'node:module'
import { expect } from 'vitest'
import { compile, type ReadImport, type StandardJsonInput, type StandardJsonOutput } from '../../compiler-ext/index.ts'

type SolcModule = { compile(input: string, callbacks?: { import: ReadImport }): string }

/** solc as its package has it, with none of this project's code. */
const solc = createRequire(import.meta.url)('solc') as SolcModule

/** What solc says, as it says it. A reader must not throw: solc is of no use afterwards. */
export function runStock(input: unknown, readImport?: ReadImport): StandardJsonOutput {
  return runStockText(JSON.stringify(input), readImport)
}

/** Likewise, of the text of standard JSON. */
export function runStockText(text: string, readImport?: ReadImport): StandardJsonOutput {
  return JSON.parse(solc.compile(text, readImport && { import: readImport })) as StandardJsonOutput
}

/** What no user should read: names and places in the code of solc, of its libraries and of this project. */
const INTERNALS =
  /uncaught|std::|exception|nlohmann|boost|\[json\.|\/solidity\/|\.cpp\b|tag_comment|wasm|node_modules|\bundefined\b|\bat \S+ \(|\.ts:\d+|TypeError: (Cannot|\w+ is not)|is not (iterable|a function)/i

/** Longest sentence that can be called clear; errors of solc that quote source are longer. */
const LONGEST_MESSAGE = 400

/**
 * Checks that an output is one of solc's: its errors have what solc's have, their places lie in the sources, and no text is
 * about the inside of a compiler.
 *
 * @param texts - the sources by name
 */
export function expectSolcShape(output: StandardJsonOutput, texts: Readonly<Record<string, string>>): void {
  expect(JSON.parse(JSON.stringify(output))).toEqual(output)
  for (const error of output.errors ?? []) {
    expect(error).toMatchObject({
      component: expect.stringMatching(/^\w+$/),
      severity: expect.stringMatching(/^(error|warning|info)$/),
      type: expect.stringMatching(/^\w+$/),
      message: expect.stringMatching(/\S/),
    })
    const { sourceLocation, formattedMessage = error.message } = error
    expect(formattedMessage).toMatch(/\S/)
    if (!sourceLocation) continue
    const { file, start, end } = sourceLocation
    expect(Object.keys(texts)).toContain(file)
    const bytes = Buffer.byteLength(texts[file] as string)
    if (start === -1 && end === -1) continue
    expect([0 <= start, start <= end, end <= bytes], `${start}..${end} of ${bytes} bytes`).toEqual([true, true, true])
  }
}

/** Checks that an error speaks of what the user wrote only, in a sentence. */
export function expectClear(message: string, formattedMessage = message): void {
  expect(message).not.toMatch(INTERNALS)
  expect(formattedMessage).not.toMatch(INTERNALS)
  expect(message.length, message).toBeLessThan(LONGEST_MESSAGE)
}

/** Compiles whatever it is; that this does not throw is part of every test. */
export function compileAnything(input: unknown, readImport?: ReadImport): StandardJsonOutput {
  return compile(input as StandardJsonInput, { readImport })
}

/** Whether an output has the text of an exception of solc's. */
function isException({ errors = [] }: StandardJsonOutput): boolean {
  return errors.some(({ message, formattedMessage = '' }) =>
    /Uncaught exception|Dynamic exception/.test(message + formattedMessage),
  )
}

/**
 * Checks what this compiler says of a broken input: solc's own errors, or in place of an exception's text, one error in
 * clear words.
 */
export function expectSolcErrors(
  output: StandardJsonOutput,
  stock: StandardJsonOutput,
  texts: Readonly<Record<string, string>>,
): void {
  expectSolcShape(output, texts)
  if (!isException(stock)) {
    expect(output.errors).toEqual(stock.errors)
    return
  }
  const [error, ...others] = output.errors?.filter(({ severity }) => severity === 'error') ?? []
  expect(others).toEqual([])
  expectClear(error?.message ?? '', error?.formattedMessage)
}
