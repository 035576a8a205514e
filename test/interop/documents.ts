import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A fenced block of a page of docs/. */
type Block = {
  readonly language: string
  /** Name of the file that it is, where the line above says so. */
  readonly file: string | undefined
  readonly text: string
}

/** What a page has for its readers to copy. */
export type Page = {
  /** Text of the file of this name. @throws {Error} when the page has none, or two */
  file(name: string): string
  /** The block that starts with these words. @throws {Error} when the page has none, or two */
  block(start: string): string
  /** The command that starts with these words, on one line. @throws {Error} when the page has none, or two */
  command(start: string): string
}

function blocksOf(text: string): Block[] {
  const blocks: Block[] = []
  let open: { language: string; file: string | undefined; lines: string[] } | undefined
  let named: string | undefined
  for (const line of text.split('\n')) {
    if (open !== undefined) {
      if (line === '```') {
        const { language, file, lines } = open
        blocks.push({ language, file, text: `${lines.join('\n')}\n` })
        open = undefined
      } else open.lines.push(line)
      continue
    }
    if (line.startsWith('```')) {
      open = { language: line.slice(3), file: named, lines: [] }
      named = undefined
    } else if (line !== '') named = /^`([\w./-]+)`:$/.exec(line)?.[1]
  }
  return blocks
}

/** Reads a page of docs/ by its name, `foundry.md`. */
export function readPage(name: string): Page {
  const blocks = blocksOf(readFileSync(join(import.meta.dirname, '../../docs', name), 'utf8'))
  const one = (what: string, found: readonly string[]): string => {
    const [first, second] = new Set(found)
    if (first === undefined || second !== undefined)
      throw new Error(`docs/${name}: expected one ${what}, found ${new Set(found).size}`)
    return first
  }
  const commands = blocks.filter(({ language }) => language === 'sh').flatMap(({ text }) => text.trim().split('\n'))
  return {
    file: (path) =>
      one(
        path,
        blocks.filter(({ file }) => file === path).map(({ text }) => text),
      ),
    block: (start) =>
      one(
        `block "${start}"`,
        blocks.filter(({ text }) => text.startsWith(start)).map(({ text }) => text),
      ),
    command: (start) =>
      one(
        `command "${start}"`,
        commands.filter((line) => line === start || line.startsWith(`${start} `)),
      ),
  }
}
