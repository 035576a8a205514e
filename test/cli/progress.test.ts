import { afterEach, expect, test, vi } from 'vitest'
import { createProgress } from '../../cli/progress.ts'

const { isTTY } = process.stderr
afterEach(() => {
  process.stderr.isTTY = isTTY
  vi.restoreAllMocks()
})

function drawn(terminal: boolean): string[] {
  process.stderr.isTTY = terminal
  const chunks: string[] = []
  vi.spyOn(process.stderr, 'write').mockImplementation((chunk) => chunks.push(String(chunk)) > 0)
  const progress = createProgress('task', 3)
  progress.step()
  progress.end()
  return chunks
}

test('progress is drawn at once on a terminal, and not elsewhere', () => {
  const clear = '\r\u001b[K'
  const lines = drawn(true)
  expect(lines[0]).toBe(`${clear}task  0/3`)
  expect(lines.at(-1)).toBe(clear)
  expect(drawn(false)).toEqual([])
})
