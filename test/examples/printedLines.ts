/**
 * Runs an example's `main` and gives what it prints.
 *
 * @param file - path in `examples/`
 * @param args - of `main`, after the function that prints
 */
export async function printedLines(file: string, ...args: readonly unknown[]): Promise<string> {
  const { main } = await import(/* @vite-ignore */ `../../examples/${file}`)
  const lines: string[] = []
  await main((line: string) => lines.push(line), ...args)
  return lines.join('\n')
}
