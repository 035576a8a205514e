/** Tells and counts what was tried. */
export type Checks = {
  /** Prints one line for what `check` does: that it holds, or why not. */
  check(name: string, check: () => void | Promise<void>): Promise<void>
  readonly passed: number
  readonly failed: number
}

/** Starts to count; lines go to the standard output as checks end. */
export function createChecks(): Checks {
  let [passed, failed] = [0, 0]
  return {
    async check(name, check) {
      try {
        await check()
        passed++
        console.log(`ok    ${name}`)
      } catch (error) {
        failed++
        console.log(`FAIL  ${name}\n${(error as Error).message.replace(/^/gm, '      ')}`)
      }
    },
    get passed() {
      return passed
    },
    get failed() {
      return failed
    },
  }
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 300 ? `${text.slice(0, 300)}… (${text.length} characters)` : text
}

/** @throws {Error} when the values differ as JSON, naming `what` and both */
export function expectEqual(what: string, actual: unknown, expected: unknown): void {
  if (shown(actual) === shown(expected) && JSON.stringify(actual) === JSON.stringify(expected)) return
  throw new Error(`${what}: expected ${shown(expected)}\nfound ${shown(actual)}`)
}

/** @throws {Error} when the text does not have all the parts */
export function expectText(what: string, text: string, ...parts: readonly string[]): void {
  for (const part of parts) if (!text.includes(part)) throw new Error(`${what}: expected "${part}" in\n${text}`)
}
